// The public surface of @aos/sdk/journal.
export {
  createDecisionJournal,
  type DecisionJournal,
  type DecisionJournalOptions,
  type JournalStats,
} from './decision-journal.ts'
export type { JournalEntry, RecordedError, RecordedValue } from './entries.ts'
export { parseJournal, readJournal, type Journal } from './read-journal.ts'
export {
  replayRun,
  type Determinism,
  type Replay,
  type ReplayAgent,
  type ReplayOptions,
} from './replay-run.ts'
export type { NotReplayed } from './replay-driver.ts'
export type { DecisionSide, NotReproducible, ReplayedDecision } from './replayed-decision.ts'
