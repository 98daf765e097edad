/** How things are kept once each, whatever time they name: their keys stand in a table of their own. */
export interface ClaimSteps<T> {
  readonly keyOf: (thing: T) => string
  /** Inserts the keys that are unknown, and gives those. */
  readonly insertKeys: (things: readonly T[]) => Promise<readonly string[]>
  /** Gives what is kept under keys that were known. */
  readonly read: (things: readonly T[]) => Promise<ReadonlyMap<string, string>>
  /** Deletes those keys under which nothing is kept any more. */
  readonly deleteKeys: (things: readonly T[]) => Promise<void>
}

/** What became of the keys of things. */
export interface Claimed<T> {
  /** Those whose keys were unknown. */
  readonly made: readonly T[]
  /** What is kept under the keys of the others. */
  readonly known: ReadonlyMap<string, string>
}

// asked for many at once, a database reads the whole table rather than its index
const READ_PAGE = 200

/** Takes the keys of things that are not kept yet, in the transaction of the caller, who inserts them then. */
export async function claim<T>(things: readonly T[], steps: ClaimSteps<T>): Promise<Claimed<T>> {
  const made: T[] = []
  const known = new Map<string, string>()
  for (let open = things; open.length > 0;) {
    const inserted = new Set(await steps.insertKeys(open))
    made.push(...open.filter((thing) => inserted.has(steps.keyOf(thing))))
    const others = open.filter((thing) => !inserted.has(steps.keyOf(thing)))
    if (others.length === 0) break
    for (let from = 0; from < others.length; from += READ_PAGE)
      for (const [key, body] of await steps.read(others.slice(from, from + READ_PAGE))) known.set(key, body)
    // what was kept under them went with its partition, and somebody is about to delete them, or was stopped before
    open = others.filter((thing) => !known.has(steps.keyOf(thing)))
    if (open.length > 0) await steps.deleteKeys(open)
  }
  return { made, known }
}
