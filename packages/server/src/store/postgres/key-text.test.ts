import fc from 'fast-check'
import { equal, ok } from 'node:assert/strict'
import { test } from 'vitest'
import { fromColumnText, toColumnText, toKeyText } from './key-text.ts'

const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
})

test('every text fits a column, and comes back as it was', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const kept = toColumnText(text)
      ok(!kept.includes('\u0000') && Buffer.from(kept).toString() === kept)
      equal(fromColumnText(kept), text)
    }),
  )
  for (const text of ['\ue0000041', 'a\u0000\ud800', '\ue000\ue000'])
    equal(fromColumnText(toColumnText(text)), text)
})

test('texts that differ have keys that differ, however long they are, and each fits an index', () => {
  fc.assert(
    fc.property(anyText, anyText, fc.nat(2_000), (one, other, length) => {
      const [left, right] = [`${'x'.repeat(length)}${one}`, `${'x'.repeat(length)}${other}`]
      equal(toKeyText(left) === toKeyText(right), left === right)
      ok(Buffer.byteLength(toKeyText(left)) < 2_000)
    }),
  )
})
