import { equalJson, type Json } from '../values/snapshot.ts'
import type { RecordedValue } from './entries.ts'

/** A list of which the first items are those of an earlier one, as a file holds it. */
export interface ContinuedList {
  /** Number of the entry that has the earlier list. */
  readonly after: number
  /** How many items of it come first. */
  readonly kept: number
  /** The items that follow. */
  readonly json: readonly Json[]
}

/** Writes each list by what is new in it: what a model is told grows from call to call, and repeats itself. */
export class ListWriter {
  #last: { readonly n: number; readonly items: readonly Json[] } | undefined

  /** The value as it is written in the entry of the given number. */
  written(value: RecordedValue, n: number): RecordedValue | ContinuedList {
    if (!('json' in value) || !Array.isArray(value.json)) return value
    const items: readonly Json[] = value.json
    const last = this.#last
    this.#last = { n, items }
    const kept = last === undefined ? 0 : commonItems(last.items, items)
    return last === undefined || kept === 0 ? value : { after: last.n, kept, json: items.slice(kept) }
  }
}

function commonItems(left: readonly Json[], right: readonly Json[]): number {
  const at = left.findIndex((item, index) => index >= right.length || !equalJson(item, right[index] as Json))
  return at < 0 ? left.length : at
}

/** Puts lists together again. */
export class ListReader {
  readonly #lists = new Map<number, readonly Json[]>()

  /** The whole value of the entry of the given number. */
  read(value: RecordedValue | ContinuedList, n: number): RecordedValue {
    const whole = 'after' in value ? this.#whole(value) : value
    if ('json' in whole && Array.isArray(whole.json)) this.#lists.set(n, whole.json)
    return whole
  }

  #whole({ after, kept, json }: ContinuedList): RecordedValue {
    const before = this.#lists.get(after)
    if (before === undefined || before.length < kept)
      return { opaque: 'its first items stand in an entry that is missing' }
    return { json: [...before.slice(0, kept), ...json] }
  }
}
