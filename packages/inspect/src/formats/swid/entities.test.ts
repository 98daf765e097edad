import { expect, test } from 'vitest'
import type { Organisation } from '../../graph/agbom-graph.ts'
import { researchAssistant } from '../../testing/example-graphs.ts'
import { entities } from './entities.ts'

function found(supplier: Organisation | undefined, regid?: string): unknown {
  const agent = { ...researchAssistant.agent, supplier }
  return entities({ ...researchAssistant, agent }, regid).map(({ attributes }) => Object.values(attributes))
}

const tag = ['aos-sdk', 'tagCreator', 'aos-sdk.invalid']

test.each([
  [{ name: 'Example Corp', url: 'https://example.com/about' }, 'Example Corp', 'example.com'],
  [{ name: 'Example Corp' }, 'Example Corp', 'example-corp.invalid'],
  [{ name: 'Example Corp', url: 'http://[::1]/' }, 'Example Corp', 'example-corp.invalid'],
  [{ name: '日本' }, '日本', 'unknown.invalid'],
  [undefined, 'unknown', 'unknown.invalid'],
])('%j makes the agent', (supplier, name, regid) => {
  expect(found(supplier)).toEqual([tag, [name, 'softwareCreator', regid]])
})

test('who makes the tag is told from who makes the agent', () => {
  expect(found({ name: 'A', url: 'https://a.example' }, 'a.example')).toEqual([
    ['aos-sdk', 'tagCreator', 'a.example'],
    ['A', 'softwareCreator', 'agents.a.example'],
  ])
})
