import fc from 'fast-check'
import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'vitest'
import type { TextProfile } from './span.ts'
import { profileText } from './text-profile.ts'

/** The same, told character by character. */
function oracle(text: string): TextProfile {
  const runs = text.match(/[\w/+.-]+/g) ?? []
  return {
    digits: Math.min(13, (text.match(/[0-9]/g) ?? []).length),
    longestRun: runs.reduce((longest, run) => Math.max(longest, run.length), 0),
    hasSeparator: [':', '=', '>', '--'].some((sign) => text.includes(sign)),
    hasAt: ['@', '%'].some((sign) => text.includes(sign)),
  }
}

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.stringMatching(/^[\w/+.-]{0,30}$/),
  fc.constantFrom(' ', ':', '--', '-', '@', '%', '2026-11-21', 'é', '😀', '\ud800'),
)

describe('profileText', () => {
  test('tells of any text what its characters tell', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('')
        deepEqual(profileText(text), oracle(text))
      }),
    )
  })

  test('does not miss the longest run of a long text, wherever it begins', () => {
    for (const width of [1, 2, 3]) {
      const filler = ['. ', 'é ', '— '][width - 1] ?? ''
      for (let before = 0; before < 100_000; before += 4_999) {
        const text = `${filler.repeat(before)}${'a'.repeat(40)} ${'b'.repeat(60)} ${filler.repeat(30_000)}`
        deepEqual(profileText(text), oracle(text))
      }
    }
    const endless = `x ${'a'.repeat(500_000)} y`
    deepEqual(profileText(endless).longestRun, 500_000)
  })
})
