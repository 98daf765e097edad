import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { test } from 'vitest'
import { exampleRun } from '../../testing/example-run.ts'
import { columnsOf } from '../run-columns.ts'
import { matchOf, termsOf } from './run-terms.ts'

const termsFor = (agentId: string): readonly string[] =>
  termsOf(columnsOf(exampleRun(1, { id: 'i', agent_id: agentId, agent_name: 'Åsa', model: 'm' }))).split(' ')

test('a run is found by beginnings of its words, small and without accents', () => {
  const words = termsFor('b').filter((term) => !term.startsWith('·'))
  deepEqual(words, ['i', 'b', 'a', 'as', 'asa', 'm'])
})

test('a word has a term of its own beyond twenty letters, and is asked for by its beginning there', () => {
  const terms = termsFor('abcdefghijklmnopqrstuv')
  equal(terms.includes('abcdefghijklmnopqrst') && terms.includes('abcdefghijklmnopqrstuv'), true)
  equal(terms.includes('abcdefghijklmnopqrstu'), false)
  equal(
    matchOf({ text: 'ABCDEFGHIJKLMNOPQRST abcdefghijklmnopqrstu', limit: 1, offset: 0 }),
    '"abcdefghijklmnopqrst" "abcdefghijklmnopqrstu"*',
  )
})

test('no agent is taken for another, nor for a word', () => {
  const factOf = (agentId: string): string | undefined =>
    termsFor(agentId).find((term) => term.startsWith('·a'))
  const names = ['a', 'A', '61', 'x61', 'é', 'e', ' a', '', 'a'.repeat(24), 'a'.repeat(25), 'a'.repeat(26)]
  equal(new Set(names.map(factOf)).size, names.length)
  for (const name of names) {
    const asked = matchOf({ agent_id: name, limit: 1, offset: 0 })
    equal(asked, `"${factOf(name)}"`)
    notEqual(matchOf({ text: name, limit: 1, offset: 0 }), asked)
  }
})

test('what asks for nothing asks the index nothing', () => {
  for (const text of [undefined, '', ' "*" ']) equal(matchOf({ text, limit: 1, offset: 0 }), undefined)
})
