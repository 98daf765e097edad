import fc from 'fast-check'
import { equal, match, notEqual } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { derivedUuid } from './derived-id.ts'

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('an id that follows from another', () => {
  test('is a UUID of version 7, whatever it follows from, and always the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (source, role) => {
        match(derivedUuid(source, role), V7)
        equal(derivedUuid(source, role), derivedUuid(source, role))
      }),
    )
  })

  test('keeps the time of its source, and is another for each source and role', () => {
    const source = '0199c000-1234-7abc-8def-0123456789ab'
    const ids = [derivedUuid(source, 'a'), derivedUuid(source, 'b'), derivedUuid(`${source}b`, 'a')]
    for (const id of ids) equal(id.slice(0, 13), source.slice(0, 13))
    equal(new Set(ids).size, ids.length)
    notEqual(derivedUuid('ab', 'c'), derivedUuid('a', 'bc'))
  })
})
