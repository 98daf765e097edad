import type { Work } from '../src/view/view-trace.ts'

/** Paths of the icons, by kind of work. */
export const WORK_ICONS: Readonly<Record<Work, string>> = {
  agent:
    'M8 1.5v2M4 3.5h8a1.5 1.5 0 0 1 1.5 1.5v6A1.5 1.5 0 0 1 12 12.5H4A1.5 1.5 0 0 1 2.5 11V5A1.5 1.5 0 0 1 4 3.5zM6 7v1.5M10 7v1.5M5 15h6',
  model: 'M8 1.5 9.6 6.4 14.5 8 9.6 9.6 8 14.5 6.4 9.6 1.5 8l4.9-1.6z',
  tool: 'M10 2a3.5 3.5 0 0 0-3.3 4.7L2 11.4 4.6 14l4.7-4.7A3.5 3.5 0 0 0 14 6l-2.2 1.2-1.9-1.1V3.9z',
  retrieval: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3 14 14',
  memory:
    'M8 2c3.3 0 5.5 1 5.5 2.2S11.3 6.5 8 6.5 2.5 5.5 2.5 4.2 4.7 2 8 2zM2.5 4.2v7.5C2.5 13 4.7 14 8 14s5.5-1 5.5-2.3V4.2M2.5 8c0 1.2 2.2 2.2 5.5 2.2S13.5 9.2 13.5 8',
  mcp: 'M5.5 1.5v4M10.5 1.5v4M3.5 5.5h9v2.5a4.5 4.5 0 0 1-9 0zM8 12.5v2.5',
  a2a: 'M2 5.5h11M10 2.5l3 3-3 3M14 10.5H3M6 7.5l-3 3 3 3',
  guardrail: 'M8 1.5 13.5 3.5v4c0 3.3-2.2 5.7-5.5 7-3.3-1.3-5.5-3.7-5.5-7v-4z',
  workflow: 'M2 2.5h4v4H2zM10 9.5h4v4h-4zM6 4.5h3a2 2 0 0 1 2 2v3',
  other: 'M8 5.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z',
}

/** What the kinds of work are called. */
export const WORK_LABELS: Readonly<Record<Work, string>> = {
  agent: 'Agent',
  model: 'Model',
  tool: 'Tool',
  retrieval: 'Retrieval',
  memory: 'Memory',
  mcp: 'MCP',
  a2a: 'A2A',
  guardrail: 'Guardrail',
  workflow: 'Workflow',
  other: 'Other',
}

type IconName = 'chevron' | 'close' | 'denied' | 'error' | 'modified' | 'allowed' | 'theme' | 'unfinished'

/** Further icons. */
export const ICONS: Readonly<Record<IconName, string>> = {
  chevron: 'M6 4l4 4-4 4',
  close: 'M4 4l8 8M12 4l-8 8',
  denied: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM3.8 3.8l8.4 8.4',
  error: 'M8 2 15 14H1zM8 6.5v3.5M8 11.8v.2',
  modified: 'M3 13l.6-2.6L11 3l2 2-7.4 7.4z',
  allowed: 'M3 8.5l3.5 3.5L13 4.5',
  theme: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  unfinished: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.5V8l2.5 1.5',
}
