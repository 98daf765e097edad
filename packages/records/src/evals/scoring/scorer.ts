import { parseEvalResult, type EvalResult } from '@agent-run/types'
import { createRedactor, describeError } from '@aos/sdk'
import type { Observation } from './observation.ts'

/** Judges one run. */
export interface Scorer {
  /** Stands in the detail of what it judges. */
  readonly name: string
  score(seen: Observation): EvalResult | PromiseLike<EvalResult>
}

/** What a scorer has to say, before it becomes an EvalResult. */
export interface Judgement {
  readonly pass: boolean
  /** From 0 to 100; by default what `pass` says. */
  readonly score?: number | undefined
  readonly expected?: unknown
  readonly actual?: unknown
  readonly detail?: string | undefined
  readonly metrics?: EvalResult['metrics']
  readonly metadata?: EvalResult['metadata']
}

/** Makes an EvalResult of a judgement; `layer` says which kind of evaluation gave it. */
export function toEvalResult(layer: string, judgement: Judgement): EvalResult {
  const { pass, score = pass ? 100 : 0, expected, actual, detail, metrics, metadata } = judgement
  return {
    eval_layer: layer,
    pass,
    score: Math.min(100, Math.max(0, score)),
    ...(expected === undefined ? {} : { expected_outcome: shown(expected) }),
    ...(actual === undefined ? {} : { actual_outcome: shown(actual) }),
    ...(detail === undefined || detail === '' ? {} : { detail }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(metadata === undefined ? {} : { metadata }),
  }
}

/** A value as a text for people. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

/**
 * Judges a run. Whatever a scorer throws, and whatever it answers that is no EvalResult, is an EvalResult that fails and
 * says why; secrets and personal data are taken out of its texts.
 */
export async function scoreRun(scorer: Scorer, seen: Observation): Promise<EvalResult> {
  return sealed(await judged(scorer, seen), seen)
}

async function judged(scorer: Scorer, seen: Observation): Promise<EvalResult> {
  const { name } = scorer
  try {
    const parsed = parseEvalResult(await scorer.score(seen))
    if (parsed.ok) return parsed.value
    const issues = parsed.issues.map(({ path, message }) => `${path || 'it'} ${message}`).join('; ')
    return toEvalResult('error', { pass: false, detail: `scorer ${name} gave no EvalResult: ${issues}` })
  } catch (error) {
    const { type, message } = describeError(error)
    return toEvalResult('error', { pass: false, detail: `scorer ${name} failed: ${type}: ${message}` })
  }
}

const redactor = createRedactor()
const MAX_CODE_POINTS = 2000

function sealed(result: EvalResult, { run, calls }: Observation): EvalResult {
  const texts = (['expected_outcome', 'actual_outcome', 'detail'] as const).flatMap((key) => {
    const text = result[key]
    return typeof text === 'string' ? [[key, cut(redactor.redactText(text).text)] as const] : []
  })
  const metadata = result.metadata === undefined ? undefined : redactor.redactValue(result.metadata).value
  return {
    ...result,
    ...Object.fromEntries(texts),
    metrics: { ...metricsOf(run, calls), ...result.metrics },
    ...(metadata === undefined ? {} : { metadata: metadata as Record<string, unknown> }),
  }
}

function cut(text: string): string {
  const points = Array.from(text.slice(0, 2 * MAX_CODE_POINTS + 2))
  return points.length <= MAX_CODE_POINTS ? text : `${points.slice(0, MAX_CODE_POINTS - 1).join('')}…`
}

/** What the record itself measures. */
function metricsOf(run: Observation['run'], calls: Observation['calls']): NonNullable<EvalResult['metrics']> {
  const { cost_usd: cost } = run.cost
  const { duration_ms: duration } = run
  return {
    ...(typeof cost === 'number' ? { cost_usd: cost } : {}),
    ...(typeof duration === 'number' ? { duration_s: duration / 1000 } : {}),
    tool_calls: calls.length,
    retries: countRetries(calls),
  }
}

/** How often a tool was called right again after that tool had failed. */
export function countRetries(calls: Observation['calls']): number {
  return calls.filter((call, index) => {
    const earlier = calls.slice(0, index).findLast(({ tool }) => tool === call.tool)
    return earlier?.outcome === 'failed'
  }).length
}
