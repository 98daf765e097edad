type FieldType = 'bytes' | 'string' | 'int' | 'fixed64' | 'double' | 'bool' | Message

interface Message {
  readonly [field: number]: readonly [name: string, type: FieldType, repeated?: 'repeated']
}

const arrayValue: Message = {}
const keyValueList: Message = {}
const anyValue: Message = {
  1: ['stringValue', 'string'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int'],
  4: ['doubleValue', 'double'],
  5: ['arrayValue', arrayValue],
  6: ['kvlistValue', keyValueList],
  7: ['bytesValue', 'bytes'],
}
const keyValue: Message = { 1: ['key', 'string'], 2: ['value', anyValue] }
Object.assign(arrayValue, { 1: ['values', anyValue, 'repeated'] } satisfies Message)
Object.assign(keyValueList, { 1: ['values', keyValue, 'repeated'] } satisfies Message)

const event: Message = {
  1: ['timeUnixNano', 'fixed64'],
  2: ['name', 'string'],
  3: ['attributes', keyValue, 'repeated'],
}
const link: Message = {
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  4: ['attributes', keyValue, 'repeated'],
}
const span: Message = {
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  4: ['parentSpanId', 'bytes'],
  5: ['name', 'string'],
  6: ['kind', 'int'],
  7: ['startTimeUnixNano', 'fixed64'],
  8: ['endTimeUnixNano', 'fixed64'],
  9: ['attributes', keyValue, 'repeated'],
  11: ['events', event, 'repeated'],
  13: ['links', link, 'repeated'],
  15: ['status', { 2: ['message', 'string'], 3: ['code', 'int'] }],
}
const scopeSpans: Message = {
  1: ['scope', { 1: ['name', 'string'], 2: ['version', 'string'] }],
  2: ['spans', span, 'repeated'],
}
const resourceSpans: Message = {
  1: ['resource', { 1: ['attributes', keyValue, 'repeated'] }],
  2: ['scopeSpans', scopeSpans, 'repeated'],
}
const traceRequest: Message = { 1: ['resourceSpans', resourceSpans, 'repeated'] }

/** Decodes an OTLP trace request from protobuf into the form that its JSON encoding has. */
export function decodeTraceRequest(body: Uint8Array): Record<string, unknown> {
  return decode(Buffer.from(body), traceRequest)
}

function decode(bytes: Buffer, message: Message): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  let offset = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(offset++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Buffer => {
    offset += length
    if (offset > bytes.length) throw new RangeError('a field goes beyond the end of its message')
    return bytes.subarray(offset - length, offset)
  }
  const readers = [varint, () => take(8), () => take(Number(varint())), undefined, undefined, () => take(4)]
  while (offset < bytes.length) {
    const tag = Number(varint())
    const read = readers[tag & 7]
    if (read === undefined) throw new RangeError(`wire type ${tag & 7} is not known`)
    const raw = read()
    const field = message[tag >>> 3]
    if (field === undefined) continue
    const [name, type, repeated] = field
    const value = toValue(raw, type)
    const before = result[name] as unknown[] | undefined
    result[name] = repeated === undefined ? value : [...(before ?? []), value]
  }
  return result
}

function toValue(raw: bigint | Buffer, type: FieldType): unknown {
  if (typeof raw === 'bigint') {
    if (type === 'bool') return raw !== 0n
    return Number(BigInt.asIntN(64, raw))
  }
  if (typeof type === 'object') return decode(raw, type)
  if (type === 'fixed64') return raw.readBigUInt64LE().toString()
  if (type === 'double') return raw.readDoubleLE()
  return type === 'string' ? raw.toString('utf8') : raw.toString('hex')
}
