import { crc32 } from 'node:zlib'
import type { OutboxItem } from './outbox-item.ts'

/** An item together with the moment it was handed to an outbox. */
export interface SpooledItem {
  readonly item: OutboxItem
  readonly enqueuedAtMs: number
}

/** What a segment's bytes hold, and what of them can not be read. */
export interface DecodedSegment {
  readonly items: readonly SpooledItem[]
  /** Complete records that fail their checksum or do not parse. */
  readonly corrupt: number
  /** Bytes after the last whole record: the trace of a write that was cut off. */
  readonly tornBytes: number
}

/** First bytes of every segment file; a later incompatible layout gets other bytes. */
export const SEGMENT_MAGIC: Uint8Array = Buffer.from('AOSSEG1\n', 'latin1')

const FRAME_HEADER_BYTES = 8
const META_LENGTH_BYTES = 4

/** Renders one record: payload length, checksum over length and payload, metadata as JSON, body. */
export function encodeRecord({ item, enqueuedAtMs }: SpooledItem): Uint8Array {
  const { id, kind, contentType, headers, body } = item
  const meta = Buffer.from(JSON.stringify({ id, kind, contentType, headers, at: enqueuedAtMs }), 'utf8')
  const payloadBytes = META_LENGTH_BYTES + meta.byteLength + body.byteLength
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payloadBytes)
  frame.writeUInt32LE(payloadBytes, 0)
  frame.writeUInt32LE(meta.byteLength, FRAME_HEADER_BYTES)
  frame.set(meta, FRAME_HEADER_BYTES + META_LENGTH_BYTES)
  frame.set(body, FRAME_HEADER_BYTES + META_LENGTH_BYTES + meta.byteLength)
  frame.writeUInt32LE(checksum(frame), 4)
  return frame
}

/** Reads every intact record of a segment, in order; damage is counted, never thrown. */
export function decodeSegment(bytes: Uint8Array): DecodedSegment {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = view.subarray(0, SEGMENT_MAGIC.byteLength)
  if (!magic.equals(SEGMENT_MAGIC)) {
    const cutMagic =
      view.byteLength < SEGMENT_MAGIC.byteLength && magic.equals(SEGMENT_MAGIC.subarray(0, view.byteLength))
    return cutMagic
      ? { items: [], corrupt: 0, tornBytes: view.byteLength }
      : { items: [], corrupt: 1, tornBytes: 0 }
  }
  const items: SpooledItem[] = []
  let corrupt = 0
  let offset = SEGMENT_MAGIC.byteLength
  while (view.byteLength - offset >= FRAME_HEADER_BYTES) {
    const payloadBytes = view.readUInt32LE(offset)
    const end = offset + FRAME_HEADER_BYTES + payloadBytes
    if (end > view.byteLength) break
    const decoded = decodeFrame(view.subarray(offset, end))
    if (decoded === undefined) corrupt += 1
    else items.push(decoded)
    offset = end
  }
  return { items, corrupt, tornBytes: view.byteLength - offset }
}

function checksum(frame: Buffer): number {
  return crc32(frame.subarray(FRAME_HEADER_BYTES), crc32(frame.subarray(0, 4)))
}

function decodeFrame(frame: Buffer): SpooledItem | undefined {
  if (frame.byteLength < FRAME_HEADER_BYTES + META_LENGTH_BYTES || checksum(frame) !== frame.readUInt32LE(4))
    return undefined
  const bodyStart = FRAME_HEADER_BYTES + META_LENGTH_BYTES + frame.readUInt32LE(FRAME_HEADER_BYTES)
  if (bodyStart > frame.byteLength) return undefined
  const meta = parseMeta(frame.toString('utf8', FRAME_HEADER_BYTES + META_LENGTH_BYTES, bodyStart))
  if (meta === undefined) return undefined
  return { item: { ...meta.item, body: new Uint8Array(frame.subarray(bodyStart)) }, enqueuedAtMs: meta.at }
}

function parseMeta(text: string): { item: Omit<OutboxItem, 'body'>; at: number } | undefined {
  const meta = parseJson(text)
  if (typeof meta !== 'object' || meta === null) return undefined
  const { id, kind, contentType, headers, at } = meta as Record<string, unknown>
  if (
    typeof id !== 'string' ||
    typeof kind !== 'string' ||
    typeof contentType !== 'string' ||
    typeof at !== 'number'
  ) {
    return undefined
  }
  if (headers === undefined) return { item: { id, kind, contentType }, at }
  return isStringRecord(headers) ? { item: { id, kind, contentType, headers }, at } : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isStringRecord(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((entry) => typeof entry === 'string')
  )
}
