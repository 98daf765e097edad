const GENERATION = 10_000

/** What was counted for each of the latest decisions, 10,000 at least, so that judging one again counts it once. */
export class CountedDecisions<V> {
  #young = new Map<string, V>()
  #old: ReadonlyMap<string, V> = new Map()

  get(decisionId: string): V | undefined {
    return this.#young.get(decisionId) ?? this.#old.get(decisionId)
  }

  // a whole generation is forgotten at once: a map that loses its first entry each time gets slow
  set(decisionId: string, value: V): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(decisionId, value)
  }

  /** Forgets one decision, or counts it anew, as it stands in a decision journal. */
  put(decisionId: string, value: V | undefined): void {
    if (value !== undefined) return this.set(decisionId, value)
    this.#young.delete(decisionId)
    if (this.#old.has(decisionId)) this.#old = new Map([...this.#old].filter(([id]) => id !== decisionId))
  }

  clear(): void {
    this.#young.clear()
    this.#old = new Map()
  }
}
