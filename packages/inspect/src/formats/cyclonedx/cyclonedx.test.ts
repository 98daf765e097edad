import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyGraph } from '../../testing/arbitrary-graph.ts'
import { researchAssistant, wholeAgent } from '../../testing/example-graphs.ts'
import type { CycloneDXBom, CycloneDXComponent } from './cyclonedx-bom.ts'
import { toCycloneDX } from './cyclonedx.ts'
import { toLandingCycloneDX } from './landing-cyclonedx.ts'

const versions = [
  ['1.5', Spec.Version.v1dot5],
  ['1.6', Spec.Version.v1dot6],
  ['1.7', Spec.Version.v1dot7],
] as const

const component = (bom: CycloneDXBom, name: string): CycloneDXComponent | undefined =>
  bom.components.find((part) => part.name === name)

const valuesOf = (
  part: { readonly properties?: CycloneDXComponent['properties'] } | undefined,
  name: string,
) => part?.properties?.filter((property) => property.name === name).map(({ value }) => value)

const dependency = (bom: CycloneDXBom, ref: string) => bom.dependencies.find((each) => each.ref === ref)

describe('any graph', () => {
  test.each(versions)('is valid %s by the library of CycloneDX', async (specVersion, version) => {
    const validator = new Validation.JsonStrictValidator(version)
    await fc.assert(
      fc.asyncProperty(anyGraph, async (graph) => {
        expect(await validator.validate(JSON.stringify(toCycloneDX(graph, { specVersion })))).toBeNull()
      }),
      { examples: [[researchAssistant], [wholeAgent]] },
    )
  })

  test('gives the same document again, whose parts have names of their own that all references meet', () => {
    fc.assert(
      fc.property(anyGraph, fc.constantFrom('1.5', '1.6', '1.7'), (graph, specVersion) => {
        const bom = toCycloneDX(graph, { specVersion })
        const text = JSON.stringify(bom)
        expect(JSON.stringify(toCycloneDX(structuredClone(graph), { specVersion }))).toBe(text)
        expect(JSON.parse(text)).toEqual(bom)
        const parts = [bom.metadata.component, ...bom.components, ...bom.services].map(
          (part) => part['bom-ref'],
        )
        expect(new Set(parts).size).toBe(parts.length)
        expect(new Set(bom.dependencies.map(({ ref }) => ref))).toEqual(new Set(parts))
        expect(bom.dependencies.length).toBe(parts.length)
        for (const { dependsOn, provides = [] } of bom.dependencies) {
          for (const ref of [...dependsOn, ...provides]) expect(parts).toContain(ref)
        }
        expect(parts.every((ref) => /^[!-~]+$/.test(ref ?? ''))).toBe(true)
        expect(text).not.toMatch(/:secret@|=secret|(?<!\\)\\ud[89a-f]/)
      }),
    )
  })

  test('has each of its entries in it, by id', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const bom = toCycloneDX(graph)
        const told = [bom.metadata.component, ...bom.components, ...bom.services].flatMap(
          ({ properties = [] }) =>
            properties.flatMap(({ name, value }) => {
              if (name === 'aos:id') return [value]
              return name === 'aos:capability-facts'
                ? [(JSON.parse(value) as { 'aos:id': string })['aos:id']]
                : []
            }),
        )
        const ids = [graph.agent, ...graph.entries].map(({ id }) =>
          id.replaceAll(/\p{Surrogate}/gu, '\u{fffd}'),
        )
        expect([...new Set(told)].toSorted()).toEqual([...new Set(ids)].toSorted())
      }),
    )
  })
})

test('what the landing page shows is not valid', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5)
  expect(await validator.validate(JSON.stringify(toLandingCycloneDX(researchAssistant)))).not.toBeNull()
})

test('the research assistant, whole', () => {
  const shared = [
    { name: 'aos:origin', value: 'declared' },
    { name: 'aos:disabled', value: 'false' },
  ]
  expect(toCycloneDX(researchAssistant)).toEqual({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
    version: 1,
    metadata: {
      timestamp: '2024-01-15T10:30:00Z',
      lifecycles: [{ phase: 'operations' }],
      tools: { components: [{ type: 'library', name: 'aos-sdk', version: '1.0' }] },
      component: {
        type: 'application',
        'bom-ref': 'urn:agent:research-assistant',
        supplier: { name: 'Example Corp' },
        name: 'research-assistant',
        version: '1.0.0',
        purl: 'pkg:generic/research-assistant@1.0.0',
        tags: ['ai-agent'],
        properties: [
          { name: 'aos:id', value: 'agent:research-assistant' },
          { name: 'aos:component-type', value: 'ai-agent' },
        ],
      },
    },
    components: [
      {
        type: 'machine-learning-model',
        'bom-ref': 'urn:model:gpt-4',
        supplier: { name: 'OpenAI' },
        name: 'gpt-4',
        version: '2024-01-01',
        properties: [
          { name: 'cdx:ai:contextWindow', value: '128000' },
          { name: 'aos:parameters', value: '175B' },
          { name: 'aos:id', value: 'model:gpt-4' },
          { name: 'aos:component-type', value: 'ai-model' },
          ...shared,
          { name: 'cdx:ai:kind', value: 'model' },
          { name: 'cdx:ai:modelId', value: 'gpt-4' },
          { name: 'cdx:ai:provider', value: 'OpenAI' },
        ],
      },
      {
        type: 'application',
        'bom-ref': 'urn:tool:web-search',
        name: 'web-search',
        version: '2.1.0',
        description: 'Search the web for information',
        properties: [
          { name: 'aos:id', value: 'tool:web-search' },
          { name: 'aos:component-type', value: 'tool' },
          ...shared,
        ],
      },
    ],
    services: [],
    dependencies: [
      { ref: 'urn:agent:research-assistant', dependsOn: ['urn:model:gpt-4', 'urn:tool:web-search'] },
      { ref: 'urn:model:gpt-4', dependsOn: [] },
      { ref: 'urn:tool:web-search', dependsOn: [] },
    ],
    compositions: [
      {
        aggregate: 'incomplete',
        assemblies: ['urn:agent:research-assistant'],
        dependencies: ['urn:agent:research-assistant'],
      },
    ],
  })
})

describe('each kind of part', () => {
  const bom = toCycloneDX(wholeAgent)

  test('a tool of an MCP server is provided by the server and needs it', () => {
    const tool = component(bom, 'get_customer')
    expect(tool).toMatchObject({
      type: 'application',
      'bom-ref': 'urn:mcp:tool:crm:get_customer',
      tags: ['mcp', 'mcp-tool'],
      data: [
        {
          type: 'definition',
          name: 'inputSchema',
          contents: {
            attachment: {
              contentType: 'application/schema+json',
              content: '{"properties":{"customerId":{"type":"string"}},"type":"object"}',
            },
          },
        },
      ],
    })
    expect(valuesOf(tool, 'aos:disabled')).toEqual(['true'])
    expect(valuesOf(tool, 'aos:definition-digest')).toEqual(['cd'.repeat(32)])
    expect(valuesOf(tool, 'aos:input-schema')).toEqual([])
    expect(dependency(bom, 'urn:service:mcp:crm:2.1.0')).toEqual({
      ref: 'urn:service:mcp:crm:2.1.0',
      dependsOn: [],
      provides: ['urn:mcp:tool:crm:get_customer'],
    })
    expect(dependency(bom, 'urn:mcp:tool:crm:get_customer')?.dependsOn).toEqual(['urn:service:mcp:crm:2.1.0'])
  })

  test('servers and peers are services, reached without what is secret in their address', () => {
    expect(bom.services.map(({ name, endpoints }) => [name, endpoints])).toEqual([
      ['planner', ['https://planner.example.com/a2a']],
      ['handbook endpoint', ['https://search.example.com/handbook']],
      ['crm', ['https://mcp.example.com/crm']],
    ])
    expect(bom.services[0]?.externalReferences?.[0]?.url).toBe(
      'https://planner.example.com/.well-known/agent-card.json',
    )
    expect(dependency(bom, 'urn:knowledge:handbook')?.dependsOn).toEqual([
      'urn:service:endpoint:knowledge:handbook',
    ])
  })

  test('packages have a package URL, a licence and a hash', () => {
    expect(component(bom, '@example/ai')).toMatchObject({
      'bom-ref': 'pkg:npm/@example/ai@7.0.0',
      type: 'library',
      purl: 'pkg:npm/%40example/ai@7.0.0',
      licenses: [{ license: { id: 'Apache-2.0' } }],
      hashes: [{ alg: 'SHA-512', content: 'ab'.repeat(64) }],
    })
    expect(component(bom, 'zod')?.licenses).toEqual([{ expression: 'MIT OR ISC' }])
    const others = wholeAgent.entries.map((entry) => ({ ...entry, license: 'UNLICENSED', sha512: 'none' }))
    const zod = component(toCycloneDX({ ...wholeAgent, entries: others }), 'zod')
    expect(zod).toMatchObject({ licenses: [{ license: { name: 'UNLICENSED' } }] })
    expect(zod).not.toHaveProperty('hashes')
  })

  test('capabilities are told of the part that has them', () => {
    expect(valuesOf(bom.metadata.component, 'aos:capability')).toEqual(['streaming'])
    const [streaming, ...others] = wholeAgent.entries.filter(({ kind }) => kind === 'capability')
    if (streaming === undefined || others.length > 0) throw new Error('the example has one capability')
    const ofPeer = wholeAgent.entries.map((entry) =>
      entry === streaming ? { ...entry, dependsOn: ['a2a:planner'] } : entry,
    )
    const moved = toCycloneDX({ ...wholeAgent, entries: ofPeer })
    expect(valuesOf(moved.metadata.component, 'aos:capability')).toEqual([])
    expect(valuesOf(moved.services[0], 'aos:capability')).toEqual(['streaming'])
  })

  test('a model that is reached as a service says what goes in and out', () => {
    const entries = researchAssistant.entries.map((entry) =>
      entry.kind === 'model'
        ? { ...entry, endpoint: 'http://localhost:11434/v1', facts: { task: 'text-generation' } }
        : entry,
    )
    const { components, services } = toCycloneDX({ ...researchAssistant, entries }, { specVersion: '1.7' })
    expect(components[0]).toMatchObject({
      isExternal: true,
      modelCard: { modelParameters: { task: 'text-generation' } },
    })
    expect(services).toMatchObject([
      {
        'bom-ref': 'urn:service:endpoint:model:gpt-4',
        endpoints: ['http://localhost:11434/v1'],
        'x-trust-boundary': false,
        data: [
          { flow: 'outbound', name: 'prompts' },
          { flow: 'inbound', name: 'completions' },
        ],
      },
    ])
  })

  test('what is needed and not in the graph is told as a fact', () => {
    const entries = researchAssistant.entries.map((entry) => ({ ...entry, dependsOn: ['tool:gone'] }))
    const [model] = toCycloneDX({ ...researchAssistant, entries }).components
    expect(valuesOf(model, 'aos:depends-on')).toEqual(['["tool:gone"]'])
  })

  test('1.5 has neither tags, nor what servers provide, nor external parts', () => {
    const text = JSON.stringify(toCycloneDX(wholeAgent, { specVersion: '1.5' }))
    expect(text).not.toMatch(/"tags"|"provides"|"isExternal"/)
    expect(JSON.stringify(bom)).toMatch(/"tags".*"provides"/)
  })
})

test('parts whose names are equal once they are escaped keep references of their own', () => {
  const entries = ['\ud800', '\udfff', 'a b', 'a  b'].map((name) => ({
    ...researchAssistant.entries[1],
    id: `tool:${name}`,
    kind: 'tool' as const,
    name,
    origin: 'declared' as const,
    disabled: false,
    facts: {},
    dependsOn: [],
  }))
  expect(toCycloneDX({ ...researchAssistant, entries }).components.map((part) => part['bom-ref'])).toEqual([
    'urn:tool:%EF%BF%BD',
    'urn:tool:%EF%BF%BD#2',
    'urn:tool:a%20b',
    'urn:tool:a%20b#2',
  ])
})
