// The definitions of OTLP as they are published, and what they call a valid request; unlike collectors this forgives nothing.
import './wide-numbers.ts'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import protobuf from 'protobufjs'

/** What a request carries. */
export type Signal = 'traces' | 'logs' | 'metrics'

/** Reads requests, and throws for whatever the definitions do not allow. */
export interface OtlpDefinitions {
  /** Decodes protobuf; gives the form that JSON has. */
  readonly decode: (signal: Signal, body: Uint8Array) => Json
  /** Checks JSON; gives it in the same form as `decode`. */
  readonly parse: (signal: Signal, text: string) => Json
}

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>

const REQUESTS: Readonly<Record<Signal, readonly [file: string, type: string]>> = {
  traces: ['trace/v1/trace_service.proto', 'trace.v1.ExportTraceServiceRequest'],
  logs: ['logs/v1/logs_service.proto', 'logs.v1.ExportLogsServiceRequest'],
  metrics: ['metrics/v1/metrics_service.proto', 'metrics.v1.ExportMetricsServiceRequest'],
}

/** Definitions that come with an installed package. */
export const INSTALLED: string = dirname(
  createRequire(import.meta.url).resolve('@elastic/mockotlpserver/package.json'),
)

/** Loads definitions from the folder in which `opentelemetry/proto` is. */
export function loadDefinitions(folder: string): OtlpDefinitions {
  const root = new protobuf.Root()
  root.resolvePath = (_origin, target) => (target.startsWith('opentelemetry') ? join(folder, target) : target)
  root.loadSync(Object.values(REQUESTS).map(([file]) => join(folder, 'opentelemetry/proto/collector', file)))
  const record = root.lookupType('opentelemetry.proto.logs.v1.LogRecord')
  // newer than the definitions of some packages
  if (record.fields['eventName'] === undefined) record.add(new protobuf.Field('eventName', 12, 'string'))
  root.resolveAll()
  const typeOf = (signal: Signal): protobuf.Type =>
    root.lookupType(`opentelemetry.proto.collector.${REQUESTS[signal][1]}`)
  return {
    decode: (signal, body) => readMessage(typeOf(signal), body, signal),
    parse: (signal, text) => checkMessage(typeOf(signal), JSON.parse(text), signal),
  }
}

// ids are bytes, and hexadecimal in JSON (OTLP, JSON protobuf encoding)
const ID_BYTES: Readonly<Record<string, number>> = { traceId: 16, spanId: 8, parentSpanId: 8 }

const WIRE_TYPES: Readonly<Record<string, number>> = {
  double: 1,
  fixed64: 1,
  sfixed64: 1,
  fixed32: 5,
  sfixed32: 5,
  float: 5,
  string: 2,
  bytes: 2,
}
const LENGTH_DELIMITED = 2
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function readMessage(type: protobuf.Type, body: Uint8Array, place: string): Json {
  const reader = protobuf.Reader.create(body)
  const message: Record<string, unknown> = {}
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const field = type.fieldsById[tag >>> 3]
    if (field === undefined) throw new Error(`${place}: ${type.name} has no field ${tag >>> 3}`)
    const at = `${place}.${field.name}`
    const wire = tag & 7
    const expected =
      field.resolvedType instanceof protobuf.Type ? LENGTH_DELIMITED : (WIRE_TYPES[field.type] ?? 0)
    const isPacked = field.repeated && wire === LENGTH_DELIMITED && expected !== LENGTH_DELIMITED
    if (wire !== expected && !isPacked) throw new Error(`${at}: wire type ${wire} where ${expected} is due`)
    if (!isPacked) put(message, field, readValue(field, reader, at))
    else
      for (const end = reader.uint32() + reader.pos; reader.pos < end;)
        put(message, field, readValue(field, reader, at))
  }
  return checkOneofs(type, message, place)
}

function readValue(field: protobuf.Field, reader: protobuf.Reader, place: string): unknown {
  const { resolvedType, type, name } = field
  if (resolvedType instanceof protobuf.Type) return readMessage(resolvedType, reader.bytes(), place)
  if (resolvedType instanceof protobuf.Enum) return enumValue(resolvedType, reader.int32(), place)
  switch (type) {
    case 'string':
      return utf8.decode(reader.bytes())
    case 'bytes':
      return idOr(name, Buffer.from(reader.bytes()), place)
    case 'double':
      return reader.double()
    case 'bool':
      return reader.bool()
    case 'int64':
      return wide(reader.int64())
    case 'fixed64':
      return wide(reader.fixed64())
    case 'sfixed64':
      return wide(reader.sfixed64())
    case 'uint64':
      return wide(reader.uint64())
    case 'sint32':
      return reader.sint32()
    case 'uint32':
      return reader.uint32()
    case 'fixed32':
      return reader.fixed32()
    default:
      return reader.int32()
  }
}

// protobufjs has a type of its own for them
function wide(value: { toString(): string }): bigint {
  return BigInt(value.toString())
}

function put(message: Record<string, unknown>, field: protobuf.Field, value: unknown): void {
  if (field.repeated) message[field.name] = [...((message[field.name] as unknown[] | undefined) ?? []), value]
  else if (!isDefault(field, value)) message[field.name] = value
}

// what stands for nothing need not be sent; a member of a oneof says by being there which it is
function isDefault(field: protobuf.Field, value: unknown): boolean {
  if (field.partOf !== null) return false
  return (
    value === '' ||
    value === 0 ||
    value === 0n ||
    value === false ||
    (value instanceof Buffer && value.length === 0)
  )
}

function checkMessage(type: protobuf.Type, given: unknown, place: string): Json {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error(`${place} is no ${type.name}: ${JSON.stringify(given)}`)
  const message: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const at = `${place}.${name}`
    const field = type.fields[name]
    if (field === undefined) throw new Error(`${at}: ${type.name} has no such field`)
    if (field.repeated !== Array.isArray(value)) throw new Error(`${at}: ${JSON.stringify(value)}`)
    const values = field.repeated ? (value as unknown[]) : [value]
    values.forEach((each, index) => put(message, field, checkValue(field, each, `${at}.${index}`)))
  }
  return checkOneofs(type, message, place)
}

function checkValue(field: protobuf.Field, given: unknown, place: string): unknown {
  const { resolvedType, type, name } = field
  if (resolvedType instanceof protobuf.Type) return checkMessage(resolvedType, given, place)
  if (resolvedType instanceof protobuf.Enum) return enumValue(resolvedType, given, place)
  const refuse = (): never => {
    throw new Error(`${place} is no ${type}: ${JSON.stringify(given)}`)
  }
  if (type === 'string') return typeof given === 'string' && !/\p{Surrogate}/u.test(given) ? given : refuse()
  if (type === 'bytes') {
    if (typeof given !== 'string') return refuse()
    const encoding = Object.hasOwn(ID_BYTES, name) ? 'hex' : 'base64'
    const bytes = Buffer.from(given, encoding)
    return bytes.toString(encoding) === given.toLowerCase() || encoding === 'base64'
      ? idOr(name, bytes, place)
      : refuse()
  }
  if (type === 'bool') return typeof given === 'boolean' ? given : refuse()
  if (type === 'double') return typeof given === 'number' ? given : (NOT_FINITE[String(given)] ?? refuse())
  if (type.endsWith('64')) return wholeNumber(type, given) ?? refuse()
  return Number.isInteger(given) ? given : refuse()
}

const NOT_FINITE: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity }

function wholeNumber(type: string, given: unknown): bigint | undefined {
  const isText = typeof given === 'string' && /^-?\d+$/.test(given)
  if (!isText && !Number.isSafeInteger(given)) return undefined
  const value = BigInt(given as string | number)
  const isSigned = type === 'int64' || type === 'sfixed64'
  return value === (isSigned ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) ? value : undefined
}

function enumValue({ valuesById, name }: protobuf.Enum, given: unknown, place: string): number {
  if (typeof given !== 'number' || valuesById[given] === undefined)
    throw new Error(`${place} is no ${name}: ${JSON.stringify(given)}`)
  return given
}

function idOr(name: string, bytes: Buffer, place: string): unknown {
  const expected = ID_BYTES[name]
  if (expected === undefined) return bytes
  const isAbsent = bytes.length === 0 && name === 'parentSpanId'
  if (!isAbsent && (bytes.length !== expected || bytes.every((byte) => byte === 0)))
    throw new Error(`${place}: ${bytes.toString('hex')} is no id of ${expected} bytes`)
  return bytes.toString('hex')
}

function checkOneofs(type: protobuf.Type, message: Json, place: string): Json {
  for (const { name, fieldsArray } of type.oneofsArray) {
    const present = fieldsArray.filter((field) => Object.hasOwn(message, field.name))
    if (present.length > 1) throw new Error(`${place} has more than one ${name}`)
  }
  return message
}
