import { expect, test } from 'vitest'
import { researchAssistant } from '../testing/example-graphs.ts'
import { factsOf, withMissing } from './entry-facts.ts'

const [model] = researchAssistant.entries
if (model === undefined) throw new Error('no model')

test('further facts stand beside what the graph knows, and never in its place', () => {
  const facts = JSON.parse(
    '{"disabled":"false","temperature":"0","__proto__":"x","cardUrl":"https://u:secret@h.example/a?t=secret"}',
  ) as Record<string, string>
  expect(factsOf({ ...model, disabled: true, facts })).toEqual({
    'aos:__proto__': 'x',
    'aos:cardUrl': 'https://h.example/a',
    'aos:disabled': 'true',
    'aos:temperature': '0',
    'aos:id': 'model:gpt-4',
    'aos:component-type': 'ai-model',
    'aos:origin': 'declared',
  })
})

test('texts are ones that any encoding holds', () => {
  const facts = factsOf({ ...model, facts: { 'a\ud800': '\udfff' } })
  expect(facts).toMatchObject({ 'aos:a\u{fffd}': '\u{fffd}' })
})

test('what a part needs that is not in the graph is a fact', () => {
  const part = { ...model, dependsOn: ['tool:a', 'tool:"gone"'] }
  const facts = { 'aos:id': 'model:gpt-4' }
  expect(withMissing(facts, part, new Map([['tool:a', 1]]))).toEqual({
    ...facts,
    'aos:depends-on': '["tool:\\"gone\\""]',
  })
  expect(withMissing(facts, model, new Map())).toBe(facts)
})

test('equal schemas are written alike', () => {
  const schemas = [
    { type: 'object', required: ['a'] },
    { required: ['a'], type: 'object' },
  ]
  for (const inputSchema of schemas) {
    expect(factsOf({ ...model, inputSchema })['aos:input-schema']).toBe('{"required":["a"],"type":"object"}')
  }
})
