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
    const leaves = messages.map(leavesOf)
    let count = 0
    while (count < Math.min(earlier.length, leaves.length) && isSame(earlier[count], leaves[count])) count++
    this.#messages = leaves
    return previous === undefined || count === 0 ? undefined : { count, stepId: previous }
  }
}

function isSame(known: readonly unknown[] = [], leaves: readonly unknown[] = []): boolean {
  // of one with more leaves not all were seen
  return (
    leaves.length < MAX_LEAVES &&
    leaves.length === known.length &&
    leaves.every((leaf, index) => Object.is(leaf, known[index]))
  )
}

// strings are kept by reference, so that neither time nor memory depends on how long they are
function leavesOf(value: unknown): readonly unknown[] {
  const leaves: unknown[] = []
  collect(value, leaves, 0)
  return leaves
}

function collect(value: unknown, leaves: unknown[], depth: number): void {
  if (leaves.length >= MAX_LEAVES) return
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH || ArrayBuffer.isView(value)) {
    leaves.push(value)
    return
  }
  for (const [key, member] of Object.entries(value)) {
    leaves.push(key)
    collect(member, leaves, depth + 1)
  }
  leaves.push(undefined)
}
