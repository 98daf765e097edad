// Bills of materials of generated agents by the schemas of SPDX and SWID, found through AOS_SPEC_DIR.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv, { type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import Ajv2020 from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { Schema } from 'node-schematron'
import { describe, expect, test } from 'vitest'
import { validateXML, type XMLFileInfo } from 'xmllint-wasm'
import { toSpdx2 } from '../../packages/inspect/src/formats/spdx/spdx2.ts'
import { toSpdx3, type Spdx3Document } from '../../packages/inspect/src/formats/spdx/spdx3.ts'
import { evidenceFileOf } from '../../packages/inspect/src/formats/swid/evidence-file.ts'
import { toSwid } from '../../packages/inspect/src/formats/swid/swid.ts'
import type { AgBOMGraph, Entry } from '../../packages/inspect/src/graph/agbom-graph.ts'
import { anyGraph } from '../../packages/inspect/src/testing/arbitrary-graph.ts'
import { researchAssistant, wholeAgent } from '../../packages/inspect/src/testing/example-graphs.ts'
import { shapeCheck, textRules } from '../support/spdx3-rules.ts'

const spec = process.env['AOS_SPEC_DIR'] ?? ''

function read(...path: readonly string[]): string {
  return readFileSync(join(spec, ...path), 'utf8')
}

// the arbitrary graphs seldom know when a model or data was made, without which no profile is claimed
const dated = { releaseTime: '2026-01-02', builtTime: '2026-01-01' }

function withTimes(entry: Entry): Entry {
  return {
    ...entry,
    supplier: entry.supplier ?? { name: 'Example Corp' },
    facts: { ...entry.facts, ...dated },
  }
}

const anyAgent: fc.Arbitrary<AgBOMGraph> = fc.oneof(
  { weight: 2, arbitrary: anyGraph },
  {
    weight: 1,
    arbitrary: anyGraph.map((graph) => ({ ...graph, entries: graph.entries.map(withTimes) })),
  },
)

const examples = [researchAssistant, wholeAgent]

function sample(numRuns: number): readonly AgBOMGraph[] {
  return [...examples, ...fc.sample(anyAgent, { numRuns })]
}

function schemaCheck(file: string): (document: unknown) => readonly unknown[] {
  const schema = JSON.parse(read('spdx', file)) as { readonly $schema: string }
  const Compiler = schema.$schema.includes('2020-12') ? Ajv2020.default : Ajv.default
  const ajv = new Compiler({ strict: false })
  addFormats.default(ajv)
  const validate: ValidateFunction = ajv.compile(schema)
  return (document) => (validate(JSON.parse(JSON.stringify(document))) ? [] : (validate.errors ?? []))
}

async function xsdErrors(tags: readonly string[]): Promise<readonly string[]> {
  const imported = ['xmldsig-core-schema.xsd', 'xml.xsd'].map((name) => read('swid', name))
  const names = [
    'http://www.w3.org/TR/xmldsig-core/xmldsig-core-schema.xsd',
    'http://www.w3.org/2001/xml.xsd',
  ]
  const { errors } = await validateXML({
    xml: tags.map((contents, index) => ({ fileName: `${index}.swidtag`, contents })),
    schema: [{ fileName: 'swid.xsd', contents: read('swid', 'swid-schema-2015-fixed-20160908.xsd') }],
    preload: names.map((fileName, index): XMLFileInfo => ({ fileName, contents: imported[index] ?? '' })),
  })
  return errors.map(({ message }) => message)
}

function schematronCheck(): (tag: string) => readonly string[] {
  const schema = Schema.fromString(read('swid', 'swid-nistir-8060.sch'))
  return (tag) =>
    schema
      .validateString(tag, { phaseId: 'swid.primary.non-auth' })
      .filter(({ isReport }) => !isReport)
      .map(({ assertId }) => String(assertId))
}

function swidOf(graph: AgBOMGraph): string {
  return toSwid(graph, { evidenceFile: evidenceFileOf('agbom.spdx.json', JSON.stringify(toSpdx2(graph))) })
}

describe.skipIf(spec === '')('SPDX and SWID, as their own schemas have them (needs AOS_SPEC_DIR)', () => {
  test('SPDX 2.3: every document is valid', () => {
    const problems = schemaCheck('spdx-2.3.schema.json')
    for (const graph of sample(200)) expect(problems(toSpdx2(graph))).toEqual([])
    expect(problems({ ...toSpdx2(researchAssistant), creationInfo: {} })).not.toEqual([])
  })

  test('SPDX 3.0.1: every document is valid by the JSON Schema and the rules of the text', () => {
    const problems = schemaCheck('spdx-3.0.1.schema.json')
    const seen = new Set<unknown>()
    for (const graph of sample(200)) {
      const document = toSpdx3(graph)
      expect([...problems(document), ...textRules(document)]).toEqual([])
      for (const { type } of document['@graph']) seen.add(type)
    }
    expect([...seen]).toEqual(expect.arrayContaining(['ai_AIPackage', 'dataset_DatasetPackage']))
    expect(problems(without('created'))).not.toEqual([])
    expect(textRules(without('releaseTime'))).not.toEqual([])
  })

  test('SPDX 3.0.1: documents are valid by the shapes of the model', async () => {
    const problems = shapeCheck(join(spec, 'spdx'))
    const graphs = sample(40).filter(({ entries }) => entries.length <= 12)
    for (const graph of graphs) expect(await problems(toSpdx3(graph))).toEqual([])
    expect(graphs.length).toBeGreaterThan(20)
    expect(await problems(without('created'))).not.toEqual([])
  })

  test('SWID: every tag is valid by the schema and the rules of NIST IR 8060', async () => {
    const tags = sample(100).map(swidOf)
    const rules = schematronCheck()
    expect(await xsdErrors(tags)).toEqual([])
    for (const tag of tags) expect(rules(tag)).toEqual([])
    expect(await xsdErrors([swidOf(researchAssistant).replace('tagId', 'id')])).not.toEqual([])
    expect(rules(toSwid(researchAssistant))).toEqual(['PRI-8-1'])
  })
})

// a document that lacks one property in all elements
function without(property: string): Spdx3Document {
  const { '@context': context, '@graph': elements } = toSpdx3(researchAssistant)
  return {
    '@context': context,
    '@graph': elements.map((element) => {
      const { [property]: _, ...others } = element
      return { ...others, type: element.type }
    }),
  }
}
