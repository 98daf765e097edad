import type { Step } from '@agent-run/types'

/** Paths of the icons of steps. */
export const STEP_ICONS: Readonly<Record<Step['type'], string>> = {
  reasoning: 'M8 1.5 9.6 6.4 14.5 8 9.6 9.6 8 14.5 6.4 9.6 1.5 8l4.9-1.6z',
  tool_call: 'M10 2a3.5 3.5 0 0 0-3.3 4.7L2 11.4 4.6 14l4.7-4.7A3.5 3.5 0 0 0 14 6l-2.2 1.2-1.9-1.1V3.9z',
  tool_result: 'M13 4v4a2.5 2.5 0 0 1-2.5 2.5H3M6 7.5l-3 3 3 3',
  message: 'M2.5 3h11v7.5H7L4 13.5v-3H2.5z',
  error: 'M8 2 15 14H1zM8 6.5v3.5M8 11.8v.2',
  handoff: 'M2 5.5h11M10 2.5l3 3-3 3M14 10.5H3M6 7.5l-3 3 3 3',
}

type IconName = 'denied' | 'error' | 'modified' | 'ok' | 'open' | 'theme' | 'cut'

/** Further icons. */
export const ICONS: Readonly<Record<IconName, string>> = {
  denied: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM3.8 3.8l8.4 8.4',
  error: 'M8 2 15 14H1zM8 6.5v3.5M8 11.8v.2',
  modified: 'M3 13l.6-2.6L11 3l2 2-7.4 7.4z',
  ok: 'M3 8.5l3.5 3.5L13 4.5',
  open: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.5V8l2.5 1.5',
  theme: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  cut: 'M4 4l8 8M12 4l-8 8',
}
