import { snapshot, type Json } from '../values/snapshot.ts'

type Bag = Readonly<Record<string, unknown>>

/** Longest schema that is looked at, as JSON. */
const MAX_LENGTH = 256 * 1024

/**
 * Gives the JSON Schema of what a tool takes, whatever its framework calls a schema: JSON Schema itself, a schema of the AI
 * SDK, one that can say itself in JSON Schema (Standard JSON Schema, zod). What only tells converters apart is left out, so
 * that the same tool has the same schema everywhere; `undefined` for what cannot be read.
 */
export function jsonSchemaOf(schema: unknown): Json | undefined {
  try {
    const written = writtenBy(schema)
    if (written === undefined) return undefined
    const taken = snapshot(written)
    return taken.ok && JSON.stringify(taken.json).length <= MAX_LENGTH ? plain(taken.json) : undefined
  } catch {
    return undefined
  }
}

function writtenBy(schema: unknown): unknown {
  if (!isBag(schema) && typeof schema !== 'function') return undefined
  const standard: unknown = Reflect.get(schema, '~standard')
  const converter = isBag(standard) ? standard['jsonSchema'] : undefined
  if (isBag(converter) && typeof converter['input'] === 'function')
    return Reflect.apply(converter['input'], converter, [{ target: 'draft-2020-12' }])
  const own: unknown = Reflect.get(schema, 'toJSONSchema')
  if (typeof own === 'function') return Reflect.apply(own, schema, [{ io: 'input' }])
  // a lazy schema of the AI SDK
  if (typeof schema === 'function') return writtenBy(Reflect.apply(schema, undefined, []))
  // what is written when it is asked for may be a promise, and is not waited for
  if ('jsonSchema' in schema) return isBag(schema['jsonSchema']) ? schema['jsonSchema'] : undefined
  return isBag(standard) ? undefined : schema
}

// converters differ in whether they name their dialect and close objects, and in the order of names
function plain(json: Json): Json {
  if (Array.isArray(json)) return json.map(plain)
  if (typeof json !== 'object' || json === null) return json
  const entries = Object.entries(json).filter(
    ([key, value]) => !LEFT_OUT.has(key) && !(key === 'additionalProperties' && value === false),
  )
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      key === 'required' && Array.isArray(value)
        ? [...value].map(String).toSorted(byCodeUnits)
        : plain(value),
    ]),
  )
}

function byCodeUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

const LEFT_OUT: ReadonlySet<string> = new Set(['$schema', '~standard'])

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null
}
