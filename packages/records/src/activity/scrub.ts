import type { Redactor } from '@aos/sdk'

/** What a look over a value has found, and the value without it. */
export interface Scrubbed {
  readonly value: unknown
  /** The kind of each find. */
  readonly found: readonly string[]
}

/** Copies a value as JSON holds it, without what a redactor finds; throws where the value is too large to look at. */
export type Scrub = (value: unknown) => Scrubbed

interface Walk {
  readonly found: string[]
  characters: number
  nodes: number
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g
const MAX_DEPTH = 32
/** More than any event may have in the end, so that nobody waits for what will be refused. */
const MAX_CHARACTERS = 1024 * 1024
const MAX_NODES = 100_000
/** Most texts of events are the same in each of them. */
const MAX_CLEAN = 4096
const MAX_CLEAN_LENGTH = 64
/** A number of this size may be that of a card. */
const CARD_NUMBER = 1e12

/** Makes a {@link Scrub} of a redactor. Half surrogate pairs, which strict readers refuse, are replaced as well. */
export function createScrub(redactor: Redactor): Scrub {
  const scrubber = new Scrubber(redactor)
  return (value) => {
    const walk = { found: [], characters: MAX_CHARACTERS, nodes: MAX_NODES }
    return { value: scrubber.scrub(value, walk, 0), found: walk.found }
  }
}

class Scrubber {
  readonly #redactor: Redactor
  readonly #clean = new Set<string>()

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  scrub(value: unknown, walk: Walk, depth: number): unknown {
    walk.nodes -= 1
    if (typeof value === 'string') return this.#text(value, walk)
    if (typeof value === 'number') return this.#number(value, walk)
    if (typeof value === 'boolean' || value === null) return value
    if (typeof value !== 'object') return undefined
    if (depth >= MAX_DEPTH || walk.nodes < 0) throw new RangeError('an event is too large')
    if (showsAs(value)) return this.scrub(value.toJSON(), walk, depth + 1)
    return Array.isArray(value) ? this.#items(value, walk, depth) : this.#members(value, walk, depth)
  }

  #members(value: object, walk: Walk, depth: number): unknown {
    const copy: [string, unknown][] = []
    for (const name of Object.keys(value)) {
      const member: unknown = Reflect.get(value, name)
      const scrubbed = this.#member(name, member, { holder: value, walk, depth })
      if (scrubbed !== undefined) copy.push([this.#text(name, walk), scrubbed])
    }
    return Object.fromEntries(copy)
  }

  #items(items: readonly unknown[], walk: Walk, depth: number): unknown {
    const [name, value] = items
    // a pair of name and value, as headers come
    if (items.length === 2 && typeof name === 'string')
      return [this.#text(name, walk), this.#member(name, value, { holder: items, walk, depth }) ?? null]
    return Array.from(items, (entry) => this.scrub(entry, walk, depth + 1) ?? null)
  }

  #member(
    name: string,
    value: unknown,
    { holder, walk, depth }: { readonly holder: object; readonly walk: Walk; readonly depth: number },
  ): unknown {
    const kind = value === undefined ? undefined : this.#redactor.sensitiveMember(name, value, holder)
    if (kind === undefined) return this.scrub(value, walk, depth + 1)
    walk.found.push(kind)
    return `[REDACTED:${kind}]`
  }

  #text(given: string, walk: Walk): string {
    walk.characters -= given.length
    if (walk.characters < 0) throw new RangeError('an event is too large')
    if (this.#clean.has(given)) return given
    const text = given.replace(LONE_SURROGATE, '\uFFFD')
    const { text: redacted, redactions } = this.#redactor.redactText(text)
    if (typeof redacted !== 'string') throw new TypeError('a redactor gave no text')
    for (const { kind, count } of redactions)
      for (let found = 0; found < count; found++) walk.found.push(kind)
    if (redacted === given && given.length <= MAX_CLEAN_LENGTH) this.#remember(given)
    return redacted
  }

  #number(value: number, walk: Walk): unknown {
    if (!Number.isFinite(value)) return undefined
    if (!Number.isInteger(value) || value < CARD_NUMBER) return value
    const text = String(value)
    const redacted = this.#text(text, walk)
    return redacted === text ? value : redacted
  }

  #remember(text: string): void {
    if (this.#clean.size >= MAX_CLEAN) this.#clean.clear()
    this.#clean.add(text)
  }
}

/** Whether JSON shows something else in place of an object, as it does of a date. */
function showsAs(value: object): value is { toJSON: () => unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}
