import { equal } from 'node:assert/strict'
import { test } from 'vitest'
import { toWordQuery, toWordVector } from './search-words.ts'

test('words are small, without accents, each once, and nothing in them is of the query language', () => {
  equal(toWordVector("It's 50 % OFF_line it Müller"), "'it' 's' '50' 'off' 'line' 'muller'")
  equal(toWordQuery("MÜL' | !a:*"), "'mul':* & 'a':*")
  equal(toWordQuery(' "; -- '), undefined)
  equal(toWordQuery(undefined), undefined)
  equal(toWordVector('x'.repeat(5_000)).length, 202)
})
