const MAX_LEAVES = 20_000
const MAX_DEPTH = 16

/** What a prompt begins with that the one before began with too. */
export interface EarlierMessages {
  readonly count: number
  /** The step of the model call that had them. */
  readonly stepId: string
}

/**
 * Remembers the prompt of a run's last model call. Messages are compared by what they hold, not by who they are:
 * frameworks make new ones of the old for each call, and change some in place.
 */
export class PromptHistory {
  #messages: readonly (readonly unknown[])[] = []
  #stepId: string | undefined

  /** Takes up a prompt; gives what it has in common with the one before, counted from the first message. */
  next(messages: readonly unknown[], stepId: string): EarlierMessages | undefined {
    const earlier = this.#messages
    const previous = this.#stepId
    this.#stepId = stepId
    const leaves = messages.map((message, index) => leavesOf(message, earlier[index]))
    let count = 0
    while (count < leaves.length && isSame(leaves[count], earlier[count])) count++
    this.#messages = leaves
    return previous === undefined || count === 0 ? undefined : { count, stepId: previous }
  }
}

function isSame(leaves: readonly unknown[] = [], known: readonly unknown[] | undefined): boolean {
  // of one with more leaves not all were seen
  return leaves === known && leaves.length < MAX_LEAVES
}

const NONE: readonly unknown[] = []

/** The leaves of a message: the very ones that are known where it has no others. */
function leavesOf(message: unknown, known: readonly unknown[] = NONE): readonly unknown[] {
  const leaves = new Leaves(known)
  collect(message, leaves, 0)
  return leaves.all()
}

/** Leaves that are only written down from where they differ from those that are known. */
class Leaves {
  count = 0
  readonly #known: readonly unknown[]
  #own: unknown[] | undefined

  constructor(known: readonly unknown[]) {
    this.#known = known
  }

  // strings are kept by reference, so that neither time nor memory depends on how long they are
  add(leaf: unknown): void {
    const index = this.count++
    if (this.#own === undefined) {
      if (index < this.#known.length && Object.is(this.#known[index], leaf)) return
      this.#own = this.#known.slice(0, index)
    }
    this.#own.push(leaf)
  }

  all(): readonly unknown[] {
    if (this.#own !== undefined) return this.#own
    return this.count === this.#known.length ? this.#known : this.#known.slice(0, this.count)
  }
}

function collect(value: unknown, leaves: Leaves, depth: number): void {
  if (leaves.count >= MAX_LEAVES) return
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH || ArrayBuffer.isView(value)) {
    leaves.add(value)
    return
  }
  for (const key of Object.keys(value)) {
    leaves.add(key)
    collect(Reflect.get(value, key), leaves, depth + 1)
  }
  leaves.add(undefined)
}
