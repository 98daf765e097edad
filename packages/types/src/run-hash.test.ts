import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { childLineage, configHash, runHash, type RunHashInputs } from './run-hash.ts'

const own = JSON.parse(readFileSync(new URL('../vectors/run-hash.json', import.meta.url), 'utf8')) as {
  vectors: { name: string; input: RunHashInputs; run_hash: string }[]
}

describe('run_hash', () => {
  test.each(own.vectors)('$name', ({ input, run_hash }) => {
    expect(runHash(input)).toBe(run_hash)
  })

  const list = fc.array(fc.string())
  const orders = list.chain((tools) =>
    fc.tuple(fc.constant(tools), fc.shuffledSubarray(tools, { minLength: tools.length })),
  )

  test('does not depend on the order of tools and leaves the list as it is', () => {
    fc.assert(
      fc.property(orders, ([tools, shuffled]) => {
        const before = [...shuffled]
        expect(runHash({ agent_id: 'a', tools_available: shuffled })).toBe(
          runHash({ agent_id: 'a', tools_available: tools }),
        )
        expect(shuffled).toEqual(before)
      }),
    )
  })

  test('differs where an input differs', () => {
    const text = fc.string().filter((value) => !value.includes('|'))
    const inputs = fc.record({ agent_id: text, model: text, tools_available: list, trigger: text })
    const key = ({ tools_available: tools, ...rest }: RunHashInputs) =>
      JSON.stringify([rest, tools?.toSorted()])
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        expect(runHash(one) === runHash(other)).toBe(key(one) === key(other))
      }),
    )
  })

  test('refuses what its formula cannot tell apart', () => {
    const ambiguous = expect.objectContaining({ code: 'ambiguous_run_hash_input' }) as Error
    expect(() => runHash({ agent_id: 'a|b', model: 'c' })).toThrow(ambiguous)
    expect(() => runHash({ agent_id: 'a', model: 'b|c' })).toThrow(ambiguous)
    expect(() => runHash({ agent_id: 'a', config_hash: 'b|c' })).toThrow(ambiguous)
  })
})

describe('config_hash', () => {
  test('is the same for equal configurations in any order', () => {
    expect(configHash({ b: 1, a: [{ d: null, c: 'x' }] })).toBe(
      configHash({ a: [{ c: 'x', d: null }], b: 1 }),
    )
    expect(configHash({ a: 1 })).not.toBe(configHash({ a: 2 }))
  })
})

describe('lineage', () => {
  test('is that of the parent, then the parent', () => {
    expect(childLineage({ run_hash: 'b', lineage: ['a'] })).toEqual({
      lineage: ['a', 'b'],
      parent_run_hash: 'b',
    })
    expect(childLineage({ run_hash: 'a' })).toEqual({ lineage: ['a'], parent_run_hash: 'a' })
  })
})

describe('canonical JSON', () => {
  test.each<[string, unknown, string]>([
    [
      'order by UTF-16 code units',
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, ö: 7 },
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    ],
    ['numbers', [1e30, 4.5, 2e-3, 1e-27, -0, 1e21], '[1e+30,4.5,0.002,1e-27,0,1e+21]'],
    ['escapes', '\u20ac$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
    ['literals', [null, true, false], '[null,true,false]'],
  ])('%s', (_name, value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  test('reads back as the same value, and is the same for members in any order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        const text = canonicalJson(plain)
        expect(JSON.parse(text)).toEqual(plain)
        expect(canonicalJson(reversed(plain))).toBe(text)
      }),
    )
  })

  test('is that of the text which JSON.stringify writes', () => {
    const shared = { a: 1 }
    const value = {
      b: undefined,
      when: new Date(0),
      twice: [shared, shared],
      empty: Object.create(null) as object,
    }
    expect(canonicalJson(value)).toBe(canonicalJson(JSON.parse(JSON.stringify(value))))
    const named = JSON.parse('{"__proto__":{"a":1}}') as unknown
    expect(canonicalJson(named)).toBe('{"__proto__":{"a":1}}')
  })

  test('errors name the place', () => {
    expect(() => canonicalJson({ 'a/b': [0, { n: Number.NaN }] })).toThrow('NaN at /a~1b/1/n')
  })

  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  let deep: unknown = 1
  for (let depth = 0; depth < 20_000; depth += 1) deep = [deep]
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['bigint', { n: 1n }],
    ['NaN', [Number.NaN]],
    ['infinity', [Infinity]],
    ['a lone surrogate', '\ud800'],
    ['a cycle', circular],
    ['a member that is a function', { member: () => 1 }],
    ['undefined in a list', [undefined]],
    // oxlint-disable-next-line no-sparse-arrays -- that is the case
    ['a list with a hole', [1, , 2]],
    ['a Map', { map: new Map([[1, 2]]) }],
    ['a boxed text', [Object('text')]],
    ['what is nested too deeply', deep],
  ])('%s has none', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'not_canonical' }) as Error)
  })
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, reversed(member)] as const)
      .toReversed(),
  )
}
