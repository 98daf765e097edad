import type { HrTime } from '@opentelemetry/api'
import type { SpanAttributes } from '../otel/span-types.ts'

const MAX_DEPTH = 32
const MAX_TIME: HrTime = [18_446_744_073, 709_551_615]

/** A text that JSON and protobuf can hold: half a surrogate pair becomes U+FFFD. The text itself where it is fine. */
export function validText(text: string): string {
  return isWellFormed(text) ? text : text.replaceAll(/\p{Surrogate}/gu, '\ufffd')
}

/** Attributes that OTLP can hold; the very ones where they are. */
export function validAttributes(attributes: SpanAttributes, depth = 0): SpanAttributes {
  let changed: Record<string, unknown> | undefined
  for (const key in attributes) {
    const value = attributes[key]
    const valid = validValue(value, depth)
    const name = validText(key)
    if (valid === value && name === key) continue
    changed ??= { ...attributes }
    if (name !== key) Reflect.deleteProperty(changed, key)
    changed[name] = valid
  }
  return changed ?? attributes
}

/** A list with each entry made valid; the very list where all of them are. */
export function validList<Entry>(
  entries: readonly Entry[],
  valid: (entry: Entry) => Entry,
): readonly Entry[] {
  if (entries.length === 0) return entries
  const made = entries.map(valid)
  return made.every((entry, index) => entry === entries[index]) ? entries : made
}

/** A time that OTLP can hold: from 1970 to 2554; the very one where it is. */
export function validTime(time: HrTime): HrTime {
  const [seconds, nanos] = time
  if (!(seconds >= 0) || !(nanos >= 0)) return [0, 0]
  return seconds < MAX_TIME[0] ? time : MAX_TIME
}

// JSON has no numbers that are not finite, and writes whole ones beyond those that are safe as another number
function validValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return validText(value)
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : String(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (depth >= MAX_DEPTH) return '[too deep]'
  if (Array.isArray(value))
    return validList(value as readonly unknown[], (entry) => validValue(entry, depth + 1))
  return validAttributes(value as SpanAttributes, depth + 1)
}

const native: unknown = Reflect.get(String.prototype, 'isWellFormed')

// the pattern takes ten times as long
function isWellFormed(text: string): boolean {
  return typeof native === 'function'
    ? (Reflect.apply(native, text, []) as boolean)
    : !/\p{Surrogate}/u.test(text)
}
