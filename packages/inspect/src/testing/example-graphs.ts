import type { AgBOMGraph, Entry } from '../graph/agbom-graph.ts'

const tool = { name: 'aos-sdk', version: '1.0' }

function entry(part: Pick<Entry, 'id' | 'kind' | 'name'> & Partial<Entry>): Entry {
  return { origin: 'declared', disabled: false, facts: {}, dependsOn: [], ...part }
}

const gpt4 = entry({
  id: 'model:gpt-4',
  kind: 'model',
  name: 'gpt-4',
  version: '2024-01-01',
  supplier: { name: 'OpenAI' },
  facts: { contextWindow: '128000', parameters: '175B' },
})

const webSearch = entry({
  id: 'tool:web-search',
  kind: 'tool',
  name: 'web-search',
  version: '2.1.0',
  description: 'Search the web for information',
})

/** The research assistant of the standard's own examples. */
export const researchAssistant: AgBOMGraph = {
  serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
  version: 1,
  timestamp: '2024-01-15T10:30:00Z',
  agent: {
    id: 'agent:research-assistant',
    name: 'research-assistant',
    version: '1.0.0',
    supplier: { name: 'Example Corp' },
    facts: {},
    dependsOn: ['model:gpt-4', 'tool:web-search'],
  },
  entries: [gpt4, webSearch],
  tool,
}

const everyKind: readonly Entry[] = [
  entry({
    id: 'a2a:planner',
    kind: 'a2a-peer',
    name: 'planner',
    endpoint: 'https://user:secret@planner.example.com/a2a?token=secret',
    facts: { agentCardUrl: 'https://planner.example.com/.well-known/agent-card.json' },
  }),
  entry({
    id: 'capability:streaming',
    kind: 'capability',
    name: 'streaming',
    description: 'Streams answers',
  }),
  entry({
    id: 'knowledge:handbook',
    kind: 'knowledge',
    name: 'handbook',
    endpoint: 'https://search.example.com/handbook',
    facts: { searchType: 'vector', topK: '5' },
  }),
  entry({
    id: 'mcp:crm',
    kind: 'mcp-server',
    name: 'crm',
    version: '2.1.0',
    origin: 'observed',
    supplier: { name: 'Example Corp', url: 'https://example.com' },
    endpoint: 'https://mcp.example.com/crm',
    facts: { protocolVersion: '2025-11-25', transport: 'streamable-http' },
  }),
  entry({ id: 'memory:session', kind: 'memory', name: 'session', facts: { windowSize: '20' } }),
  gpt4,
  entry({
    id: 'package:@example/ai@7.0.0',
    kind: 'package',
    name: '@example/ai',
    version: '7.0.0',
    license: 'Apache-2.0',
    sha512: 'ab'.repeat(64),
    dependsOn: ['package:zod@4.1.0'],
  }),
  entry({ id: 'package:zod@4.1.0', kind: 'package', name: 'zod', version: '4.1.0', license: 'MIT OR ISC' }),
  entry({
    id: 'tool:get_customer',
    kind: 'tool',
    name: 'get_customer',
    description: 'Fetch a customer record',
    origin: 'observed',
    disabled: true,
    inputSchema: { type: 'object', properties: { customerId: { type: 'string' } } },
    definitionDigest: 'cd'.repeat(32),
    dependsOn: ['mcp:crm'],
  }),
  webSearch,
]

/** An agent with one part of each kind and more. */
export const wholeAgent: AgBOMGraph = {
  ...researchAssistant,
  version: 2,
  agent: {
    ...researchAssistant.agent,
    description: 'Answers questions',
    facts: { framework: 'ai@7', agentCardUrl: 'https://agent.example.com/.well-known/agent-card.json' },
    dependsOn: everyKind.map(({ id }) => id).filter((id) => id !== 'package:zod@4.1.0'),
  },
  entries: everyKind,
}
