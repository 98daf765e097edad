import { gatedObject, isGated, type Gate, type Method } from '../../../objects/gated-object.ts'
import { judged } from '../../../objects/judged.ts'
import { reading, writing, type ItemKind } from './memory.ts'
import type { InstrumentObjectOptions, InstrumentOwner, Reach } from '../../../objects/reach.ts'
import { mergedBatch } from './store-batch.ts'
import { ITEMS, itemsOf, VALUES, type StoredItem, type StoredValue } from './store-items.ts'

/** A store of LangGraph. */
export interface StoreShape {
  batch(operations: never): Promise<unknown>
  get(namespace: string[], key: string): Promise<unknown>
  put(namespace: string[], key: string, value: never, index?: never): Promise<void>
}

type Own = (...args: readonly unknown[]) => unknown

/**
 * Gates a store of LangGraph: what is put is judged by `memoryStore` (a deletion as an empty list), what is got or
 * searched by `memoryContextRetrieval`. A denied put resolves and writes nothing, a denied get has found nothing.
 * Inside of a graph, where operations arrive merged, each is judged alone.
 */
export function instrumentStore<S extends StoreShape>(
  store: S,
  owner?: InstrumentOwner,
  options?: InstrumentObjectOptions,
): S {
  // what a graph hands to its tools passes everything on to the store it was given
  if (isGated(Reflect.get(Object(store) as object, 'store'))) return store
  return gatedObject<S>({
    target: store,
    owner,
    options,
    needs: ['batch', 'get', 'put'],
    kind: 'store',
    component: 'memory',
    note: 'namespaces and their listing are not judged',
    gate: ({ reach, name }) => storeGate(reach, name),
  })
}

function storeGate<S extends StoreShape>(reach: Reach, name: string): Gate<S> {
  return {
    method(key, own) {
      if (key === 'get') return get(reach, name, own)
      if (key === 'search') return search(reach, name, own)
      if (key === 'put') return put(reach, name, own)
      if (key === 'delete') return remove(reach, name, own)
      return key === 'batch' ? mergedBatch(reach, name, own) : undefined
    },
  }
}

function get(reach: Reach, name: string, own: Own): Method {
  return (namespace: readonly string[], key: string) => {
    const read = (): unknown => own(namespace, key)
    return judged(
      reach,
      () =>
        reading<unknown, StoredItem, StoredItem | null>({
          name,
          asked: { namespace, key },
          kind: ITEMS,
          read,
          items: itemsOf,
          give: (items) => items[0] ?? null,
        }),
      read,
    )
  }
}

function search(reach: Reach, name: string, own: Own): Method {
  return (namespacePrefix: readonly string[], options?: { readonly query?: string }) => {
    const read = (): unknown => own(namespacePrefix, options)
    return judged(
      reach,
      () =>
        reading<unknown, StoredItem, readonly StoredItem[]>({
          name,
          asked: { namespacePrefix, query: options?.query },
          kind: ITEMS,
          read,
          items: (found) => found as readonly StoredItem[],
          give: (items) => items,
        }),
      read,
    )
  }
}

function put(reach: Reach, name: string, own: Own): Method {
  return (...args: readonly unknown[]) => {
    const [namespace, key, value, ...rest] = args
    return judged(
      reach,
      () =>
        writing({
          name,
          items: [value as StoredValue],
          kind: VALUES,
          // a modification may leave the one item out
          write: ({ items }) => (items.length === 0 ? undefined : own(namespace, key, items[0], ...rest)),
          denied: () => undefined,
        }),
      () => own(...args),
    )
  }
}

const NOTHING: ItemKind<never> = { text: () => '', withText: () => undefined }

function remove(reach: Reach, name: string, own: Own): Method {
  return (...args) =>
    judged(
      reach,
      () => writing({ name, items: [], kind: NOTHING, write: () => own(...args), denied: () => undefined }),
      () => own(...args),
    )
}
