// Bills of materials of generated agents by the schemas of CycloneDX, found through AOS_SPEC_DIR.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv, { type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { toCycloneDXXml } from '../../packages/inspect/src/formats/cyclonedx/cyclonedx-xml.ts'
import { toCycloneDX } from '../../packages/inspect/src/formats/cyclonedx/cyclonedx.ts'
import { toLandingCycloneDX } from '../../packages/inspect/src/formats/cyclonedx/landing-cyclonedx.ts'
import type { AgBOMGraph } from '../../packages/inspect/src/graph/agbom-graph.ts'
import { anyGraph } from '../../packages/inspect/src/testing/arbitrary-graph.ts'
import { researchAssistant, wholeAgent } from '../../packages/inspect/src/testing/example-graphs.ts'

const spec = process.env['AOS_SPEC_DIR']

function read(name: string): string {
  return readFileSync(join(spec ?? '', 'cyclonedx', name), 'utf8')
}

function compile(version: string): ValidateFunction {
  const ajv = new Ajv.default({ allErrors: true, strict: false })
  addFormats.default(ajv)
  // ours are all URIs, which says more
  ajv.addFormat('iri-reference', fullFormats['uri-reference'])
  ajv.addFormat('idn-email', true)
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    ajv.addSchema(JSON.parse(read(`${name}.schema.json`)) as object)
  }
  return ajv.compile(JSON.parse(read(`bom-${version}.schema.json`)) as object)
}

function population(numRuns: number): readonly AgBOMGraph[] {
  return [researchAssistant, wholeAgent, ...fc.sample(anyGraph, { numRuns })]
}

describe.skipIf(spec === undefined)('AgBOM, as the schemas of CycloneDX have it (needs AOS_SPEC_DIR)', () => {
  test.each(['1.5', '1.6', '1.7'] as const)('%s: JSON of any agent is valid', (specVersion) => {
    const validate = compile(specVersion)
    for (const graph of population(300)) {
      const document: unknown = JSON.parse(JSON.stringify(toCycloneDX(graph, { specVersion })))
      const problems = validate(document) ? [] : validate.errors
      expect({ problems, serial: graph.serialNumber }).toEqual({ problems: [], serial: graph.serialNumber })
    }
    expect(validate(toLandingCycloneDX(researchAssistant))).toBe(false)
    const services = [{ name: 'no address', endpoints: ['http://a b'] }]
    expect(validate({ ...toCycloneDX(researchAssistant, { specVersion }), services })).toBe(false)
  })

  test.each(['1.6', '1.7'] as const)('%s: XML of any agent is valid', async (specVersion) => {
    const documents = population(200).map((graph, index) => ({
      fileName: `bom-${index}.xml`,
      contents: toCycloneDXXml(graph, { specVersion }),
    }))
    const validate = async (xml: typeof documents) =>
      validateXML({
        xml,
        schema: [{ fileName: 'bom.xsd', contents: read(`bom-${specVersion}.xsd`) }],
        preload: [{ fileName: 'http://cyclonedx.org/schema/spdx', contents: read('spdx.xsd') }],
        maxMemoryPages: 16_384,
      })
    for (let at = 0; at < documents.length; at += 50) {
      expect((await validate(documents.slice(at, at + 50))).errors).toEqual([])
    }
    const broken = documents.slice(0, 1).map(({ fileName, contents }) => ({
      fileName,
      contents: contents.replaceAll('phase>', 'stage>'),
    }))
    expect((await validate(broken)).valid).toBe(false)
  })
})
