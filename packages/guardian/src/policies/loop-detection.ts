import type { HookAnswer } from '@aos/sdk'
import { canonicalJson } from '@agent-run/types'
import { createHash } from 'node:crypto'
import { BoundedMap } from '../policy/bounded-map.ts'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import { scopeKey } from '../policy/state-key.ts'
import { invalidOption, knownOptions, oneOf, policyName, positive, textList } from './policy-options.ts'
import { CALL_HOOKS, ofCalls, stateOfCalls } from './tool-access-call.ts'
import { exactNames } from './tool-access-names.ts'

/** Options of {@link loopDetection}; plain JSON. */
export interface LoopDetectionOptions {
  /** Under which decisions are recorded; default `loop-detection`. */
  readonly name?: string | undefined
  /** The same call for the n-th time among the last `window` ones is a loop. Default 5. */
  readonly repeats?: number | undefined
  /** Two or three calls in turns, so many rounds of them, are a loop. Default 3. */
  readonly cycles?: number | undefined
  /** How many calls are remembered. Default 20. */
  readonly window?: number | undefined
  /** Whose calls are looked at together. Default `run`. */
  readonly by?: 'run' | 'session' | undefined
  /** What becomes of the call: polling is legitimate at times, so a person may be asked. Default `ask`. */
  readonly action?: 'ask' | 'deny' | undefined
  /** Tools by name or glob that may be called again and again. Default none. */
  readonly ignore?: string | readonly string[] | undefined
  /** Runs or sessions remembered. Default 10,000. */
  readonly maxKeys?: number | undefined
  readonly shadow?: boolean | undefined
}

const POLICY = 'loop-detection'
const OPTIONS = ['name', 'repeats', 'cycles', 'window', 'by', 'action', 'ignore', 'maxKeys', 'shadow']
const PERIODS = [2, 3]

interface Call {
  readonly decisionId: string
  digest: string
}

/** Notices an agent that goes in circles: the same call again and again, or a few calls in turns. */
export function loopDetection(options: LoopDetectionOptions = {}): Policy {
  const { repeats, cycles, window, by, action, isIgnored, maxKeys } = readLoops(options)
  const histories = new BoundedMap<Call[]>(maxKeys)
  const keyOf = (context: PolicyContext): string | undefined => {
    const scope = scopeKey(by, context)
    return scope.ok ? scope.key : undefined
  }
  return {
    name: policyName(POLICY, options.name),
    hooks: CALL_HOOKS,
    shadow: options.shadow,
    evaluate: ofCalls((context) => {
      const { toolName, mcpServer, decisionId } = context
      if (isIgnored(toolName, mcpServer)) return undefined
      const scope = scopeKey(by, context)
      if (!scope.ok) return { decision: 'deny', message: scope.reason, reasonCode: scope.code }
      const digest = digestOf([mcpServer ?? null, toolName, context.value])
      if (digest === undefined) return UNREADABLE
      const calls = histories.getOrMake(scope.key, () => [])
      if (calls === undefined) return UNREADABLE
      const known = calls.find((call) => call.decisionId === decisionId)
      // what another policy has changed is still the same call
      if (known === undefined) calls.push({ decisionId, digest })
      else known.digest = digest
      if (calls.length > window) calls.shift()
      const digests = calls.map((call) => call.digest)
      if (digests.filter((other) => other === digest).length >= repeats)
        return answer(action, 'The same call was made again and again', 'loop_repeat')
      if (PERIODS.some((period) => isCycle(digests, period, cycles)))
        return answer(action, 'The same calls were made in turns again and again', 'loop_cycle')
      return undefined
    }),
    state: stateOfCalls({
      save: (call) => histories.peek(keyOf(call) ?? '')?.map((known) => ({ ...known })) ?? null,
      restore: (call, state) => {
        const key = keyOf(call) ?? ''
        histories.delete(key)
        if (Array.isArray(state)) histories.getOrMake(key, () => [...(state as Call[])])
      },
    }),
    close: () => histories.clear(),
  }
}

const UNREADABLE: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'The arguments cannot be compared with those of earlier calls',
  reasonCode: 'arguments_unreadable',
})

function answer(decision: 'ask' | 'deny', what: string, reasonCode: string): HookAnswer {
  return { decision, message: `${what} with the same arguments; this looks like a loop`, reasonCode }
}

function digestOf(call: readonly unknown[]): string | undefined {
  try {
    return createHash('sha256')
      .update(canonicalJson(call as never))
      .digest('base64')
  } catch {
    return undefined
  }
}

function isCycle(digests: readonly string[], period: number, cycles: number): boolean {
  const length = period * cycles
  if (digests.length < length) return false
  const last = digests.slice(-length)
  // one call over and over is a repeat, not a cycle
  if (new Set(last.slice(0, period)).size < 2) return false
  return last.every((digest, at) => digest === last[at % period])
}

function readLoops(options: LoopDetectionOptions) {
  knownOptions(POLICY, options, OPTIONS)
  const whole = (option: 'repeats' | 'cycles' | 'window' | 'maxKeys', otherwise: number): number =>
    positive(POLICY, { option, given: options[option], whole: true }) ?? otherwise
  const read = {
    repeats: whole('repeats', 5),
    cycles: whole('cycles', 3),
    window: whole('window', 20),
    maxKeys: whole('maxKeys', 10_000),
    by: oneOf(POLICY, { option: 'by', given: options.by }, ['run', 'session'] as const) ?? 'run',
    action: oneOf(POLICY, { option: 'action', given: options.action }, ['ask', 'deny'] as const) ?? 'ask',
    isIgnored: ignored(textList(POLICY, 'ignore', options.ignore)),
  }
  if (read.repeats < 2 || read.cycles < 2)
    throw invalidOption(POLICY, {
      option: read.repeats < 2 ? 'repeats' : 'cycles',
      problem: 'is less than 2',
      fix: 'A first call is no loop: write 2 or more.',
    })
  if (read.window < Math.max(read.repeats, 2 * read.cycles))
    throw invalidOption(POLICY, {
      option: 'window',
      problem: 'is too short to hold the loops that are looked for',
      fix: 'Write at least the number of repeats, and twice that of cycles.',
    })
  return read
}

function ignored(globs: readonly string[] | undefined): ReturnType<typeof exactNames> {
  return globs === undefined ? () => false : exactNames(globs)
}
