/** What keeps state by key within a bound: the entry not used for longest goes first, unless it must be kept. */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>()
  readonly #max: number
  readonly #mustKeep: (value: V) => boolean
  /** Entries that were forgotten to make room. */
  evicted = 0

  constructor(max: number, mustKeep: (value: V) => boolean = () => false) {
    this.#max = max
    this.#mustKeep = mustKeep
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  /** Gives the entry, made where there is none; `undefined` where every place is taken by one that must be kept. */
  getOrMake(key: string, make: () => V): V | undefined {
    const known = this.get(key)
    if (known !== undefined) return known
    if (this.#entries.size >= this.#max && !this.#makeRoom()) return undefined
    const made = make()
    this.#entries.set(key, made)
    return made
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  #makeRoom(): boolean {
    for (const [key, value] of this.#entries) {
      if (this.#mustKeep(value)) continue
      this.#entries.delete(key)
      this.evicted++
      return true
    }
    return false
  }
}
