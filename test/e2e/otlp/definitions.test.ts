// The checker itself: it takes what is valid, and nothing else.
import { describe, expect, test } from 'vitest'
import { INSTALLED, loadDefinitions } from './definitions.ts'

const { decode, parse } = loadDefinitions(INSTALLED)

const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }
const requestOf = (span: object): string =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, ...span }] }] }] })
const withValue = (value: unknown): string => requestOf({ attributes: [{ key: 'k', value }] })

/** A field of a message: its number, its wire type, its content. */
const field = (number: number, wire: number, content: readonly number[]): Buffer =>
  Buffer.from([(number << 3) | wire, ...(wire === 2 ? [content.length] : []), ...content])
const inside =
  (...path: readonly number[]) =>
  (content: Buffer): Buffer =>
    path.reduceRight((inner, number) => field(number, 2, [...inner]), content)
const inSpan = inside(1, 2, 2)

describe('a JSON request', () => {
  test('is taken where it is valid', () => {
    const values = [{ doubleValue: 'NaN' }, { intValue: '-9223372036854775808' }, { arrayValue: {} }, {}]
    for (const value of values) expect(() => parse('traces', withValue(value))).not.toThrow()
    expect(parse('traces', requestOf({ name: 'n', kind: 1, startTimeUnixNano: '1' }))).toEqual({
      resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, name: 'n', kind: 1, startTimeUnixNano: 1n }] }] }],
    })
  })

  test.each([
    ['no object', '[]'],
    ['a field that does not exist', requestOf({ colour: 'red' })],
    ['a name that is null', requestOf({ name: null })],
    ['half a surrogate pair', requestOf({ name: 'half \ud83e' })],
    ['a kind by its name', requestOf({ kind: 'SPAN_KIND_CLIENT' })],
    ['a kind that does not exist', requestOf({ kind: 77 })],
    ['an id that is too short', requestOf({ traceId: 'abcd' })],
    ['an id of zeros', requestOf({ spanId: '0'.repeat(16) })],
    ['an id that is not hexadecimal', requestOf({ spanId: 'z'.repeat(16) })],
    ['a time before 1970', requestOf({ startTimeUnixNano: '-1' })],
    ['a time that is no whole number', requestOf({ startTimeUnixNano: '1.5' })],
    ['a number that is not finite', withValue({ doubleValue: null })],
    ['a whole number that is too large', withValue({ intValue: 1e21 })],
    ['two values in one', withValue({ intValue: 1, stringValue: 'a' })],
    ['a list that is none', requestOf({ events: {} })],
  ])('is refused with %s', (_what, text) => {
    expect(() => parse('traces', text)).toThrow(/traces/)
  })
})

describe('a request in protobuf', () => {
  test('has its large numbers exactly', () => {
    const time = Buffer.alloc(8)
    time.writeBigUInt64LE(1_795_279_678_618_075_837n)
    expect(decode('traces', inSpan(field(7, 1, [...time])))).toEqual({
      resourceSpans: [{ scopeSpans: [{ spans: [{ startTimeUnixNano: 1_795_279_678_618_075_837n }] }] }],
    })
  })

  test('is taken where it is valid', () => {
    const span = Buffer.concat([
      field(1, 2, Array(16).fill(1)),
      field(2, 2, Array(8).fill(2)),
      field(5, 2, [65]),
    ])
    expect(decode('traces', inSpan(span))).toEqual({
      resourceSpans: [
        { scopeSpans: [{ spans: [{ traceId: '01'.repeat(16), spanId: '02'.repeat(8), name: 'A' }] }] },
      ],
    })
  })

  test.each([
    ['a field that does not exist', inSpan(inside(15)(field(5, 2, [65])))],
    ['a text that is no UTF-8', inSpan(field(5, 2, [0xed, 0xa0, 0x80]))],
    ['another wire type', inSpan(field(5, 0, [1]))],
    ['an id that is too short', inSpan(field(1, 2, [1, 2]))],
    ['an id of zeros', inSpan(field(2, 2, Array(8).fill(0)))],
    ['two values in one', inSpan(inside(9, 2)(Buffer.concat([field(1, 2, [65]), field(2, 0, [1])])))],
    ['an end before its end', inSpan(field(5, 2, [65])).subarray(0, -1)],
  ])('is refused with %s', (_what, body) => {
    expect(() => decode('traces', body)).toThrow(/traces|UTF-8|utf-8|index out of range/)
  })
})
