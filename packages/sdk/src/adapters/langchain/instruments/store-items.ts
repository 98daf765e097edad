import type { ItemKind } from './memory.ts'
import { textOf } from './texts.ts'

/** What a store of LangGraph keeps under a key. */
export type StoredValue = Readonly<Record<string, unknown>>

/** A value as a store gives it back. */
export interface StoredItem {
  readonly value: StoredValue
  readonly [member: string]: unknown
}

/** Values on their way into a store, as JSON text. */
export const VALUES: ItemKind<StoredValue> = { text: textOf, withText: (_value, text) => parsed(text) }

/** Items that come out of a store, shown as the JSON text of their value. */
export const ITEMS: ItemKind<StoredItem> = {
  text: ({ value }) => textOf(value),
  withText: (item, text) => {
    const value = parsed(text)
    return value === undefined ? undefined : { ...item, value }
  },
}

/** The items a store found under a key: one, or none. */
export function itemsOf(found: unknown): readonly StoredItem[] {
  return found === null || found === undefined ? [] : [found as StoredItem]
}

function parsed(text: string): StoredValue | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as StoredValue)
      : undefined
  } catch {
    // a store keeps objects, so any other text is none of its values
    return undefined
  }
}
