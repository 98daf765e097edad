import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { anyGraph } from '../../testing/arbitrary-graph.ts'
import { researchAssistant, wholeAgent } from '../../testing/example-graphs.ts'
import { toCycloneDXXml } from './cyclonedx-xml.ts'
import { toCycloneDX } from './cyclonedx.ts'

const versions = ['1.5', '1.6', '1.7'] as const

const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')
const schema = (name: string): string =>
  readFileSync(join(dirname(library), 'res/schema', `${name}.SNAPSHOT.xsd`), 'utf8')

/** Texts of leaves and values of attributes, but for what XML says otherwise. */
function textsOfXml(text: string): readonly string[] {
  const texts: string[] = []
  let leaf: string | undefined
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    leaf = ''
    texts.push(...Object.entries(attributes).flatMap(([key, value]) => (key === 'xmlns' ? [] : [value])))
    expect(name).toMatch(/^[a-zA-Z-]+$/)
  })
  parser.on('text', (part) => {
    if (leaf !== undefined) leaf += part
  })
  parser.on('closetag', () => {
    if (leaf !== undefined) texts.push(leaf)
    leaf = undefined
  })
  parser.write(text).close()
  return texts.filter((value) => value !== '').toSorted()
}

function textsOfJson(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.values(value).flatMap(textsOfJson)
}

const asXmlHolds = (text: string): string =>
  Array.from(text, (mark) => {
    const code = mark.codePointAt(0) ?? 0
    return (code < 32 && !'\t\n\r'.includes(mark)) || code === 0xfffe || code === 0xffff ? '\u{fffd}' : mark
  }).join('')

test('every document is well-formed and says all that the JSON says', () => {
  fc.assert(
    fc.property(anyGraph, fc.constantFrom(...versions), (graph, specVersion) => {
      const { serialNumber, version, metadata, components, services, dependencies, compositions } =
        toCycloneDX(graph, { specVersion })
      const said = textsOfJson({
        serialNumber,
        version,
        metadata,
        components,
        services,
        dependencies,
        compositions,
      })
      expect(textsOfXml(toCycloneDXXml(graph, { specVersion }))).toEqual(
        said
          .map(asXmlHolds)
          .filter((text) => text !== '')
          .toSorted(),
      )
    }),
    { examples: [[wholeAgent, '1.7']], numRuns: 60 },
  )
})

test.each(versions)('documents are valid by the XML schema of %s', async (specVersion) => {
  const graphs = [researchAssistant, wholeAgent, ...fc.sample(anyGraph, 40)]
  const documents = graphs.map((graph, index) => ({
    fileName: `bom-${index}.xml`,
    contents: toCycloneDXXml(graph, { specVersion }),
  }))
  const validate = async (xml: typeof documents) =>
    validateXML({
      xml,
      schema: [{ fileName: 'bom.xsd', contents: schema(`bom-${specVersion}`) }],
      preload: [{ fileName: 'spdx.SNAPSHOT.xsd', contents: schema('spdx') }],
      maxMemoryPages: 16_384,
    })
  expect((await validate(documents)).errors).toEqual([])
  const [{ contents } = { contents: '' }] = documents
  const broken = { fileName: 'broken.xml', contents: contents.replaceAll('phase>', 'stage>') }
  expect((await validate([broken])).valid).toBe(false)
})
