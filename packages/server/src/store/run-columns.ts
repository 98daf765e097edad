import { canonicalJson, type AgentRun } from '@agent-run/types'
import { momentOf } from './run-moment.ts'
import type { ChangeType } from './run-store.ts'

/** What is kept beside a run to find and rank it by. */
export interface RunColumns {
  readonly id: string
  readonly agent_id: string
  readonly agent_name: string
  readonly model: string | null
  readonly runtime: string | null
  readonly status: string
  readonly outcome: string | null
  readonly task_id: string | null
  readonly parent_run_id: string | null
  /** Milliseconds since the epoch. */
  readonly started_at: number
  readonly duration_ms: number | null
  readonly cost_usd: number | null
  readonly tokens: number
  readonly denials: number
  readonly eval_pass: number | null
  readonly eval_score: number | null
  readonly benchmark_id: string | null
  /** Texts that are searched, in lower case. */
  readonly words: string
}

/** Reads out of a run what it is found by. */
export function columnsOf(run: AgentRun): RunColumns {
  const { cost, eval: result } = run
  return {
    id: run.id,
    agent_id: run.agent_id,
    agent_name: run.agent_name ?? run.agent_id,
    model: run.model ?? null,
    runtime: run.runtime ?? null,
    status: run.status,
    outcome: run.outcome ?? null,
    task_id: run.task_id ?? null,
    parent_run_id: run.parent_run_id ?? null,
    started_at: momentOf(run.started_at),
    duration_ms: bounded(run.duration_ms, MOST.duration_ms),
    cost_usd: bounded(cost.cost_usd, MOST.cost_usd),
    tokens: bounded(cost.total_tokens ?? cost.input_tokens + cost.output_tokens, MOST.tokens) ?? 0,
    denials: run.steps.filter(({ error }) => error?.startsWith('denied by guardian') === true).length,
    eval_pass: typeof result?.pass === 'boolean' ? Number(result.pass) : null,
    eval_score: result?.score ?? null,
    benchmark_id: result?.benchmark_id ?? null,
    words: wordsOf(run),
  }
}

// sums of as many as anybody keeps stay numbers that every database holds exactly enough
const MOST = { duration_ms: 8.64e15, cost_usd: 1e12, tokens: 1e12 } as const

function bounded(value: number | null | undefined, most: number): number | null {
  return typeof value === 'number' ? Math.max(-most, Math.min(most, value)) : null
}

/** Whether two runs have the same content, whatever the order of their members. */
export function isSameRun(known: AgentRun, run: AgentRun): boolean {
  return canonicalJson(known) === canonicalJson(run)
}

const MAX_WORDS = 1_000

function wordsOf({ id, agent_id, agent_name, model, error, tags, task_id }: AgentRun): string {
  const texts = [id, agent_id, agent_name, model, error, task_id, ...(tags ?? [])]
  return texts
    .filter((text) => typeof text === 'string')
    .join(' ')
    .toLowerCase()
    .slice(0, MAX_WORDS)
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed'])

/** What an update of a run is told as; a run that is cut short is told as updated (agent-run, stream). */
export function changeOf(before: AgentRun, after: AgentRun): ChangeType {
  return ENDED.has(after.status) && !ENDED.has(before.status) ? 'run.completed' : 'run.updated'
}
