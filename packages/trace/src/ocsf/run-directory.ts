import type { AgentInfo, RunRecord } from '@aos/sdk'

/** What later events of a run need to know of it. */
export type RunFacts = Omit<RunRecord, 'tools'>

const MAX_RUNS = 5_000
const MAX_ENDED = 200

const UNKNOWN: AgentInfo = { id: 'unknown', name: 'unknown' }

interface Entry {
  readonly facts: RunFacts
  /** The error that a step of the run was told to have failed by, so that it is told once. */
  told?: string
}

/** Remembers the runs that are under way, and those that have just ended: a bounded number of each, the newest. */
export class RunDirectory {
  readonly #runs = new Map<string, Entry>()
  readonly #ended = new Map<string, Entry>()

  add({ tools: _tools, ...facts }: RunRecord): void {
    keep(this.#runs, { facts }, MAX_RUNS)
  }

  get(runId: string): RunFacts | undefined {
    return (this.#runs.get(runId) ?? this.#ended.get(runId))?.facts
  }

  /** The agent of a run, where its start or its end was seen. */
  agentOf(runId: string): AgentInfo {
    return this.get(runId)?.agent ?? UNKNOWN
  }

  /** Notes the error that a step has failed by. */
  tell(runId: string, error: string): void {
    const entry = this.#runs.get(runId)
    if (entry !== undefined) entry.told = error
  }

  /** Takes a run as ended and gives the error told last; what is judged in the shadow may still follow. */
  end({ tools: _tools, ...facts }: RunRecord): string | undefined {
    const told = this.#runs.get(facts.id)?.told
    this.#runs.delete(facts.id)
    keep(this.#ended, { facts }, MAX_ENDED)
    return told
  }
}

function keep(runs: Map<string, Entry>, entry: Entry, most: number): void {
  runs.set(entry.facts.id, entry)
  if (runs.size <= most) return
  const [oldest] = runs.keys()
  if (oldest !== undefined) runs.delete(oldest)
}
