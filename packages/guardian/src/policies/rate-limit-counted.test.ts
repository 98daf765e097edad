import { equal, ok } from 'node:assert/strict'
import { test } from 'vitest'
import { CountedDecisions } from './rate-limit-counted.ts'

test('the latest 10,000 decisions are known, and no more than twice as many', () => {
  const counted = new CountedDecisions<number>()
  for (let n = 0; n < 35_000; n++) {
    counted.set(`dec_${n}`, n)
    if (n >= 9999) ok(counted.get(`dec_${n - 9999}`) === n - 9999)
  }
  let known = 0
  for (let n = 0; n < 35_000; n++) if (counted.get(`dec_${n}`) !== undefined) known++
  ok(known <= 20_000)
  counted.clear()
  equal(counted.get('dec_34999'), undefined)
})
