import fc from 'fast-check'
import { expect, test } from 'vitest'
import { namesPrototype } from '../wire/read.ts'
import { MAX_JSON_DEPTH, parseGuardedJson } from './json-guard.ts'

const refused: Record<string, string> = {
  'no JSON': '{"a":1',
  'text after the value': '{} {}',
  'a member twice': '{"a":1,"a":2}',
  'a member twice, once escaped': '{"a":1,"\\u0061":2}',
  'a member twice, deep down': '[{"b":[{"a":1,"c":2,"a":1}]}]',
  __proto__: '{"a":{"__proto__":{"x":1}}}',
  '__proto__, escaped': '{"\\u005f_proto__":1}',
  'constructor.prototype': '{"constructor":{"prototype":{}}}',
  'a number out of range': '{"a":1e999}',
  'too many levels': `${'['.repeat(MAX_JSON_DEPTH + 1)}${']'.repeat(MAX_JSON_DEPTH + 1)}`,
  'too many levels that never end': '{"a":'.repeat(1_000_000),
  nothing: '',
  'a byte order mark': '\uFEFF{}',
}

for (const [what, text] of Object.entries(refused)) {
  test(`refuses ${what}`, () => expect(parseGuardedJson(Buffer.from(text))).toMatchObject({ ok: false }))
}

test('refuses what is not UTF-8', () => {
  expect(parseGuardedJson(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ ok: false, problem: 'it is not UTF-8' })
})

test('takes as many levels as are allowed, and a member that is only called constructor', () => {
  const deepest = `${'['.repeat(MAX_JSON_DEPTH)}${']'.repeat(MAX_JSON_DEPTH)}`
  expect(parseGuardedJson(deepest)).toMatchObject({ ok: true })
  expect(parseGuardedJson('{"constructor":"Ford","x":"a:b{[\\""}')).toEqual({
    ok: true,
    value: { constructor: 'Ford', x: 'a:b{["' },
  })
})

test('reads every JSON value as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent)
      // only names are refused, and no texts
      const names = namesPrototype(value)
      expect(parseGuardedJson(Buffer.from(text))).toEqual(
        names ? expect.objectContaining({ ok: false }) : { ok: true, value: JSON.parse(text) as unknown },
      )
    }),
  )
})

test('tells strings that end with backslashes and quotes from what stands around them', () => {
  const text = fc.string({ unit: fc.constantFrom('"', '\\', ':', '{', '}', 'a') })
  const property = fc.property(fc.uniqueArray(text), text, (names, item) => {
    const value = Object.fromEntries(names.map((name) => [name, [item, name]]))
    expect(parseGuardedJson(JSON.stringify(value))).toEqual({ ok: true, value })
  })
  fc.assert(property, { numRuns: 300 })
})

test('says what JSON.parse says of any text: value or problem, never a throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '1', 'a') }),
      (text) => {
        const read = parseGuardedJson(text)
        if (read.ok) expect(read.value).toEqual(JSON.parse(text))
      },
    ),
    { numRuns: 500 },
  )
})

test('takes a time that grows with the length only', () => {
  const timeOf = (length: number): number => {
    const text = `{"a":"${'\\"'.repeat(length)}","b":[${'{},'.repeat(length)}1]}`
    const start = performance.now()
    expect(parseGuardedJson(text).ok).toBe(true)
    return performance.now() - start
  }
  timeOf(10_000)
  const short = Math.min(timeOf(10_000), timeOf(10_000), timeOf(10_000))
  // ten times as long; quadratic would be a hundred
  expect(Math.min(timeOf(100_000), timeOf(100_000), timeOf(100_000))).toBeLessThan(40 * short + 20)
})
