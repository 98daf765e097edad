import { AosError } from '@aos/sdk'
import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan, SpanAttributes } from '../otel/span-types.ts'

/** What always makes a trace worth keeping. */
export type KeepReason = 'error' | 'deny' | 'modify' | 'ask' | 'failOpen'

/** Which traces are kept once it is known what happened in them. */
export interface KeepRules {
  /** Share of traces that are kept whatever happened in them, from 0 to 1. */
  readonly rate: number
  /** Traces in which this happened are kept at any rate; default all of them. */
  readonly always?: readonly KeepReason[] | undefined
  /** Keeps traces in which a run has cost more than so many dollars. */
  readonly costUsd?: number | undefined
  /** Keeps traces in which a span took longer than so many milliseconds. */
  readonly durationMs?: number | undefined
  /** Keeps traces in which a run has used more than so many tokens. */
  readonly tokens?: number | undefined
}

/** Every reason to keep a trace at any rate. */
export const KEEP_REASONS: readonly KeepReason[] = ['error', 'deny', 'modify', 'ask', 'failOpen']

const KNOWN: readonly string[] = ['rate', 'always', 'costUsd', 'durationMs', 'tokens']

/** Checks rules; throws `invalid_options` for what is misspelt or means nothing. */
export function checkKeepRules(rules: KeepRules): KeepRules {
  const unknown = Object.keys(rules).find((key) => !KNOWN.includes(key))
  if (unknown !== undefined) throw invalid(`has no member ${unknown}`, `Use ${KNOWN.join(', ')}.`)
  if (typeof rules.rate !== 'number' || !(rules.rate >= 0 && rules.rate <= 1))
    throw invalid('needs a rate from 0 to 1', 'Pass { rate: 0.01 } to keep one trace of a hundred.')
  for (const reason of rules.always ?? [])
    if (!KEEP_REASONS.includes(reason))
      throw invalid(`knows no ${String(reason)}`, `Use ${KEEP_REASONS.join(', ')}.`)
  for (const key of ['costUsd', 'durationMs', 'tokens'] as const)
    if (rules[key] !== undefined && !(rules[key] >= 0))
      throw invalid(`needs a ${key} that is not negative`, `Pass ${key} as a number, or leave it out.`)
  return rules
}

/** Whether a span is a reason to keep its trace. */
export function speaksForKeeping(span: ReadableSpan, rules: KeepRules): boolean {
  const always = rules.always ?? KEEP_REASONS
  if (always.includes('error') && isFailed(span)) return true
  if (rules.durationMs !== undefined && durationMs(span) > rules.durationMs) return true
  if (exceeds(span.attributes['aos.run.cost_usd'], rules.costUsd)) return true
  if (rules.tokens !== undefined && tokensOf(span.attributes) > rules.tokens) return true
  return span.events.some(({ name, attributes }) => name === 'aos.decision' && isReason(attributes, always))
}

/** Whether a trace belongs to the share that is kept anyway; the same for every span and process of it. */
export function isInShare(traceId: string, rate: number): boolean {
  return Number.parseInt(traceId.slice(-8), 16) < rate * 2 ** 32
}

function isFailed({ status, attributes }: ReadableSpan): boolean {
  const run = attributes['aos.run.status']
  return status.code === SpanStatusCode.ERROR || run === 'failed' || run === 'timeout'
}

function isReason(decision: SpanAttributes | undefined, always: readonly KeepReason[]): boolean {
  if (decision === undefined || decision['aos.decision.shadow'] === true) return false
  const enforced = decision['aos.decision.enforced']
  const verdict = decision['aos.decision']
  return (
    (always.includes('deny') && (enforced === 'denied' || enforced === 'withheld' || verdict === 'deny')) ||
    (always.includes('modify') && enforced === 'modified') ||
    (always.includes('ask') && verdict === 'ask') ||
    (always.includes('failOpen') && decision['aos.decision.fail_open'] !== undefined)
  )
}

function exceeds(value: unknown, limit: number | undefined): boolean {
  return limit !== undefined && typeof value === 'number' && value > limit
}

function tokensOf(attributes: SpanAttributes): number {
  const sum = (name: string): number => {
    const value = attributes[name]
    return typeof value === 'number' ? value : 0
  }
  return sum('aos.run.usage.input_tokens') + sum('aos.run.usage.output_tokens')
}

function durationMs({ startTime, endTime }: ReadableSpan): number {
  return (endTime[0] - startTime[0]) * 1000 + (endTime[1] - startTime[1]) / 1e6
}

function invalid(problem: string, fix: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `Option keep ${problem}`,
    why: 'A rule that means nothing would drop traces that were meant to be kept.',
    fix,
  })
}
