/** What keeps state by key within a bound: the entry not used for longest goes first, unless it must be kept. */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>()
  #oldest: MapIterator<string> = this.#entries.keys()
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

  /** Gives the entry without counting that as a use of it. */
  peek(key: string): V | undefined {
    return this.#entries.get(key)
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

  // the search goes on where it left off: from the front it would pass all that was deleted there
  #makeRoom(): boolean {
    for (let pass = 0; pass < 2; pass++) {
      for (let next = this.#oldest.next(); next.done !== true; next = this.#oldest.next()) {
        const key = next.value
        const value = this.#entries.get(key)
        if (value === undefined || this.#mustKeep(value)) continue
        this.#entries.delete(key)
        this.evicted++
        return true
      }
      this.#oldest = this.#entries.keys()
    }
    return false
  }
}
