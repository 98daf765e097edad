import type { DecisionSide, Journal, Replay, ReplayedDecision } from '@aos/sdk/journal'
import { isDeepStrictEqual } from 'node:util'

/** What a decision does to what it is about. */
export type Effect = 'allow' | 'deny' | 'modify' | 'ask'

/** One decision that would have been another one. */
export interface Change {
  readonly before: Effect
  readonly now: Effect
  readonly decision: ReplayedDecision
  /** Whether the run would have gone on otherwise before it, so that it may not have come to this. */
  readonly after_change: boolean
}

/** One journalled run beside its replay. */
export interface ReplayedRun {
  readonly file: string
  readonly run: string
  readonly agent: string
  readonly started_at: string
  /** Whether the journal is whole. */
  readonly complete: boolean
  readonly determinism: Replay['determinism']
  readonly counts: Replay['counts']
  /** Decisions that would have had another effect. */
  readonly changes: readonly Change[]
  readonly decisions: readonly ReplayedDecision[]
  readonly not_replayed: Replay['notReplayed']
}

/** Puts a replay beside what was recorded. */
export function replayedRun(file: string, { run, complete }: Journal, replay: Replay): ReplayedRun {
  return {
    file,
    run: run.run.id,
    agent: run.run.agent.id,
    started_at: new Date(run.run.startedAt).toISOString(),
    complete,
    determinism: replay.determinism,
    counts: replay.counts,
    changes: replay.decisions.flatMap(changeOf).map((change, at) => ({ ...change, after_change: at > 0 })),
    decisions: replay.decisions,
    not_replayed: replay.notReplayed,
  }
}

function changeOf(decision: ReplayedDecision): readonly Omit<Change, 'after_change'>[] {
  const { outcome, recorded, replayed } = decision
  if (outcome !== 'different') return []
  const [before, now] = [effectOf(recorded), effectOf(replayed)]
  // another reason for the same effect is no change of what the agent may do
  const isSame = before === now && isDeepStrictEqual(recorded?.value, replayed?.value)
  return isSame ? [] : [{ before, now, decision }]
}

function effectOf(side: DecisionSide | undefined): Effect {
  switch (side?.verdict) {
    case 'deny':
    case 'throw':
      return 'deny'
    case 'modify':
    case 'ask':
      return side.verdict
    default:
      return 'allow'
  }
}

/** What all runs together came to. */
export interface Totals {
  readonly runs: number
  readonly decisions: number
  readonly same: number
  readonly not_reproducible: number
  /** Decisions that would have had another effect. */
  readonly changed: number
  /** How many of these would be denied, modified, asked about or allowed now. */
  readonly now: Readonly<Record<Effect, number>>
}

/** Sums runs up. */
export function totalsOf(runs: readonly ReplayedRun[]): Totals {
  const now = { deny: 0, modify: 0, ask: 0, allow: 0 }
  for (const change of runs.flatMap(({ changes }) => changes)) now[change.now]++
  const sum = (count: (run: ReplayedRun) => number): number =>
    runs.reduce((total, run) => total + count(run), 0)
  return {
    runs: runs.length,
    decisions: sum(({ decisions }) => decisions.length),
    same: sum(({ counts }) => counts.same),
    not_reproducible: sum(({ counts }) => counts.not_reproducible),
    changed: sum(({ changes }) => changes.length),
    now,
  }
}
