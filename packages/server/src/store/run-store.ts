import type { AgentRun, EvalResult } from '@agent-run/types'
import type { ApiKey } from '../keys/api-key.ts'
import type { DocumentStore } from './document-store.ts'
import type { TraceStore } from './trace-store.ts'

/** What became of a run that was to be created. */
export type CreateOutcome =
  | 'created'
  /** It was there already, with the same content. */
  | 'same'
  /** Another run has its id. */
  | 'conflict'

/** Which runs are asked for; members that are absent let everything through. */
export interface RunQuery {
  readonly agent_id?: string | undefined
  readonly status?: AgentRun['status'] | undefined
  readonly outcome?: AgentRun['outcome'] | undefined
  readonly model?: string | undefined
  readonly task_id?: string | undefined
  readonly parent_run_id?: string | undefined
  /** Runs that started at this moment or later, and before that one, in milliseconds since the epoch. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Only runs in which something was denied, or only the others. */
  readonly denied?: boolean | undefined
  /** Words that id, names, error or tags begin with. */
  readonly text?: string | undefined
  readonly limit: number
  readonly offset: number
}

/** Most runs that are counted one by one for a list; where more match, counting them would take longer than listing them. */
export const MAX_COUNTED = 10_000

/** One page of runs, newest first, and how many match in all. */
export interface RunPage {
  readonly runs: readonly AgentRun[]
  readonly total: number
  /** Present where more match than are counted; `total` is {@link MAX_COUNTED} then. */
  readonly total_is_at_least?: true
}

/** A page with its count, which was taken one beyond the most that is told. */
export function toPage(runs: readonly AgentRun[], counted: number): RunPage {
  return counted > MAX_COUNTED
    ? { runs, total: MAX_COUNTED, total_is_at_least: true }
    : { runs, total: counted }
}

/** How one agent with one model and runtime does (agent-run, leaderboard). */
export interface LeaderboardEntry {
  readonly agent_name: string
  readonly model: string | null
  readonly runtime: string | null
  /** 0 to 100. */
  readonly avg_score: number
  /** 0 to 1. */
  readonly pass_rate: number
  readonly avg_cost_usd: number | null
  readonly run_count: number
}

/** Which runs are summed up, by when they started. */
export interface StatsQuery {
  /** Length of a bucket; each begins at a whole multiple of it since the epoch. */
  readonly bucketMs: number
  /** Milliseconds since the epoch: runs that started at this moment or later, and before that one. */
  readonly since: number
  readonly until: number
  readonly agent_id?: string | undefined
}

/** What the runs of one stretch of time come to. */
export interface StatsBucket {
  /** When it begins, in milliseconds since the epoch. */
  readonly start: number
  readonly runs: number
  readonly failed: number
  /** Steps that were denied. */
  readonly denials: number
  readonly tokens: number
  /** Absent prices count as nothing; null where no run has one. */
  readonly cost_usd: number | null
  /** Durations that half, and 95 of 100, of the runs with one do not exceed; null where none has one. */
  readonly p50_ms: number | null
  readonly p95_ms: number | null
}

/** What happened to a run. */
export type ChangeType = 'run.created' | 'run.updated' | 'run.completed' | 'run.eval_attached'

/** One change of a run, in the order of all changes. */
export interface RunChange {
  /** Counts up, with gaps; the id of its server-sent event. */
  readonly seq: number
  readonly type: ChangeType
  readonly runId: string
}

/**
 * Keeps runs. A promise that resolves means that the change is kept, also where the process is killed then. Several
 * processes may share one where the implementation says so.
 */
export interface RunStore extends TraceStore, DocumentStore {
  readonly name: string
  /** Creates runs, all or none of them; gives for each what became of it. */
  create(runs: readonly AgentRun[]): Promise<readonly CreateOutcome[]>
  get(id: string): Promise<AgentRun | undefined>
  /** Changes a run; `change` gets it as it is, again where another process was first. Gives what it became, or nothing where there is none. */
  update(id: string, change: (run: AgentRun) => AgentRun): Promise<AgentRun | undefined>
  attachEval(id: string, result: EvalResult): Promise<AgentRun | undefined>
  list(query: RunQuery): Promise<RunPage>
  /** Agents by their average score, best first. */
  leaderboard(query: {
    readonly benchmark_id?: string | undefined
    readonly limit: number
  }): Promise<readonly LeaderboardEntry[]>
  /** Sums of runs in stretches of time, oldest first, without those that hold no run. */
  stats(query: StatsQuery): Promise<readonly StatsBucket[]>
  /** Changes after one, oldest first. */
  changesAfter(seq: number, limit: number): Promise<readonly RunChange[]>
  /** The number of the latest change; 0 where there is none. */
  latestChange(): Promise<number>
  /** Calls back when there may be new changes; gives a function that stops it. */
  onChange(listener: () => void): () => void
  /** Forgets runs that started before a moment, in milliseconds since the epoch, with their documents, and spans, events and documents of before; gives how many runs. An aborted signal ends it early. */
  prune(before: number, signal?: AbortSignal): Promise<number>
  /** Keeps a key; one of the same name is replaced. */
  addKey(key: ApiKey): Promise<void>
  findKey(hash: string): Promise<ApiKey | undefined>
  keys(): Promise<readonly ApiKey[]>
  /** Forgets a key; gives whether there was one. */
  removeKey(name: string): Promise<boolean>
  /** All runs, in the order in which they were created. */
  export(): AsyncIterable<AgentRun>
  close(): Promise<void>
}
