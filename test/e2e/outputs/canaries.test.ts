import { createRedactor } from '@aos/sdk'
import { describe, expect, test } from 'vitest'
import { Canaries, CANARY_KINDS, SLOTS } from './canaries.ts'

describe('the canaries', () => {
  const canaries = new Canaries()

  test('are found in the texts they are planted in, and nowhere else', () => {
    for (const slot of SLOTS)
      expect(canaries.findIn(canaries.textOf(slot))).toEqual(CANARY_KINDS.map((kind) => ({ slot, kind })))
    expect(canaries.findIn('nothing')).toEqual([])
  })

  test('are of kinds that the redactor takes out of a text', () => {
    const { redactText } = createRedactor()
    for (const slot of SLOTS) expect(canaries.findIn(redactText(canaries.textOf(slot)).text)).toEqual([])
  })
})
