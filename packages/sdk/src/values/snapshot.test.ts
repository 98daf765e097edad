import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyJson, equalJson, type Json, snapshot } from './snapshot.ts'

const json = fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<Json>

function nested(levels: number): unknown {
  let value: unknown = 'x'
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

function reasonOf(value: unknown): string {
  const taken = snapshot(value)
  return taken.ok ? 'taken' : taken.reason
}

describe('snapshot', () => {
  it('is what JSON makes of a JSON value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(snapshot(value)).toEqual({ ok: true, json: JSON.parse(JSON.stringify(value)) as Json })
      }),
    )
  })

  it('drops undefined members, as JSON does', () => {
    expect(snapshot({ a: undefined, b: { c: undefined, d: 1 } })).toEqual({ ok: true, json: { b: { d: 1 } } })
  })

  it('shares nothing with the value', () => {
    const value = { a: [{ b: 1 }] }
    const taken = snapshot(value)
    value.a.push({ b: 2 })
    expect(taken).toEqual({ ok: true, json: { a: [{ b: 1 }] } })
  })

  it('reads each member once', () => {
    let reads = 0
    const value = {
      get a(): number {
        return ++reads
      },
    }
    expect(snapshot(value)).toEqual({ ok: true, json: { a: 1 } })
    expect(reads).toBe(1)
  })

  it('takes objects without prototype and of another realm', () => {
    const foreign: unknown = runInNewContext('({ a: [1, { b: "x" }], __proto__: null })')
    expect(snapshot(foreign)).toEqual({ ok: true, json: { a: [1, { b: 'x' }] } })
    expect(snapshot(runInNewContext('[{ a: 1 }]'))).toEqual({ ok: true, json: [{ a: 1 }] })
    expect(reasonOf(runInNewContext('new Date()'))).toBe('$ is an instance of Date')
    expect(reasonOf(runInNewContext('new (class Bag extends Array {})()'))).toBe('$ is an instance of Bag')
  })

  it.each<[string, unknown]>([
    ['$ is undefined', undefined],
    ['$ is a function', () => 1],
    ['$ is a symbol', Symbol('x')],
    ['$ is a bigint', 1n],
    ['$.a[1] is NaN, which JSON cannot hold', { a: [1, Number.NaN] }],
    ['$.a is -Infinity, which JSON cannot hold', { a: Number.NEGATIVE_INFINITY }],
    ['$[1] is undefined', [1, undefined]],
    ['$[0] is undefined', Array(3)],
    ['$.when is an instance of Date', { when: new Date(0) }],
    ['$.files[0] is an instance of File', { files: [new File([], 'x')] }],
    ['$ is an instance of Map', new Map()],
    ['$ is an instance of Buffer', Buffer.from('x')],
    ['$ is an instance of Error', new Error('x')],
    ['$ is an instance of String', Object('x')],
    [
      '$.a cannot be read',
      {
        get a(): never {
          return JSON.parse('{') as never
        },
      },
    ],
    ['$ cannot be read', new Proxy({}, { ownKeys: () => JSON.parse('{') as never })],
    ['$.p cannot be read', { p: new Proxy({}, { getPrototypeOf: () => JSON.parse('{') as never }) }],
    ['$ has a member with a symbol as its key', { [Symbol('x')]: 1 }],
    ['$.toJSON is a function', { toJSON: () => 1 }],
  ])('refuses with: %s', (reason, value) => {
    expect(reasonOf(value)).toBe(reason)
  })

  it('refuses a revoked proxy', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(reasonOf({ a: [proxy] })).toBe('$.a[0] cannot be read')
  })

  it('refuses cycles and what is too deep or too large', () => {
    const circular: unknown[] = [1]
    circular.push({ again: circular })
    expect(reasonOf(circular)).toBe('$[1].again is circular')
    expect(snapshot(nested(64)).ok).toBe(true)
    expect(reasonOf(nested(65))).toMatch(/is nested deeper than 64 levels$/)
    let shared: unknown = 'x'
    for (let level = 0; level < 40; level++) shared = [shared, shared]
    expect(reasonOf(shared)).toMatch(/has more than 1000000 nodes$/)
  })

  it('copies what occurs twice as two', () => {
    const shared = { x: 1 }
    const taken = snapshot({ a: shared, b: shared })
    expect(taken).toEqual({ ok: true, json: { a: { x: 1 }, b: { x: 1 } } })
  })

  it('does not show keys that may be data', () => {
    const key = `AKIA${'A1B2C3D4E5F6G7H8'}`
    expect(reasonOf({ [key]: { 'a b': 1n } })).toBe('$["…"]["…"] is a bigint')
  })

  it('keeps a __proto__ key as data', () => {
    const taken = snapshot(JSON.parse('{"a":{"__proto__":{"polluted":1}}}'))
    expect(JSON.stringify(taken)).toBe('{"ok":true,"json":{"a":{"__proto__":{"polluted":1}}}}')
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

describe('copyJson', () => {
  it('is equal and shares nothing', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy = copyJson(value)
        expect(copy).toEqual(value)
        expect(equalJson(copy, value)).toBe(true)
        expect(objectsIn(copy).filter((part) => objectsIn(value).includes(part))).toEqual([])
      }),
    )
  })

  it('keeps a __proto__ key as data', () => {
    const copy = copyJson(JSON.parse('{"__proto__":{"a":1}}') as Json)
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"a":1}}')
  })
})

function objectsIn(value: Json): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

describe('equalJson', () => {
  it('agrees with deep equality', () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(equalJson(left, right)).toBe(JSON.stringify(sorted(left)) === JSON.stringify(sorted(right)))
      }),
    )
  })

  it.each<[Json, Json, boolean]>([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 1 }, { a: 1, c: 1 }, false],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [{}, [], false],
    [null, {}, false],
    ['1', 1, false],
    [{}, JSON.parse('{"__proto__":1}') as Json, false],
    [{ toString: 1 }, { a: 1 }, false],
    [[[[1]]], [[[1]]], true],
  ])('of %j and %j is %j', (left, right, equal) => {
    expect(equalJson(left, right)).toBe(equal)
    expect(equalJson(right, left)).toBe(equal)
  })
})

function sorted(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => [key, sorted(member)])
  return { members: entries.sort(([left], [right]) => (left < right ? -1 : 1)) }
}
