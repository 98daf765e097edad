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

  test('does not depend on the order of tools and leaves the list as it is', () => {
    fc.assert(
      fc.property(fc.string().filter((id) => !id.includes('|')), fc.array(fc.string()), fc.nat(), (agent_id, tools, seed) => {
        const shuffled = tools.toSorted((a, b) => ((a.length + seed) % 7) - ((b.length + seed) % 7))
        const before = [...shuffled]
        expect(runHash({ agent_id, tools_available: shuffled })).toBe(runHash({ agent_id, tools_available: tools }))
        expect(shuffled).toEqual(before)
      }),
    )
  })

  test('refuses what its formula cannot tell apart', () => {
    const ambiguous = expect.objectContaining({ code: 'ambiguous_run_hash_input' }) as Error
    expect(() => runHash({ agent_id: 'a|b', model: 'c' })).toThrow(ambiguous)
    expect(() => runHash({ agent_id: 'a', model: 'b|c' })).toThrow(ambiguous)
  })
})

describe('config_hash', () => {
  test('is the same for equal configurations in any order', () => {
    expect(configHash({ b: 1, a: [{ d: null, c: 'x' }] })).toBe(configHash({ a: [{ c: 'x', d: null }], b: 1 }))
    expect(configHash({ a: 1 })).not.toBe(configHash({ a: 2 }))
  })
})

describe('lineage', () => {
  test('is that of the parent, then the parent', () => {
    expect(childLineage({ run_hash: 'b', lineage: ['a'] })).toEqual({ lineage: ['a', 'b'], parent_run_hash: 'b' })
    expect(childLineage({ run_hash: 'a' })).toEqual({ lineage: ['a'], parent_run_hash: 'a' })
  })
})

describe('canonical JSON', () => {
  test.each<[string, unknown, string]>([
    ['order by UTF-16 code units', { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, ö: 7 }, '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'],
    ['numbers', [1e30, 4.5, 2e-3, 1e-27, -0, 1e21], '[1e+30,4.5,0.002,1e-27,0,1e+21]'],
    ['escapes', '\u20ac$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
    ['literals', [null, true, false], '[null,true,false]'],
  ])('%s', (_name, value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  test('reads back as the same value, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        fc.pre(!/[\ud800-\udfff]/.test(JSON.stringify(plain)))
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain)
      }),
    )
  })

  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['bigint', { n: 1n }],
    ['NaN', [Number.NaN]],
    ['infinity', [Infinity]],
    ['a lone surrogate', '\ud800'],
    ['a cycle', circular],
  ])('%s has none', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'not_canonical' }) as Error)
  })
})
