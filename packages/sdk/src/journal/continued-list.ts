import { equalJson, type Json } from '../values/snapshot.ts'
import type { RecordedValue } from './entries.ts'

/** A list of which the first items are those of an earlier one, as a file holds it. */
export interface ContinuedList {
  /** Number of the entry that has the earlier list. */
  readonly after: number
  /** How many items of it come first. */
  readonly kept: number
  /** The items that follow, under the name that the whole list has. */
  readonly json?: readonly Json[]
  readonly messages?: readonly Json[]
}

/** Writes each list by what is new in it: what a model is told grows from call to call, and repeats itself. */
export class ListWriter {
  #last: { readonly n: number; readonly items: readonly Json[] } | undefined

  /** The value as it is written in the entry of the given number. */
  written(value: RecordedValue, n: number): RecordedValue | ContinuedList {
    const items = itemsOf(value)
    if (items === undefined) return value
    const last = this.#last
    this.#last = { n, items }
    const kept = last === undefined ? 0 : commonItems(last.items, items)
    if (last === undefined || kept === 0) return value
    const rest = items.slice(kept)
    return { after: last.n, kept, ...('messages' in value ? { messages: rest } : { json: rest }) }
  }
}

function itemsOf(value: RecordedValue): readonly Json[] | undefined {
  if ('messages' in value) return value.messages
  return 'json' in value && Array.isArray(value.json) ? value.json : undefined
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
    const items = itemsOf(whole)
    if (items !== undefined) this.#lists.set(n, items)
    return whole
  }

  #whole({ after, kept, json = [], messages }: ContinuedList): RecordedValue {
    const before = this.#lists.get(after)
    if (before === undefined || before.length < kept)
      return { opaque: 'its first items stand in an entry that is missing' }
    const first = before.slice(0, kept)
    return messages === undefined ? { json: [...first, ...json] } : { messages: [...first, ...messages] }
  }
}
