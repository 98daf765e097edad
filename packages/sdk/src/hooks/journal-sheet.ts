/** How the state that one answer depends on is handed over, and taken back when a run is replayed. */
export interface KeptState {
  /** Gives the state as JSON, as it is before the answer. */
  save(): unknown
  /** Takes back what `save` has given, in place of the state there is. */
  restore(state: unknown): void
}

/**
 * Where a handler keeps what its answer depends on beside the question itself; there is one only while a decision
 * journal is kept, and while a journalled run is replayed.
 */
export interface JournalSheet {
  /** Whether a replay can ask this very question: not where JSON cannot hold what is judged. */
  readonly exact: boolean
  /** Keeps a state under a name, called before it is used: saves it, or restores it where the run is a replay. */
  keep(name: string, state: KeptState): void
  /**
   * Gets an answer from outside of the process and keeps it. A replay asks nobody: the recorded answer, as JSON, stands in
   * its place, and it rejects where there is none.
   */
  outside(name: string, ask: () => Promise<unknown>): Promise<unknown>
}
