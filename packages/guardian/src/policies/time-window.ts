import { HOOK_NAMES, type HookAnswer, type HookName } from '@aos/sdk'
import { heldClock } from '../policy/held-clock.ts'
import { kept } from '../policy/kept-state.ts'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import { invalidOption, knownOptions, policyName, textList } from './policy-options.ts'
import { compileWindows, type TimeWindow } from './time-window-days.ts'
import { zoneClock } from './time-window-zone.ts'
import { callOf } from './tool-access-call.ts'
import { similarNames } from './tool-access-names.ts'

/** Options of {@link timeWindow}; plain JSON but for the clock. */
export interface TimeWindowOptions {
  /** Under which decisions are recorded; default `time-window`. */
  readonly name?: string | undefined
  /** IANA name of the time zone, such as `Europe/Berlin` or `UTC`. */
  readonly zone: string
  /** When calls may be made; at all other times they are denied. */
  readonly allow?: TimeWindow | readonly TimeWindow[] | undefined
  /** When they may not; it outranks `allow`. */
  readonly deny?: TimeWindow | readonly TimeWindow[] | undefined
  /** Tools by name or glob, `mcp:server/tool` included. Default all. */
  readonly tools?: string | readonly string[] | undefined
  /** Hooks at which the time is looked at. Default `toolCallRequest`. */
  readonly hooks?: HookName | readonly HookName[] | undefined
  readonly shadow?: boolean | undefined
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined
}

const POLICY = 'time-window'
const OPTIONS = ['name', 'zone', 'allow', 'deny', 'tools', 'hooks', 'shadow', 'clock']
const OF_TOOLS: ReadonlySet<HookName> = new Set<HookName>(['toolCallRequest', 'toolCallResult'])

const OUTSIDE: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'This may not be done at this time',
  reasonCode: 'outside_time_window',
})
const NO_CLOCK: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'The time of day cannot be read',
  reasonCode: 'clock_unreadable',
})

/** Lets tools be called at certain hours of certain days only, by the wall clock of a time zone. */
export function timeWindow(options: TimeWindowOptions): Policy {
  knownOptions(POLICY, options, OPTIONS)
  const clock = heldClock(options.clock ?? Date.now)
  const localTime = zoneClock(POLICY, options.zone)
  const mayAt = compileWindows(POLICY, 'allow', options.allow)
  const mayNotAt = compileWindows(POLICY, 'deny', options.deny)
  if (mayAt === undefined && mayNotAt === undefined)
    throw invalidOption(POLICY, {
      option: 'allow',
      problem: 'is missing, and so is deny',
      fix: 'Say when calls may be made as allow, or when not as deny.',
    })
  const tools = textList(POLICY, 'tools', options.tools)
  const isMeant = tools === undefined ? undefined : similarNames(tools)
  const hooks = readHooks(options.hooks)
  return {
    name: policyName(POLICY, options.name),
    hooks: hooks.includes('toolCallRequest') ? [...new Set<HookName>([...hooks, 'mcp'])] : hooks,
    shadow: options.shadow,
    evaluate: (context) => {
      const step = stepOf(context, hooks)
      if (step === undefined) return undefined
      const { hook, toolName, mcpServer } = step
      if (isMeant !== undefined && OF_TOOLS.has(hook) && !isMeant(toolName, mcpServer)) return undefined
      const now = localTime(clock())
      if (now === undefined) return NO_CLOCK
      return mayNotAt?.(now) === true || mayAt?.(now) === false ? OUTSIDE : undefined
    },
    state: {
      save: () => ({ now: clock.hold() }),
      restore: (_question, state) => void clock.hold(Number(kept(state, 'now'))),
      release: clock.release,
    },
  }
}

/** What is looked at: a tool call over MCP as the call it is, and no answer, because what it answers was in time. */
function stepOf(context: PolicyContext, hooks: readonly HookName[]): PolicyContext | undefined {
  const { hook, protocol } = context
  if (protocol === undefined) return context
  if (protocol.leg === 'response') return undefined
  const call = hooks.includes('toolCallRequest') ? callOf(context) : undefined
  if (call !== undefined && call !== 'unreadable') return call
  return call === 'unreadable' || hooks.includes(hook) ? context : undefined
}

function readHooks(given: unknown): readonly HookName[] {
  const names = textList(POLICY, 'hooks', given) ?? ['toolCallRequest']
  const hooks = HOOK_NAMES.filter((hook) => names.includes(hook))
  if (hooks.length > 0 && hooks.length === new Set(names).size) return hooks
  throw invalidOption(POLICY, {
    option: 'hooks',
    problem: 'names an unknown hook, or none',
    fix: `Use any of: ${HOOK_NAMES.join(', ')}.`,
  })
}
