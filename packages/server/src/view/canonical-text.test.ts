import { canonicalJson } from '@agent-run/types'
import fc from 'fast-check'
import { equal } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { canonicalText } from './canonical-text.ts'

describe('the canonical text in the browser', () => {
  test('is that of the types package, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary', noUnicodeString: false }), (value) => {
        equal(canonicalText(value), canonicalJson(value))
      }),
    )
    for (const value of [
      1e21,
      -0,
      5e-324,
      0.1 + 0.2,
      '\u2028\u0007"\\',
      { '\u{1f600}': 1, '\ufb33': 2, __proto__x: 3 },
    ])
      equal(canonicalText(value), canonicalJson(value))
    equal(canonicalText({ b: undefined, a: [] }), '{"a":[]}')
  })
})
