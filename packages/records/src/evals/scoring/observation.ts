import type { AgentRun, Step } from '@agent-run/types'

/** What became of a tool call that the agent made. */
export type CallOutcome = 'executed' | 'failed' | 'denied' | 'withheld' | 'not_executed'

/** One tool call of a run. */
export interface ObservedCall {
  readonly tool: string
  readonly outcome: CallOutcome
  /** With what it was executed, or else what the record shows of it; absent where nothing is known. */
  readonly arguments?: unknown
  /** The arguments are those of an {@link Effect}; otherwise the record may have them redacted, cut or not at all. */
  readonly exact?: boolean | undefined
  /** Reason codes of its decisions. */
  readonly codes: readonly string[]
}

/** One decision about a step of a run. */
export interface ObservedDecision {
  readonly hook: string
  readonly verdict: string
  /** What was done about it. */
  readonly enforced: string
  readonly phase: string
  readonly tool?: string | undefined
  readonly codes: readonly string[]
}

/** Something that a tool really did. */
export interface Effect {
  readonly tool: string
  readonly arguments: unknown
}

/** What a scorer sees of one run. */
export interface Observation {
  readonly run: AgentRun
  readonly input: unknown
  readonly output: unknown
  /** Message of the error that the run rejected with. */
  readonly error: string | undefined
  readonly calls: readonly ObservedCall[]
  readonly decisions: readonly ObservedDecision[]
}

/** What is known of a run beside its record. */
export interface ObservedParts {
  readonly input?: unknown
  readonly output?: unknown
  readonly error?: string | undefined
  /** What tools did, in order: an account of exact arguments, where the record has previews. */
  readonly effects?: readonly Effect[] | undefined
  /** Runs of agents that this one called; their calls and decisions count as its own. */
  readonly children?: readonly AgentRun[] | undefined
}

/** Makes what scorers look at of a record, of this SDK or of anybody else, and what is known beside it. */
export function observeRun(run: AgentRun, parts: ObservedParts = {}): Observation {
  const { input, output, error, effects = [], children = [] } = parts
  const steps = [run, ...children].flatMap((record) => record.steps).toSorted(byStart)
  const left = [...effects]
  const take = (tool: string): Effect | undefined => {
    const index = left.findIndex((effect) => effect.tool === tool)
    return index < 0 ? undefined : left.splice(index, 1)[0]
  }
  const recorded = steps.flatMap((step) => callOf(step, take) ?? [])
  // what happened counts, also where no record tells of it: an agent that was called, or a way around the guard
  const others = left.map((effect) => ({ ...effect, outcome: 'executed' as const, exact: true, codes: [] }))
  return {
    run,
    input,
    output,
    error: error ?? run.error ?? undefined,
    calls: [...recorded, ...others],
    decisions: steps.flatMap(decisionsOf),
  }
}

function byStart(a: Step, b: Step): number {
  return Date.parse(a.started_at) - Date.parse(b.started_at)
}

function callOf(step: Step, take: (tool: string) => Effect | undefined): ObservedCall | undefined {
  const facts = factsOf(step)
  const { tool_name: tool } = step
  if (typeof tool !== 'string') return undefined
  if (facts === undefined ? step.type !== 'tool_call' : facts['kind'] !== 'toolCall') return undefined
  const outcome = outcomeOf(step, facts?.['status'])
  const happened = outcome === 'executed' || outcome === 'failed' || outcome === 'withheld'
  const effect = happened ? take(tool) : undefined
  const given = effect === undefined ? previewed(step.input_preview) : effect.arguments
  const codes = decisionsOf(step).flatMap((decision) => decision.codes)
  return {
    tool,
    outcome,
    codes,
    ...(effect === undefined ? {} : { exact: true }),
    ...(given === undefined ? {} : { arguments: given }),
  }
}

const OUTCOMES: Readonly<Record<string, CallOutcome>> = {
  ok: 'executed',
  error: 'failed',
  cancelled: 'failed',
  denied: 'denied',
  withheld: 'withheld',
  not_executed: 'not_executed',
}

function outcomeOf(step: Step, status: unknown): CallOutcome {
  const known = typeof status === 'string' ? OUTCOMES[status] : undefined
  if (known !== undefined) return known
  if (step.success !== false) return 'executed'
  return step.error?.startsWith('denied') === true ? 'denied' : 'failed'
}

function factsOf({ metadata }: Step): Readonly<Record<string, unknown>> | undefined {
  const facts = metadata?.['aos']
  return isRecord(facts) ? facts : undefined
}

function decisionsOf(step: Step): readonly ObservedDecision[] {
  const list = factsOf(step)?.['decisions']
  if (!Array.isArray(list)) return []
  return list.filter(isRecord).map((decision) => ({
    hook: String(decision['hook']),
    verdict: String(decision['verdict']),
    enforced: String(decision['enforced']),
    phase: String(decision['phase']),
    tool: step.tool_name ?? undefined,
    codes: Array.isArray(decision['reason_codes']) ? decision['reason_codes'].map(String) : [],
  }))
}

// a preview may be cut or not be JSON at all; then it is a text
function previewed(preview: string | null | undefined): unknown {
  if (preview === null || preview === undefined) return undefined
  try {
    return JSON.parse(preview)
  } catch {
    return preview
  }
}

/** Whether a value is an object with members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
