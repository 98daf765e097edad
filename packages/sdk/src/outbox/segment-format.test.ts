import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeSegment, encodeRecord, SEGMENT_MAGIC } from './segment-format.ts'
import type { SpooledItem } from './segment-format.ts'

const anyItem: fc.Arbitrary<SpooledItem> = fc.record({
  item: fc.record(
    {
      id: fc.string(),
      kind: fc.string(),
      contentType: fc.string(),
      headers: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true, maxKeys: 3 }),
      body: fc.uint8Array({ maxLength: 60 }),
    },
    { requiredKeys: ['id', 'kind', 'contentType', 'body'] },
  ),
  enqueuedAtMs: fc.nat(),
})

function segmentOf(items: readonly SpooledItem[]): Buffer {
  return Buffer.concat([SEGMENT_MAGIC, ...items.map(encodeRecord)])
}

describe('segment format', () => {
  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 5 }), (items) => {
        expect(decodeSegment(segmentOf(items))).toEqual({ items, corrupt: 0, tornBytes: 0 })
      }),
    )
  })

  test('keeps every whole record of a segment torn at any byte and counts the rest', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { minLength: 1, maxLength: 4 }), (items) => {
        const bytes = segmentOf(items)
        const ends = items.map((_, index) => segmentOf(items.slice(0, index + 1)).byteLength)
        for (let length = 0; length < bytes.byteLength; length += 1) {
          const whole = ends.filter((end) => end <= length).length
          const lastEnd = whole === 0 ? SEGMENT_MAGIC.byteLength : (ends[whole - 1] ?? 0)
          const decoded = decodeSegment(bytes.subarray(0, length))
          expect(decoded.items).toEqual(items.slice(0, whole))
          expect(decoded.corrupt).toBe(0)
          expect(decoded.tornBytes).toBe(length < lastEnd ? length : length - lastEnd)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('never invents or alters an item when any single byte is damaged', () => {
    fc.assert(
      fc.property(
        fc.array(anyItem, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (items, at, flip) => {
          const bytes = segmentOf(items)
          const index = at % bytes.byteLength
          bytes.writeUInt8(bytes.readUInt8(index) ^ flip, index)
          const { items: read, corrupt, tornBytes } = decodeSegment(bytes)
          expect(read.length).toBeLessThan(items.length)
          for (const item of read) expect(items).toContainEqual(item)
          expect(corrupt > 0 || tornBytes > 0).toBe(true)
        },
      ),
    )
  })

  test('goes on after a damaged record', () => {
    const item = (id: string): SpooledItem => ({
      item: { id, kind: 'k', contentType: 't', body: Buffer.from('body') },
      enqueuedAtMs: 1,
    })
    const bytes = segmentOf([item('a'), item('b'), item('c')])
    bytes.write('B', bytes.indexOf('"b"') + 1)
    const { items, corrupt } = decodeSegment(bytes)
    expect(items.map(({ item: { id } }) => id)).toEqual(['a', 'c'])
    expect(corrupt).toBe(1)
  })

  test('refuses a file of another kind', () => {
    expect(decodeSegment(Buffer.from('something else entirely'))).toEqual({
      items: [],
      corrupt: 1,
      tornBytes: 0,
    })
    expect(decodeSegment(Buffer.alloc(4096))).toEqual({ items: [], corrupt: 1, tornBytes: 0 })
  })

  test('takes a tail of zeros for damage, not for records', () => {
    const bytes = Buffer.concat([segmentOf([]), Buffer.alloc(64)])
    expect(decodeSegment(bytes).items).toEqual([])
    expect(decodeSegment(bytes).corrupt).toBeGreaterThan(0)
  })
})
