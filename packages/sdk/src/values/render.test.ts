import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderBounded, renderMasked } from './render.ts'

const textOf = (value: unknown): string => renderBounded(value).text
const thrown = (): never => JSON.parse('{') as never

describe('renderBounded', () => {
  it('renders a JSON value as JSON does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // JSON has no negative zero, text has
        fc.pre(
          !JSON.stringify(value, (_key, member: unknown) => (Object.is(member, -0) ? '\0' : member)).includes(
            '\\u0000',
          ),
        )
        const { text, truncated } = renderBounded(value, 1e6)
        expect({ text, truncated }).toEqual({ text: JSON.stringify(value), truncated: false })
      }),
    )
  })

  it('never throws and never exceeds its bytes', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withDate: true,
          withNullPrototype: true,
          withSparseArray: true,
          withBoxedValues: true,
        }),
        fc.nat({ max: 200 }),
        (value, maxBytes) => {
          const { text, truncated } = renderBounded(value, maxBytes)
          const whole = renderBounded(value, 1e6).text
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes)
          expect(whole.startsWith(text)).toBe(true)
          expect(truncated).toBe(text !== whole)
        },
      ),
    )
  })

  it('does not split a character at the budget', () => {
    for (let bytes = 0; bytes < 16; bytes++) {
      const { text } = renderBounded('aé🎉b🎉', bytes)
      expect(text).not.toMatch(/\p{Surrogate}/u)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes)
    }
  })

  class Point {
    readonly x = 1
    get length(): number {
      return thrown()
    }
  }

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['NaN', [Number.NaN, Number.POSITIVE_INFINITY], '[NaN,Infinity]'],
    ['a bigint', [12n, -(10n ** 50n)], '["12n","[bigint]"]'],
    ['a symbol', [Symbol('x'), Symbol()], '["Symbol(x)","Symbol()"]'],
    ['a function', { f: thrown, a: [class {}] }, '{"f":"[function]","a":["[function]"]}'],
    ['a date', [new Date(0), new Date(Number.NaN)], '["1970-01-01T00:00:00.000Z","[invalid date]"]'],
    [
      'a map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, 2],
      ]),
      '{"a":1,{"k":1}:2}',
    ],
    ['an empty map', new Map(), '{}'],
    ['a set', new Set([1, 'x', undefined]), '[1,"x",null]'],
    [
      'bytes',
      [Buffer.from('secret'), new Uint16Array(2), new ArrayBuffer(3)],
      '["[Buffer of 6 bytes]","[Uint16Array of 4 bytes]","[ArrayBuffer of 3 bytes]"]',
    ],
    ['an error', new TypeError('wrong', { cause: 'hidden' }), '"TypeError: wrong"'],
    ['a regular expression', /a"b/g, '"/a\\"b/g"'],
    ['boxed values', [Object('x'), Object(1)], '["x",1]'],
    ['an instance', new Point(), '{"x":1}'],
    ['a URL', new URL('https://example.com/a'), '"https://example.com/a"'],
    ['an instance that shows nothing', new WeakMap(), '"[WeakMap]"'],
    ['holes and undefined', [1, , undefined, { a: undefined }], '[1,null,null,{}]'], // oxlint-disable-line no-sparse-arrays
    ['a __proto__ key', JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
    ['no prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ])('renders %s', (_what, value, text) => {
    expect(textOf(value)).toBe(text)
  })

  it('calls no toJSON of what has members', () => {
    expect(textOf({ a: 1, toJSON: thrown })).toBe('{"a":1,"toJSON":"[function]"}')
    const date = Object.assign(new Date(0), { toJSON: thrown, toISOString: thrown })
    expect(textOf(date)).toBe('"1970-01-01T00:00:00.000Z"')
  })

  it('survives hostile values', () => {
    class Throwing {
      toJSON(): never {
        return thrown()
      }
    }
    class Endless {
      toJSON(): unknown {
        return [new Endless(), new Endless()]
      }
    }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const handler = {
      get: thrown,
      ownKeys: thrown,
      getPrototypeOf: thrown,
      has: thrown,
      getOwnPropertyDescriptor: thrown,
    }
    const error = Object.defineProperty(new Error('x'), 'message', { get: thrown })
    const value = [
      {
        get a() {
          return thrown()
        },
        b: 1,
      },
      new Throwing(),
      proxy,
      new Proxy({ a: 1 }, handler),
      new Proxy([1], handler),
      error,
      { [Symbol.toStringTag]: thrown, toString: thrown, valueOf: thrown },
    ]
    expect(textOf(value)).toBe(
      '[{"a":"[unreadable]","b":1},"[unreadable]","[unreadable]","[unreadable]","[unreadable]","Error: [unreadable]",{"toString":"[function]","valueOf":"[function]"}]',
    )
    expect(Buffer.byteLength(textOf(new Endless()))).toBeLessThanOrEqual(8192)
  })

  it('marks cycles and depth', () => {
    const circular: Record<string, unknown> = { a: 1 }
    circular['b'] = [circular]
    expect(textOf(circular)).toBe('{"a":1,"b":["[circular]"]}')
    let deep: unknown = 1
    for (let level = 0; level < 100; level++) deep = [deep]
    expect(textOf(deep)).toBe(`${'['.repeat(32)}"[too deep]"${']'.repeat(32)}`)
    const shared = { x: 1 }
    expect(textOf([shared, shared])).toBe('[{"x":1},{"x":1}]')
  })

  it('stops at the budget', () => {
    let reads = 0
    const counted = new Proxy([], {
      get: (_target, key) => {
        if (key === 'length') return 2 ** 32
        reads++
        return 'item'
      },
    })
    expect(renderBounded(counted, 100)).toMatchObject({ truncated: true })
    expect(reads).toBeLessThan(100)
    expect(renderBounded({ a: 'x'.repeat(2 ** 28) }, 100).text).toHaveLength(100)
    expect(renderBounded(Array(2 ** 32 - 1), 100).text).toHaveLength(100)
    expect(
      renderBounded(
        new Map([
          ['a', 'x'.repeat(200)],
          ['b', ''],
        ]),
        100,
      ).text,
    ).toHaveLength(100)
    expect(renderBounded('x', 0)).toEqual({ text: '', truncated: true })
  })
})

describe('renderMasked', () => {
  it('replaces members without reading further into them', () => {
    const hidden = {
      get deep(): never {
        return thrown()
      },
    }
    const mask = (key: string): string | undefined => (key === 'hide' ? '***' : undefined)
    const value = {
      hide: hidden,
      list: [
        ['hide', hidden],
        ['show', 1],
      ],
      map: new Map([['hide', 1]]),
    }
    expect(renderMasked(value, 1000, mask).text).toBe(
      '{"hide":"***","list":[["hide","***"],["show",1]],"map":{"hide":"***"}}',
    )
  })
})
