/** One field of a message: its name in OTLP JSON, how its value is written, and whether there may be several. */
interface Field {
  readonly name: string
  readonly kind: Kind
  readonly list?: true
}

type Kind =
  | 'text'
  | 'hex'
  | 'base64'
  | 'flag'
  | 'count'
  | 'int64'
  | 'fixed64'
  | 'fixed32'
  | 'double'
  | (() => Message)
type Message = Readonly<Record<number, Field>>

const text = (name: string): Field => ({ name, kind: 'text' })
const count = (name: string): Field => ({ name, kind: 'count' })
const one = (name: string, kind: () => Message): Field => ({ name, kind })
const list = (name: string, kind: () => Message): Field => ({ name, kind, list: true })

const ANY_VALUE: Message = {
  1: text('stringValue'),
  2: { name: 'boolValue', kind: 'flag' },
  3: { name: 'intValue', kind: 'int64' },
  4: { name: 'doubleValue', kind: 'double' },
  5: one('arrayValue', () => ({ 1: list('values', () => ANY_VALUE) })),
  6: one('kvlistValue', () => ({ 1: list('values', () => KEY_VALUE) })),
  7: { name: 'bytesValue', kind: 'base64' },
}
const KEY_VALUE: Message = { 1: text('key'), 2: one('value', () => ANY_VALUE) }
const attributes: Field = list('attributes', () => KEY_VALUE)
const dropped: Field = count('droppedAttributesCount')
const EVENT: Message = {
  1: { name: 'timeUnixNano', kind: 'fixed64' },
  2: text('name'),
  3: attributes,
  4: dropped,
}
const LINK: Message = {
  1: { name: 'traceId', kind: 'hex' },
  2: { name: 'spanId', kind: 'hex' },
  3: text('traceState'),
  4: attributes,
  5: dropped,
  6: { name: 'flags', kind: 'fixed32' },
}
const SPAN: Message = {
  1: { name: 'traceId', kind: 'hex' },
  2: { name: 'spanId', kind: 'hex' },
  3: text('traceState'),
  4: { name: 'parentSpanId', kind: 'hex' },
  5: text('name'),
  6: count('kind'),
  7: { name: 'startTimeUnixNano', kind: 'fixed64' },
  8: { name: 'endTimeUnixNano', kind: 'fixed64' },
  9: attributes,
  10: dropped,
  11: list('events', () => EVENT),
  12: count('droppedEventsCount'),
  13: list('links', () => LINK),
  14: count('droppedLinksCount'),
  15: one('status', () => ({ 2: text('message'), 3: count('code') })),
  16: { name: 'flags', kind: 'fixed32' },
}
const SCOPE_SPANS: Message = {
  1: one('scope', () => ({ 1: text('name'), 2: text('version'), 3: attributes, 4: dropped })),
  2: list('spans', () => SPAN),
  3: text('schemaUrl'),
}
const RESOURCE_SPANS: Message = {
  1: one('resource', () => ({ 1: attributes, 2: dropped })),
  2: list('scopeSpans', () => SCOPE_SPANS),
  3: text('schemaUrl'),
}
const REQUEST: Message = { 1: list('resourceSpans', () => RESOURCE_SPANS) }

const MAX_DEPTH = 40
const MAX_VARINT_BYTES = 10

/** Reads an OTLP trace request in protobuf as OTLP JSON has it; throws a RangeError for bytes that are none. */
export function readTraceRequest(bytes: Uint8Array): Record<string, unknown> {
  return readMessage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), REQUEST, 0)
}

function readMessage(bytes: Buffer, message: Message, depth: number): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw new RangeError('it is nested too deeply')
  const made: Record<string, unknown> = {}
  const reader = new Reader(bytes)
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint())
    const field = message[Math.floor(tag / 8)]
    const raw = reader.value(tag % 8)
    if (field === undefined) continue
    const value = toJson(raw, field.kind, depth)
    if (field.list !== true) made[field.name] = value
    else if (Array.isArray(made[field.name])) (made[field.name] as unknown[]).push(value)
    else made[field.name] = [value]
  }
  return made
}

function toJson(raw: bigint | Buffer, kind: Kind, depth: number): unknown {
  if (typeof kind === 'function') return readMessage(bytesOf(raw), kind(), depth + 1)
  switch (kind) {
    case 'text':
      return bytesOf(raw).toString('utf8')
    case 'hex':
    case 'base64':
      return bytesOf(raw).toString(kind)
    case 'flag':
      return numberOf(raw) !== 0n
    case 'count':
    case 'fixed32':
      return Number(BigInt.asUintN(32, numberOf(raw)))
    case 'int64':
      return String(BigInt.asIntN(64, numberOf(raw)))
    case 'fixed64':
      return String(numberOf(raw))
    case 'double':
      return doubleOf(numberOf(raw))
  }
}

// JSON has no number for these, so OTLP JSON writes them as texts
function doubleOf(bits: bigint): number | string {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  const number = view.getFloat64(0)
  return Number.isFinite(number) ? number : String(number)
}

function bytesOf(raw: bigint | Buffer): Buffer {
  if (typeof raw === 'bigint') throw new RangeError('a field is of another kind')
  return raw
}

function numberOf(raw: bigint | Buffer): bigint {
  if (typeof raw !== 'bigint') throw new RangeError('a field is of another kind')
  return raw
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.byteLength
  }

  varint(): bigint {
    let value = 0n
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = this.#take(1)[0] ?? 0
      value |= BigInt(byte & 0x7f) << BigInt(7 * index)
      if (byte < 0x80) return value
    }
    throw new RangeError('a number is too long')
  }

  value(wire: number): bigint | Buffer {
    if (wire === 0) return this.varint()
    if (wire === 1) return this.#take(8).readBigUInt64LE()
    if (wire === 2) return this.#take(Number(this.varint()))
    if (wire === 5) return BigInt(this.#take(4).readUInt32LE())
    throw new RangeError(`there is no kind ${wire} of fields`)
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.byteLength) throw new RangeError('it ends before it is whole')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}
