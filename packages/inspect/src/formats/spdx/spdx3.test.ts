import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AgBOMGraph, Entry } from '../../graph/agbom-graph.ts'
import { anyGraph } from '../../testing/arbitrary-graph.ts'
import { researchAssistant, wholeAgent } from '../../testing/example-graphs.ts'
import { toSpdx3, type Spdx3Document } from './spdx3.ts'

// in JSON, where a backslash that stands for itself is doubled
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/i

const NAMESPACE = 'https://spdx.org/spdxdocs/research-assistant-3e671687-395b-41f5-a30f-a58921a69b79-v1#'

// without the namespace, which every id begins with
function short(document: Spdx3Document): unknown {
  return JSON.parse(JSON.stringify(document['@graph']).replaceAll(NAMESPACE, '#'))
}

function extension(facts: Readonly<Record<string, string>>): readonly object[] {
  const entries = Object.entries(facts).map(([name, value]) => ({
    type: 'extension_CdxPropertyEntry',
    extension_cdxPropName: name,
    extension_cdxPropValue: value,
  }))
  return [{ type: 'extension_CdxPropertiesExtension', extension_cdxProperty: entries }]
}

function withEntries(...entries: readonly Entry[]): AgBOMGraph {
  return { ...researchAssistant, entries }
}

function profiles(graph: AgBOMGraph): unknown {
  return toSpdx3(graph)['@graph'].find(({ type }) => type === 'SpdxDocument')?.['profileConformance']
}

const elements = [
  '#Creator',
  '#Tool',
  '#Organization-1',
  '#Organization-2',
  '#License-1',
  '#Agent',
  '#Model-GPT4',
  '#Tool-WebSearch',
  '#Relationship-1',
  '#Relationship-2',
  '#Relationship-3',
  '#Relationship-4',
]
const creationInfo = '_:creationinfo'
const profileConformance = ['core', 'software', 'simpleLicensing', 'ai']

test('a graph is a document of elements and relationships', () => {
  expect(short(toSpdx3(researchAssistant))).toEqual([
    {
      type: 'CreationInfo',
      '@id': creationInfo,
      specVersion: '3.0.1',
      created: '2024-01-15T10:30:00Z',
      createdBy: ['#Creator'],
      createdUsing: ['#Tool'],
    },
    {
      type: 'SpdxDocument',
      spdxId: '#Document',
      creationInfo,
      name: 'research-assistant-agbom',
      dataLicense: '#License-1',
      profileConformance,
      rootElement: ['#BOM'],
      element: ['#BOM', ...elements],
    },
    {
      type: 'software_Sbom',
      spdxId: '#BOM',
      creationInfo,
      software_sbomType: ['runtime'],
      profileConformance,
      rootElement: ['#Agent'],
      element: elements,
    },
    { type: 'SoftwareAgent', spdxId: '#Creator', creationInfo, name: 'aos-sdk' },
    { type: 'Tool', spdxId: '#Tool', creationInfo, name: 'aos-sdk 1.0' },
    { type: 'Organization', spdxId: '#Organization-1', creationInfo, name: 'Example Corp' },
    { type: 'Organization', spdxId: '#Organization-2', creationInfo, name: 'OpenAI' },
    {
      type: 'simplelicensing_LicenseExpression',
      spdxId: '#License-1',
      creationInfo,
      simplelicensing_licenseExpression: 'CC0-1.0',
    },
    {
      type: 'software_Package',
      spdxId: '#Agent',
      creationInfo,
      name: 'research-assistant',
      software_packageVersion: '1.0.0',
      suppliedBy: '#Organization-1',
      software_primaryPurpose: 'application',
      software_packageUrl: 'pkg:generic/research-assistant@1.0.0',
      extension: extension({
        'aos:id': 'agent:research-assistant',
        'aos:component-type': 'ai-agent',
        'aos:serial-number': 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
        'aos:agbom-version': '1',
      }),
    },
    {
      type: 'ai_AIPackage',
      spdxId: '#Model-GPT4',
      creationInfo,
      name: 'gpt-4',
      software_packageVersion: '2024-01-01',
      suppliedBy: '#Organization-2',
      software_primaryPurpose: 'model',
      software_downloadLocation: 'https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement',
      releaseTime: '2024-01-01T00:00:00Z',
      ai_hyperparameter: [
        { type: 'DictionaryEntry', key: 'contextWindow', value: '128000' },
        { type: 'DictionaryEntry', key: 'parameters', value: '175B' },
      ],
      extension: extension({
        'aos:contextWindow': '128000',
        'aos:parameters': '175B',
        'aos:id': 'model:gpt-4',
        'aos:component-type': 'ai-model',
        'aos:origin': 'declared',
        'aos:disabled': 'false',
      }),
    },
    {
      type: 'software_Package',
      spdxId: '#Tool-WebSearch',
      creationInfo,
      name: 'web-search',
      software_packageVersion: '2.1.0',
      software_primaryPurpose: 'module',
      description: 'Search the web for information',
      extension: extension({
        'aos:id': 'tool:web-search',
        'aos:component-type': 'tool',
        'aos:origin': 'declared',
        'aos:disabled': 'false',
      }),
    },
    {
      type: 'LifecycleScopedRelationship',
      spdxId: '#Relationship-1',
      creationInfo,
      from: '#Agent',
      relationshipType: 'usesTool',
      to: ['#Tool-WebSearch'],
      scope: 'runtime',
      completeness: 'incomplete',
    },
    {
      type: 'LifecycleScopedRelationship',
      spdxId: '#Relationship-2',
      creationInfo,
      from: '#Agent',
      relationshipType: 'dependsOn',
      to: ['#Model-GPT4'],
      scope: 'runtime',
      completeness: 'incomplete',
    },
    ...['hasDeclaredLicense', 'hasConcludedLicense'].map((relationshipType, index) => ({
      type: 'Relationship',
      spdxId: `#Relationship-${index + 3}`,
      creationInfo,
      from: '#Model-GPT4',
      relationshipType,
      to: ['expandedlicensing_NoAssertionLicense'],
    })),
  ])
})

test('packages have their checksum, package URL and licence', () => {
  const found = toSpdx3(wholeAgent)['@graph']
  const library = found.find(({ name }) => name === '@example/ai')
  expect(library).toMatchObject({
    type: 'software_Package',
    software_primaryPurpose: 'library',
    software_packageUrl: 'pkg:npm/%40example/ai@7.0.0',
    verifiedUsing: [{ type: 'Hash', algorithm: 'sha512', hashValue: 'ab'.repeat(64) }],
  })
  const declared = found.find(
    ({ from, relationshipType }) => from === library?.spdxId && relationshipType === 'hasDeclaredLicense',
  )
  const license = found.find(
    ({ simplelicensing_licenseExpression: expression }) => expression === 'Apache-2.0',
  )
  expect(declared?.['to']).toEqual([license?.spdxId])
})

const [model] = researchAssistant.entries
const memory = wholeAgent.entries.find(({ kind }) => kind === 'memory')
if (model === undefined || memory === undefined) throw new Error('no entry')
const dated = { releaseTime: '2026-01-02', builtTime: '2026-01-01' }
const supplier = { name: 'Example Corp' }

test.each([
  ['a model with all facts', [model], ['ai']],
  ['a model nobody is known to supply', [{ ...model, supplier: undefined }], []],
  ['a model of unknown age', [{ ...model, version: '4' }], []],
  ['two models, one of unknown age', [model, { ...model, id: 'model:x', version: '4' }], []],
  ['memory with all facts', [{ ...memory, supplier, facts: dated }], ['dataset']],
  ['memory of unknown age', [{ ...memory, supplier }], []],
  ['nothing', [], []],
])('the document claims the profiles of which all facts are known: %s', (_, entries, claimed) => {
  expect(profiles(withEntries(...entries))).toEqual(['core', 'software', 'simpleLicensing', ...claimed])
})

test('ids are unique, all that is named is there, and the collections hold all of it', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const document = toSpdx3(graph)
      const [, whole, bom, ...parts] = document['@graph']
      const ids = parts.map(({ spdxId }) => spdxId ?? '')
      expect(new Set(ids).size).toBe(ids.length)
      expect(bom?.['element']).toEqual(ids)
      expect(whole?.['element']).toEqual([bom?.spdxId, ...ids])
      for (const { from, to, suppliedBy } of parts) {
        const named = [from, suppliedBy, to].flat().filter((id) => id !== undefined)
        expect([...ids, 'expandedlicensing_NoAssertionLicense']).toEqual(expect.arrayContaining(named))
      }
      expect(JSON.stringify(document)).not.toMatch(LONE_SURROGATE)
      expect(toSpdx3(structuredClone(graph))).toEqual(document)
    }),
    { numRuns: 25 },
  )
})
