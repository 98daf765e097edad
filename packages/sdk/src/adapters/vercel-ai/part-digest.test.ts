import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partDigest } from './part-digest.ts'

// few letters, and those that a careless encoding would take for its own
const text = fc.string({
  unit: fc.constantFrom('a', '=', ';', ':', '"', '{', '1', '\ud800', '\ufffd'),
  maxLength: 4,
})
const leaf = fc.oneof(
  text,
  fc.constantFrom<unknown>(1, -0, 0, true, null, undefined, 1n, Number.NaN),
  fc.uint8Array({ maxLength: 3 }),
)
const { part } = fc.letrec<{ part: unknown }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('part'), { maxLength: 3 }),
    fc.dictionary(text, tie('part'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, reversed(member)] as const)
      .reverse(),
  )
}

describe('the digest of a part', () => {
  test('is equal for equal parts only', () => {
    fc.assert(
      fc.property(part, part, (one, other) => {
        const plain = structuredClone(other)
        expect(partDigest(one) === partDigest(plain)).toBe(isDeepStrictEqual(one, plain))
      }),
      { numRuns: 2000 },
    )
  })

  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(part, (value) => {
        expect(partDigest(reversed(structuredClone(value)))).toBe(partDigest(structuredClone(value)))
      }),
    )
  })

  test.each<[string, unknown, unknown]>([
    ['a member in a text', { a: 'x;b=string:y' }, { a: 'x', b: 'y' }],
    ['a member in a key', { a: { b: 1 } }, { 'a=b': 1 }],
    ['a list and its indices', ['x'], { 0: 'x' }],
    ['bytes and their text', { data: new Uint8Array([97]) }, { data: 'a' }],
    ['where bytes end', [new Uint8Array([1]), new Uint8Array([2])], [new Uint8Array([1, 2])]],
    ['a text and a number', { a: '1' }, { a: 1 }],
    ['absent and undefined', {}, { a: undefined }],
    ['an address and its text', { url: new URL('https://a.b/') }, { url: 'https://a.b/' }],
    ['what stands nine levels down', nested('one', 9), nested('other', 9)],
    ['a hole and nothing', [undefined], []],
  ])('tells %s apart', (_name, one, other) => {
    expect(partDigest(one)).toMatch(/^[0-9a-f]{64}$/)
    expect(partDigest(one)).not.toBe(partDigest(other))
  })

  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const hostile = Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => {
      throw new Error('no')
    },
  })
  test.each<[string, unknown]>([
    ['a function', { a: () => 1 }],
    ['an instance of a class', { a: new Map() }],
    ['a cycle', circular],
    ['what shares much', shared(40)],
    ['what throws', hostile],
  ])('does not exist for %s', (_name, value) => {
    expect(partDigest(value)).toBeUndefined()
  })
})

function nested(value: unknown, levels: number): unknown {
  return levels === 0 ? value : { in: nested(value, levels - 1) }
}

function shared(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value, value]
  return value
}
