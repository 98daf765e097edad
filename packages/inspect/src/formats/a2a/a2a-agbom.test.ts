import { expect, test } from 'vitest'
import { researchAssistant, wholeAgent } from '../../testing/example-graphs.ts'
import { toA2AAgBOM } from './a2a-agbom.ts'

test('the research assistant is written as the landing page has it', () => {
  expect(toA2AAgBOM(researchAssistant, { format: 'cyclonedx' })).toEqual({
    apiVersion: 'a2a.io/v1',
    kind: 'AgBOM',
    metadata: { name: 'research-assistant-agbom', timestamp: '2024-01-15T10:30:00Z' },
    spec: {
      format: 'cyclonedx',
      version: '1.0.0',
      components: [
        {
          type: 'ai-agent',
          name: 'research-assistant',
          models: [{ name: 'gpt-4', version: '2024-01-01', supplier: 'OpenAI' }],
          tools: [{ name: 'web-search', version: '2.1.0' }],
        },
      ],
    },
  })
})

test('parts of the other kinds have lists of their own', () => {
  const [agent] = toA2AAgBOM(wholeAgent).spec.components
  expect(agent).toMatchObject({
    mcpServers: [{ name: 'crm', version: '2.1.0', supplier: 'Example Corp' }],
    peers: [{ name: 'planner' }],
    knowledge: [{ name: 'handbook' }],
    memory: [{ name: 'session' }],
    capabilities: [{ name: 'streaming' }],
    packages: [{ name: '@example/ai' }, { name: 'zod' }],
  })
})

test('the lists of models and tools are there when they are empty, the others are not', () => {
  const [agent] = toA2AAgBOM({ ...researchAssistant, entries: [] }).spec.components
  expect(agent).toEqual({ type: 'ai-agent', name: 'research-assistant', models: [], tools: [] })
})
