import { AosError } from '../../../errors.ts'
import type { Operation } from '../../../run/operation.ts'
import type { Use } from '../../../objects/judged.ts'
import { placed } from './texts.ts'

/** How items of one kind are shown to a memory hook, and what they are with another text. */
export interface ItemKind<I> {
  text(item: I): string
  /** The item with another text, or nothing where it cannot have it. */
  withText(item: I, text: string): I | undefined
}

/** Items with the places they had among those that were given. */
export interface Kept<I> {
  readonly items: readonly I[]
  readonly indexes: readonly number[]
}

/** Items on their way into a memory; none where something is taken out of it. */
export interface Writing<I, T> {
  readonly name: string
  readonly items: readonly I[]
  readonly kind: ItemKind<I>
  readonly write: (kept: Kept<I>) => unknown
  /** What the caller gets where nothing was written. */
  readonly denied: () => T
}

/** Something read from a memory. */
export interface Reading<F, I, T> {
  readonly name: string
  /** What is asked for. */
  readonly asked: { readonly query?: string | undefined } & Readonly<Record<string, unknown>>
  readonly kind: ItemKind<I>
  readonly read: () => PromiseLike<F> | F
  readonly items: (found: F) => readonly I[]
  /** What the caller gets of the items that were decided. */
  readonly give: (items: readonly I[]) => T
}

/** The use of a memory that writes: judged by `memoryStore`. */
export function writing<I, T>({ name, items, kind, write, denied }: Writing<I, T>): Use<T> {
  const texts = items.map((item) => kind.text(item))
  const problem = (value: unknown): string | undefined => {
    const kept = keep(kind, { items, texts }, value)
    return typeof kept === 'string' ? kept : undefined
  }
  return {
    operation: () => ({ ...memoryOperation('memoryStore', name), value: texts, validate: problem }),
    effect: (value) => write(whole(keep(kind, { items, texts }, value))),
    give: (outcome) => outcome as T,
    denied,
  }
}

/** The use of a memory that reads: judged by `memoryContextRetrieval`. */
export function reading<F, I, T>({ name, asked, kind, read, items, give }: Reading<F, I, T>): Use<T> {
  let given: Given<I> = { items: [], texts: [] }
  const problem = (value: unknown): string | undefined => {
    const kept = keep(kind, given, value)
    return typeof kept === 'string' ? kept : undefined
  }
  return {
    operation: () => ({
      ...memoryOperation('memoryContextRetrieval', name),
      value: asked,
      facts: { query: asked.query },
      validateResult: problem,
    }),
    effect: async () => {
      const found = items(await read())
      given = { items: found, texts: found.map((item) => kind.text(item)) }
      return given.texts
    },
    give: (outcome) => give(whole(keep(kind, given, outcome)).items),
    denied: () => give([]),
  }
}

interface Given<I> {
  readonly items: readonly I[]
  readonly texts: readonly string[]
}

function keep<I>(kind: ItemKind<I>, { items, texts }: Given<I>, decided: unknown): Kept<I> | string {
  const places = placed(texts, decided)
  if (typeof places === 'string') return places
  const kept: I[] = []
  for (const { index, text } of places) {
    const item = items[index] as I
    // read again: an item that was changed since it was shown goes on as it was decided
    const decidedItem = kind.text(item) === text ? item : kind.withText(item, text)
    if (decidedItem === undefined) return `item ${index} cannot have this text`
    kept.push(decidedItem)
  }
  return { items: kept, indexes: places.map(({ index }) => index) }
}

function whole<I>(kept: Kept<I> | string): Kept<I> {
  if (typeof kept !== 'string') return kept
  throw new AosError({
    code: 'invalid_handler',
    message: `What was decided does not fit: ${kept}`,
    why: 'Items changed while they were decided.',
    fix: 'Do not change items that are being stored or read.',
  })
}

function memoryOperation(kind: 'memoryStore' | 'memoryContextRetrieval', name: string): Operation {
  return { kind, name, value: undefined, component: { id: `memory:${name}`, type: 'memory', name } }
}
