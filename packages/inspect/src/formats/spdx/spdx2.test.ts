import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyGraph } from '../../testing/arbitrary-graph.ts'
import { researchAssistant, wholeAgent } from '../../testing/example-graphs.ts'
import { toSpdx2 } from './spdx2.ts'

// in JSON, where a backslash that stands for itself is doubled
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/i

const tool = 'Tool: aos-sdk-1.0'

function annotations(facts: object): readonly object[] {
  const comment = JSON.stringify(facts)
  return [{ annotationDate: '2024-01-15T10:30:00Z', annotationType: 'OTHER', annotator: tool, comment }]
}

test('a graph is a document of packages that depend on each other', () => {
  expect(toSpdx2(researchAssistant)).toEqual({
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'research-assistant-agbom',
    documentNamespace: 'https://spdx.org/spdxdocs/research-assistant-3e671687-395b-41f5-a30f-a58921a69b79-v1',
    creationInfo: { created: '2024-01-15T10:30:00Z', creators: [tool] },
    documentDescribes: ['SPDXRef-Agent'],
    packages: [
      {
        SPDXID: 'SPDXRef-Agent',
        name: 'research-assistant',
        versionInfo: '1.0.0',
        supplier: 'Organization: Example Corp',
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
        primaryPackagePurpose: 'APPLICATION',
        externalRefs: [
          {
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator: 'pkg:generic/research-assistant@1.0.0',
          },
        ],
        annotations: annotations({
          'aos:id': 'agent:research-assistant',
          'aos:component-type': 'ai-agent',
          'aos:serial-number': 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
          'aos:agbom-version': '1',
        }),
      },
      {
        SPDXID: 'SPDXRef-Model-GPT4',
        name: 'gpt-4',
        versionInfo: '2024-01-01',
        supplier: 'Organization: OpenAI',
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
        primaryPackagePurpose: 'OTHER',
        annotations: annotations({
          'aos:contextWindow': '128000',
          'aos:parameters': '175B',
          'aos:id': 'model:gpt-4',
          'aos:component-type': 'ai-model',
          'aos:origin': 'declared',
          'aos:disabled': 'false',
        }),
      },
      {
        SPDXID: 'SPDXRef-Tool-WebSearch',
        name: 'web-search',
        versionInfo: '2.1.0',
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
        primaryPackagePurpose: 'OTHER',
        description: 'Search the web for information',
        annotations: annotations({
          'aos:id': 'tool:web-search',
          'aos:component-type': 'tool',
          'aos:origin': 'declared',
          'aos:disabled': 'false',
        }),
      },
    ],
    relationships: [
      ['SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-Agent'],
      ['SPDXRef-Agent', 'DEPENDS_ON', 'SPDXRef-Model-GPT4'],
      ['SPDXRef-Agent', 'DEPENDS_ON', 'SPDXRef-Tool-WebSearch'],
      ['SPDXRef-Agent', 'DEPENDS_ON', 'NOASSERTION'],
    ].map(([spdxElementId, relationshipType, relatedSpdxElement]) => ({
      spdxElementId,
      relationshipType,
      relatedSpdxElement,
    })),
  })
})

test('packages have their licence, checksum and package URL', () => {
  const found = toSpdx2(wholeAgent).packages.find(({ name }) => name === '@example/ai')
  expect(found).toMatchObject({
    primaryPackagePurpose: 'LIBRARY',
    licenseDeclared: 'Apache-2.0',
    checksums: [{ algorithm: 'SHA512', checksumValue: 'ab'.repeat(64) }],
    externalRefs: [{ referenceLocator: 'pkg:npm/%40example/ai@7.0.0' }],
  })
})

test('what a part is made of, and that it is denied, is in its annotation; addresses without secrets', () => {
  const { packages } = toSpdx2(wholeAgent)
  const facts = (id: string): unknown =>
    JSON.parse(packages.find(({ SPDXID }) => SPDXID === id)?.annotations[0].comment ?? '')
  expect(facts('SPDXRef-Tool-GetCustomer')).toMatchObject({
    'aos:origin': 'observed',
    'aos:disabled': 'true',
    'aos:definition-digest': 'cd'.repeat(32),
    'aos:input-schema': '{"properties":{"customerId":{"type":"string"}},"type":"object"}',
  })
  expect(facts('SPDXRef-A2APeer-Planner')).toMatchObject({
    'aos:endpoint': 'https://planner.example.com/a2a',
  })
})

test('relationships name packages of the document, once each, and texts are ones that any encoding holds', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const document = toSpdx2(graph)
      const ids = document.packages.map(({ SPDXID }) => SPDXID)
      const known = new Set<string>([...ids, 'SPDXRef-DOCUMENT', 'NOASSERTION'])
      const pairs = document.relationships.map((link) => `${link.spdxElementId} ${link.relatedSpdxElement}`)
      expect(ids.length).toBe(graph.entries.length + 1)
      expect(new Set(pairs).size).toBe(pairs.length)
      for (const { spdxElementId, relatedSpdxElement } of document.relationships) {
        expect(known.has(spdxElementId) && known.has(relatedSpdxElement)).toBe(true)
        expect(spdxElementId).not.toBe(relatedSpdxElement)
      }
      for (const { name } of document.packages) expect(name).toMatch(/^\P{Cc}+$/u)
      expect(JSON.stringify(document)).not.toMatch(LONE_SURROGATE)
      expect(toSpdx2(structuredClone(graph))).toEqual(document)
    }),
    { numRuns: 25 },
  )
})
