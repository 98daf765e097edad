import type { HookAnswer } from '@aos/sdk'
import { BoundedMap } from '../policy/bounded-map.ts'
import { heldClock, type HeldClock } from '../policy/held-clock.ts'
import { kept } from '../policy/kept-state.ts'
import type { Policy, PolicyContext, PolicyState } from '../policy/policy.ts'
import { decisionKey, scopeKey, type PolicyScope } from '../policy/state-key.ts'
import { invalidOption, knownOptions, oneOf, policyName, positive, textList } from './policy-options.ts'
import { CountedDecisions } from './rate-limit-counted.ts'
import { CALL_HOOKS, ofCalls, stateOfCalls } from './tool-access-call.ts'
import { foldName, similarNames } from './tool-access-names.ts'

/** Options of {@link rateLimit}; plain JSON but for the clock. */
export interface RateLimitOptions {
  /** Under which decisions are recorded; default `rate-limit`. */
  readonly name?: string | undefined
  /** How many calls may be made in each `per`. */
  readonly limit: number
  /** A unit of time, or seconds. Default `minute`. */
  readonly per?: 'second' | 'minute' | 'hour' | 'day' | number | undefined
  /** How many calls may be made at once. Default `limit`. */
  readonly burst?: number | undefined
  /** Whose calls are counted together. Default `agent`. */
  readonly by?: PolicyScope | undefined
  /** Tools by name or glob, `mcp:server/tool` included. Default all. */
  readonly tools?: string | readonly string[] | undefined
  /** Whether each tool has a limit of its own. Default false: one for all of `tools`. */
  readonly perTool?: boolean | undefined
  /** Counts kept; where all of them are used up, a new one is denied. Default 10,000. */
  readonly maxKeys?: number | undefined
  readonly shadow?: boolean | undefined
  /** Milliseconds of a clock that never goes back. */
  readonly clock?: (() => number) | undefined
}

/** The words for what state belongs to. */
export const SCOPES: readonly PolicyScope[] = ['run', 'session', 'user', 'agent', 'process']

const POLICY = 'rate-limit'
const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 }
const OPTIONS = ['name', 'limit', 'per', 'burst', 'by', 'tools', 'perTool', 'maxKeys', 'shadow', 'clock']

interface Bucket {
  tokens: number
  at: number
}

/** Limits how often tools are called: a token bucket for each scope, filled evenly. */
export function rateLimit(options: RateLimitOptions): Policy {
  const { burst, perMs, by, isMeant, perTool, maxKeys, clock } = readRateLimit(options)
  const level = (bucket: Bucket): number => {
    const now = clock()
    if (!Number.isFinite(now)) throw new RangeError('the clock gives no time')
    const elapsed = Math.max(0, now - bucket.at)
    bucket.at = Math.max(bucket.at, now)
    bucket.tokens = Math.min(burst, bucket.tokens + elapsed * perMs)
    return bucket.tokens
  }
  const buckets = new BoundedMap<Bucket>(maxKeys, (bucket) => level(bucket) < 1)
  const counted = new CountedDecisions<HookAnswer | 'passed'>()
  const keyFor = (context: PolicyContext): string | undefined => {
    const scope = scopeKey(by, context)
    return scope.ok ? keyOf(scope.key, perTool ? context.toolName : undefined) : undefined
  }
  const judge = (context: PolicyContext): HookAnswer | undefined => {
    const scope = scopeKey(by, context)
    if (!scope.ok) return { decision: 'deny', message: scope.reason, reasonCode: scope.code }
    const bucket = buckets.getOrMake(keyOf(scope.key, perTool ? context.toolName : undefined), () => ({
      tokens: burst,
      at: clock(),
    }))
    if (bucket === undefined) return NO_ROOM
    const left = level(bucket)
    if (left < 1) return exhausted((1 - left) / perMs)
    bucket.tokens = left - 1
    return undefined
  }
  return {
    name: policyName(POLICY, options.name),
    hooks: CALL_HOOKS,
    shadow: options.shadow,
    evaluate: ofCalls((context) => {
      if (!isMeant(context.toolName, context.mcpServer)) return undefined
      const before = counted.get(decisionKey(context))
      if (before !== undefined) return before === 'passed' ? undefined : before
      const answer = judge(context)
      counted.set(decisionKey(context), answer ?? 'passed')
      return answer
    }),
    state: stateOf({ buckets, counted, clock, keyOf: keyFor }),
    close: () => {
      buckets.clear()
      counted.clear()
    },
  }
}

function keyOf(scope: string, toolName: string | undefined): string {
  return toolName === undefined ? scope : `${scope}\n${foldName(toolName)}`
}

interface Rates {
  readonly buckets: BoundedMap<Bucket>
  readonly counted: CountedDecisions<HookAnswer | 'passed'>
  readonly clock: HeldClock
  readonly keyOf: (context: PolicyContext) => string | undefined
}

function stateOf({ buckets, counted, clock, keyOf: keyFor }: Rates): PolicyState {
  return stateOfCalls({
    save: (call) => {
      const bucket = buckets.peek(keyFor(call) ?? '')
      return {
        now: clock.hold(),
        bucket: bucket === undefined ? null : { ...bucket },
        counted: counted.get(decisionKey(call)) ?? null,
      }
    },
    restore: (call, state) => {
      clock.hold(Number(kept(state, 'now')))
      const key = keyFor(call) ?? ''
      const bucket = kept(state, 'bucket')
      buckets.delete(key)
      if (isBucket(bucket)) buckets.getOrMake(key, () => ({ ...bucket }))
      const answer = kept(state, 'counted') ?? undefined
      counted.put(decisionKey(call), answer as HookAnswer | 'passed' | undefined)
    },
    release: clock.release,
  })
}

function isBucket(state: unknown): state is Bucket {
  return typeof kept(state, 'tokens') === 'number' && typeof kept(state, 'at') === 'number'
}

const NO_ROOM: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'Too many callers have used up their rate at once',
  reasonCode: 'rate_state_full',
})

function exhausted(waitMs: number): HookAnswer {
  const retryAfterSeconds = Math.ceil(waitMs / 1000)
  return {
    decision: 'deny',
    message: `This is called too often; wait ${retryAfterSeconds} s before calling it again`,
    reasonCode: 'rate_limited',
    data: { retryAfterSeconds },
  }
}

function readRateLimit(options: RateLimitOptions) {
  knownOptions(POLICY, options, OPTIONS)
  const limit = positive(POLICY, { option: 'limit', given: options.limit, whole: true })
  if (limit === undefined)
    throw invalidOption(POLICY, {
      option: 'limit',
      problem: 'is missing',
      fix: 'Say how many calls may be made in each "per".',
    })
  const { per = 'minute', perTool = false } = options
  if (typeof perTool !== 'boolean')
    throw invalidOption(POLICY, {
      option: 'perTool',
      problem: 'is neither true nor false',
      fix: 'Write true or false.',
    })
  const seconds =
    typeof per === 'number'
      ? positive(POLICY, { option: 'per', given: per })
      : SECONDS[oneOf(POLICY, { option: 'per', given: per }, ['second', 'minute', 'hour', 'day']) ?? 'minute']
  const tools = textList(POLICY, 'tools', options.tools)
  return {
    burst: positive(POLICY, { option: 'burst', given: options.burst, whole: true }) ?? limit,
    perMs: limit / ((seconds ?? 60) * 1000),
    by: oneOf(POLICY, { option: 'by', given: options.by }, SCOPES) ?? 'agent',
    isMeant: tools === undefined ? () => true : similarNames(tools),
    perTool,
    maxKeys: positive(POLICY, { option: 'maxKeys', given: options.maxKeys, whole: true }) ?? 10_000,
    clock: heldClock(options.clock ?? (() => performance.now())),
  }
}
