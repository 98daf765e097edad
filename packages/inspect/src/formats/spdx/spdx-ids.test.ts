import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyGraph } from '../../testing/arbitrary-graph.ts'
import { researchAssistant } from '../../testing/example-graphs.ts'
import { documentNamespace, pascalName, spdxNames } from './spdx-ids.ts'

test.each([
  ['gpt-4', 'GPT4'],
  ['gpt-5.2', 'GPT5.2'],
  ['web-search', 'WebSearch'],
  ['get_customer', 'GetCustomer'],
  ['@example/ai', 'ExampleAi'],
  ['__proto__', 'Proto'],
  ['日本', 'Unnamed'],
  ['', 'Unnamed'],
  ['x'.repeat(100), `X${'x'.repeat(63)}`],
])('%j is named %s', (name, expected) => {
  expect(pascalName(name)).toBe(expected)
})

test('entries whose names become the same are told apart by number', () => {
  const [, search] = researchAssistant.entries
  if (search === undefined) throw new Error('no entry')
  const entries = ['a b', 'a_b', 'a/b'].map((name) => ({ ...search, id: `tool:${name}`, name }))
  const names = spdxNames({ ...researchAssistant, entries })
  expect([...names.values()]).toEqual(['Tool-AB', 'Tool-AB-2', 'Tool-AB-3'])
})

test('every entry has a name of its own, of the characters that SPDX allows', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const names = [...spdxNames(graph).values()]
      expect(names.length).toBe(graph.entries.length)
      expect(new Set([...names, 'Agent', 'DOCUMENT']).size).toBe(names.length + 2)
      for (const name of names) expect(name).toMatch(/^[A-Za-z0-9.-]+$/)
    }),
    { numRuns: 25 },
  )
})

test('each version of a graph has a namespace of its own', () => {
  expect(documentNamespace(researchAssistant)).toBe(
    'https://spdx.org/spdxdocs/research-assistant-3e671687-395b-41f5-a30f-a58921a69b79-v1',
  )
  const supplier = { name: 'Example Corp', url: 'https://user:secret@example.com/about?x=1' }
  const agent = { ...researchAssistant.agent, name: 'a b/ü', supplier }
  expect(documentNamespace({ ...researchAssistant, version: 2, agent })).toBe(
    'https://example.com/agbom/a_b_-3e671687-395b-41f5-a30f-a58921a69b79-v2',
  )
})
