import { generateAgBOM } from '@aos/inspect'
import { AOSInstrument, type AOSHandle, type GuardedRun } from '@aos/sdk'
import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { toBomFacts, type BomFacts, type BomPart } from './bom-facts.ts'

async function researcher(): Promise<AOSHandle<object>> {
  const agent = new AOSInstrument(
    async (query: string, aos: GuardedRun) => {
      await aos.model({ model: 'gpt-5', provider: 'openai', messages: query }, () => 'ok')
      await aos.knowledge({ query, source: 'papers' }, () => [])
      await aos.memoryStore(['likes tea'], () => undefined)
      return aos.toolCall({ toolName: 'search', parameters: { query } }, () => 'found')
    },
    { agent: { id: 'researcher', name: 'researcher' } },
  )
  await agent.run('AI safety')
  return agent as unknown as AOSHandle<object>
}

async function factsOf(): Promise<BomFacts> {
  const agbom = await generateAgBOM(await researcher(), {
    packages: 'all',
    directory: import.meta.dirname,
    clock: () => Date.UTC(2026, 0, 15),
    known: {
      agent: { version: '1.0.0', supplier: { name: 'Example Corp' } },
      'model:gpt-5': {
        version: '2026-01-01',
        supplier: { name: 'OpenAI', url: 'https://openai.example' },
        endpoint: 'https://models.example.com/v1',
        facts: { contextWindow: 128_000, architectureFamily: 'transformer' },
      },
    },
  })
  const facts = toBomFacts(JSON.parse(agbom.toString()))
  ok(facts !== undefined)
  return facts
}

const partOf = ({ parts }: BomFacts, name: string): BomPart => {
  const part = parts.find((one) => one.name === name)
  ok(part !== undefined, name)
  return part
}

describe('the bill of materials of a real agent', () => {
  test('is told by what its parts are', async () => {
    const facts = await factsOf()
    const { agent, format, completeness } = facts
    deepEqual(
      [agent?.name, agent?.version, agent?.by, format],
      ['researcher', '1.0.0', 'Example Corp', 'CycloneDX 1.6'],
    )
    equal(completeness, 'incomplete')
    equal(facts.facts.find(([name]) => name === 'Made')?.[1], '2026-01-15T00:00:00Z')
    const groups = ['gpt-5', 'search', 'papers', 'memory', '@aos/records', 'gpt-5 endpoint']
    deepEqual(
      groups.map((name) => partOf(facts, name).group),
      ['Models', 'Tools', 'Data and memory', 'Data and memory', 'Libraries', 'Services'],
    )
  })

  test('has for each part who made it, its licence, digests, and what is noted', async () => {
    const facts = await factsOf()
    const model = partOf(facts, 'gpt-5')
    equal(model.by, 'OpenAI')
    equal(model.isObserved, true)
    const properties = Object.fromEntries(model.properties)
    equal(properties['cdx:ai:contextWindow'], '128000')
    equal(properties['architectureFamily'], 'transformer')
    deepEqual(model.addresses, [['Page of its maker', 'https://openai.example/']])
    const endpoint = partOf(facts, 'gpt-5 endpoint')
    deepEqual(endpoint.addresses[0], ['Endpoint beyond a trust boundary', 'https://models.example.com/v1'])
    const hono = partOf(facts, 'hono')
    deepEqual(hono.licences, ['MIT'])
    ok(hono.addresses.some(([name, url]) => name === 'Package' && url.startsWith('pkg:npm/hono@')))
  })

  test('says what needs what, both ways', async () => {
    const facts = await factsOf()
    const { ref } = partOf(facts, 'gpt-5')
    deepEqual(facts.linksOf(facts.agent?.ref ?? '').needs.includes(ref), true)
    deepEqual(facts.linksOf(ref).neededBy.map(facts.nameOf), ['researcher'])
    deepEqual(facts.linksOf(ref).needs.map(facts.nameOf), ['gpt-5 endpoint'])
    ok(facts.linksOf(partOf(facts, '@aos/records').ref).needs.map(facts.nameOf).includes('@aos/sdk'))
  })
})

describe('a bill of materials of anybody', () => {
  test('never throws, whatever it is', () => {
    const names = [
      'metadata',
      'component',
      'components',
      'services',
      'tools',
      'type',
      'bom-ref',
      'name',
      'licenses',
      'license',
      'hashes',
      'properties',
      'data',
      'contents',
      'attachment',
      'modelCard',
      'modelParameters',
      'dependencies',
      'ref',
      'dependsOn',
      'provides',
      'compositions',
      'supplier',
      'url',
      'endpoints',
      'externalReferences',
      'tags',
    ]
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.jsonValue({ maxDepth: 1 }),
        fc.constantFrom('machine-learning-model', 'constructor', '__proto__'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 8 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (bom) => {
        const facts = toBomFacts({ ...bom, bomFormat: 'CycloneDX' })
        ok(
          facts?.parts.every(
            ({ ref, name }) =>
              facts.linksOf(ref).needs.every((one) => facts.nameOf(one) !== '') && name !== '',
          ),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('is read as far as it can be', () => {
    const facts = toBomFacts({
      bomFormat: 'CycloneDX',
      specVersion: '1.4',
      metadata: { tools: [{ name: 'maker', version: '2' }, null] },
      components: [
        {
          type: 'framework',
          group: '@scope',
          name: 'outer',
          licenses: [{ license: { name: 'Own' } }, { expression: 'MIT OR ISC' }, 7],
          hashes: [{ alg: 'SHA-256', content: 'ab' }, {}],
          author: 'Jane',
          components: [{ name: 'inner', tags: ['ai-agent'], 'bom-ref': 'i' }],
        },
        null,
        'text',
        { type: 'ai-model', name: 'old', data: [{ contents: { attachment: { content: '{}' } } }, 3] },
        { type: 'application', name: 'ping', properties: [{ name: 'cdx:mcp:role', value: 'tool' }] },
      ],
      services: [
        {
          name: 'crm',
          properties: [{ name: 'cdx:mcp:serviceType', value: 'mcp-server' }],
          endpoints: ['u', 1],
        },
      ],
      dependencies: [{ ref: 'i', dependsOn: ['gone', 4] }, { ref: 5 }, null],
    })
    deepEqual(
      facts?.parts.map(({ name, group }) => [name, group]),
      [
        ['@scope/outer', 'Libraries'],
        ['inner', 'Agents'],
        ['(no name)', 'Other parts'],
        ['(no name)', 'Other parts'],
        ['old', 'Models'],
        ['ping', 'Tools'],
        ['crm', 'MCP servers'],
      ],
    )
    deepEqual(facts?.parts[0]?.licences, ['Own', 'MIT OR ISC'])
    deepEqual(facts?.parts[0]?.hashes, [['SHA-256', 'ab']])
    deepEqual(facts?.parts[4]?.attachments, [['data', '{}']])
    deepEqual(facts?.facts, [['Made with', 'maker 2']])
    deepEqual(facts?.linksOf('i').needs.map(facts.nameOf), ['gone'])
    for (const other of [undefined, null, [], 'x', { bomFormat: 'SPDX' }]) equal(toBomFacts(other), undefined)
    for (const other of [{}, { components: {}, services: 3, dependencies: 'x', metadata: [] }])
      deepEqual(toBomFacts({ bomFormat: 'CycloneDX', ...other })?.parts, [])
  })
})
