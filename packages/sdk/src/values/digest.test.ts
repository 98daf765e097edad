import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestJson, keyedDigest } from './digest.ts'
import type { Json } from './snapshot.ts'

function reversed(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(reversed)
  const entries = Object.entries(value).map(([key, member]): [string, Json] => [key, reversed(member)])
  return Object.fromEntries(entries.reverse())
}

describe('digestJson', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue() as fc.Arbitrary<Json>, (value) => {
        expect(digestJson(reversed(value))).toBe(digestJson(value))
      }),
    )
  })

  it('tells different values apart', () => {
    const values: Json[] = [
      null,
      0,
      '0',
      false,
      [],
      {},
      [[]],
      { a: 1 },
      { a: '1' },
      [1, 2],
      [2, 1],
      '\ud800',
      '\ud801',
      '\ufffd',
    ]
    expect(new Set(values.map(digestJson)).size).toBe(values.length)
  })

  it('is SHA-256 of the canonical form (RFC 8785 section 3.2.3)', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '1': 'One',
      '\u0080': 'Control',
      '\ud83d\ude02': 1e21,
      '\u00f6': 0.1,
    }
    const canonical =
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":0.1,"\u20ac":"Euro Sign","\ud83d\ude02":1e+21}'
    expect(digestJson(value)).toBe(createHash('sha256').update(canonical).digest('hex'))
  })
})

describe('keyedDigest', () => {
  it('is HMAC-SHA-256 (RFC 4231 test case 2)', () => {
    expect(keyedDigest('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  it('differs by key, and takes the key as bytes too', () => {
    expect(keyedDigest('a', 'x')).not.toBe(keyedDigest('b', 'x'))
    expect(keyedDigest(new TextEncoder().encode('a'), 'x')).toBe(keyedDigest('a', 'x'))
  })
})
