import { isAosError } from '@aos/sdk'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromJsonText, toWireJson } from './wire-json.ts'

test('JSON is shown as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(toWireJson(value)).toBe(value)
    }),
  )
})

test.each([
  ['numbers that JSON has not', [Number.NaN, Infinity, 10n], ['NaN', 'Infinity', '10']],
  ['functions and symbols', [() => 1, Symbol('x')], ['[function]', '[symbol]']],
  ['nothing', { a: undefined, b: [undefined] }, { b: [null] }],
  ['dates', [new Date(0), new Date(Number.NaN)], ['1970-01-01T00:00:00.000Z', 'Invalid Date']],
  ['addresses and patterns', [new URL('https://a.example/'), /x/u], ['https://a.example/', '/x/u']],
  ['maps and sets', [new Map([['a', 1]]), new Set([1])], [[['a', 1]], [1]]],
  ['errors', Object.assign(new TypeError('no'), { code: 7 }), { name: 'TypeError', message: 'no', code: 7 }],
  ['lists that would say something else', Object.assign(['x'], { toJSON: (): unknown[] => [] }), ['x']],
  [
    'objects that would say something else',
    { toJSON: (): string => 'harmless', to: 'x' },
    { toJSON: '[function]', to: 'x' },
  ],
])('%s', (_name, value, shown) => {
  expect(toWireJson(value)).toEqual(shown)
})

test('bytes by length and digest, also within', () => {
  const shown = { kind: 'binary', byteLength: 0, sha256: expect.stringMatching(/^e3b0c442/) as unknown }
  expect(toWireJson({ a: new Uint8Array(), b: new ArrayBuffer(0) })).toEqual({ a: shown, b: shown })
})

test('what holds itself is shown once', () => {
  const value: Record<string, unknown> = { to: 'x' }
  value['self'] = value
  value['list'] = [value]
  expect(toWireJson(value)).toEqual({ to: 'x', self: '[circular]', list: ['[circular]'] })
})

test('what is too deep or too large is not shown at all', () => {
  const entangled: Record<string, unknown>[] = Array.from({ length: 12 }, () => ({}))
  for (const node of entangled) entangled.forEach((other, index) => (node[`n${index}`] = other))
  let deep: unknown = 1
  for (let level = 0; level < 60; level++) deep = { deep }
  for (const value of [entangled, deep]) {
    let thrown: unknown
    try {
      toWireJson(value)
    } catch (error) {
      thrown = error
    }
    expect(isAosError(thrown, 'guardian_unavailable')).toBe(true)
  }
})

test('a text that is no JSON stays text, and so does one that names __proto__', () => {
  expect(fromJsonText('{"a":[1]}')).toEqual({ a: [1] })
  for (const text of [
    '{"a":',
    '',
    '[redacted]',
    '{"a":{"__proto__":{}}}',
    '['.repeat(1000) + ']'.repeat(1000),
  ])
    expect(fromJsonText(text)).toBe(text)
})
