import { createHash } from 'node:crypto'
import { AosError } from '@aos/sdk'
import { namesPrototype } from './read.ts'

/** Levels of a value that are put on the wire; the envelope needs some of those a reader takes. */
const MAX_DEPTH = 56
/** Nodes of what is not JSON that are copied; an object that is reached on many ways counts on each. */
const MAX_NODES = 100_000

/**
 * Shows a value as JSON: what JSON cannot hold becomes a text or an object that says what is there (bytes by length and
 * digest), so that a guardian never judges less than it was sent. Throws for a value that is too deep or too large.
 */
export function toWireJson(value: unknown): unknown {
  return isJson(value, 0) ? value : copy(value, { above: new Set(), left: MAX_NODES })
}

function isJson(value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH) return false
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object':
      if (value === null) return true
      // toJSON would show something else than what is there
      if (Array.isArray(value)) return !('toJSON' in value) && value.every((item) => isJson(item, depth + 1))
      return isPlain(value) && hasOnlyJson(value as Readonly<Record<string, unknown>>, depth)
    default:
      return false
  }
}

function hasOnlyJson(record: Readonly<Record<string, unknown>>, depth: number): boolean {
  for (const name of Object.keys(record)) if (!isJson(record[name], depth + 1)) return false
  return true
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || (prototype === Object.prototype && !('toJSON' in value))
}

interface Walk {
  readonly above: Set<object>
  /** Nodes that may still be copied. */
  left: number
}

function copy(value: unknown, walk: Walk): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object') return value === undefined ? null : `[${typeof value}]`
  if (walk.above.has(value)) return '[circular]'
  if (walk.above.size >= MAX_DEPTH || --walk.left < 0) throw tooLarge()
  walk.above.add(value)
  const copied = copyObject(value, walk)
  walk.above.delete(value)
  return copied
}

function copyObject(value: object, walk: Walk): unknown {
  if (Array.isArray(value)) return value.map((item) => copy(item, walk))
  if (ArrayBuffer.isView(value))
    return bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  if (value instanceof ArrayBuffer) return bytes(new Uint8Array(value))
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof URL || value instanceof RegExp) return String(value)
  if (value instanceof Map || value instanceof Set) return copy([...value], walk)
  const error = value instanceof Error ? { name: value.name, message: value.message } : {}
  const entries = Object.entries({ ...error, ...value }).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([name, item]) => [name, copy(item, walk)]))
}

function bytes(content: Uint8Array): unknown {
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { kind: 'binary', byteLength: content.byteLength, sha256 }
}

function tooLarge(): AosError {
  return new AosError({
    code: 'guardian_unavailable',
    message: `A value of more than ${MAX_DEPTH} levels or ${MAX_NODES} nodes cannot be shown to a guardian`,
    why: 'What a guardian is not shown it cannot judge, so the step is denied.',
    fix: 'Pass a flatter or smaller value.',
  })
}

/** Reads a text that says it is JSON; what is none, or names `__proto__`, stays text. */
export function fromJsonText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return namesPrototype(value) ? text : value
  } catch {
    return text
  }
}
