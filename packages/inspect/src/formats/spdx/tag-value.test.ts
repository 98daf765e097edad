import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyGraph } from '../../testing/arbitrary-graph.ts'
import { researchAssistant } from '../../testing/example-graphs.ts'
import { toSpdx2 } from './spdx2.ts'
import { toSpdxTagValue } from './tag-value.ts'

test('a graph is written as tags and values', () => {
  expect(toSpdxTagValue(researchAssistant)).toBe(`SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: research-assistant-agbom
DocumentNamespace: https://spdx.org/spdxdocs/research-assistant-3e671687-395b-41f5-a30f-a58921a69b79-v1
Creator: Tool: aos-sdk-1.0
Created: 2024-01-15T10:30:00Z

# Package: AI Agent
PackageName: research-assistant
SPDXID: SPDXRef-Agent
PackageVersion: 1.0.0
PackageSupplier: Organization: Example Corp
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
ExternalRef: PACKAGE-MANAGER purl pkg:generic/research-assistant@1.0.0
PrimaryPackagePurpose: APPLICATION
Annotator: Tool: aos-sdk-1.0
AnnotationDate: 2024-01-15T10:30:00Z
AnnotationType: OTHER
SPDXREF: SPDXRef-Agent
AnnotationComment: <text>{"aos:id":"agent:research-assistant","aos:component-type":"ai-agent","aos:serial-number":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","aos:agbom-version":"1"}</text>

# AI Model Component
PackageName: gpt-4
SPDXID: SPDXRef-Model-GPT4
PackageVersion: 2024-01-01
PackageSupplier: Organization: OpenAI
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PrimaryPackagePurpose: OTHER
Annotator: Tool: aos-sdk-1.0
AnnotationDate: 2024-01-15T10:30:00Z
AnnotationType: OTHER
SPDXREF: SPDXRef-Model-GPT4
AnnotationComment: <text>{"aos:contextWindow":"128000","aos:parameters":"175B","aos:id":"model:gpt-4","aos:component-type":"ai-model","aos:origin":"declared","aos:disabled":"false"}</text>

# Tool Component
PackageName: web-search
SPDXID: SPDXRef-Tool-WebSearch
PackageVersion: 2.1.0
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageDescription: <text>Search the web for information</text>
PrimaryPackagePurpose: OTHER
Annotator: Tool: aos-sdk-1.0
AnnotationDate: 2024-01-15T10:30:00Z
AnnotationType: OTHER
SPDXREF: SPDXRef-Tool-WebSearch
AnnotationComment: <text>{"aos:id":"tool:web-search","aos:component-type":"tool","aos:origin":"declared","aos:disabled":"false"}</text>

Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Agent
Relationship: SPDXRef-Agent DEPENDS_ON SPDXRef-Model-GPT4
Relationship: SPDXRef-Agent DEPENDS_ON SPDXRef-Tool-WebSearch
Relationship: SPDXRef-Agent DEPENDS_ON NOASSERTION
`)
})

// reads as the grammar of SPDX 2.3 says: one tag a line, a text may have several
function read(document: string): readonly (readonly [string, string])[] {
  const pattern = /(?<tag>[A-Za-z]+): (?:<text>(?<text>[^]*?)<\/text>|(?<line>.*))\n|#.*\n|\n/gy
  const pairs: (readonly [string, string])[] = []
  let end = 0
  for (const { 0: whole, index, groups = {} } of document.matchAll(pattern)) {
    const { tag, text, line = '' } = groups
    if (index !== end) break
    end += whole.length
    if (tag !== undefined) pairs.push([tag, text ?? line])
  }
  expect(end).toBe(document.length)
  return pairs
}

// how this form writes what would end a text
const held = (text: string): string => text.replaceAll(/<(?=\/?text>)/gi, '&lt;')

const lines = (text: string): string =>
  held(text.replaceAll(/\r\n?/g, '\n').replaceAll(/[^\P{Cc}\n\t]/gu, '\u{fffd}'))

test('a reader finds what the JSON says, whatever the texts', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const document = toSpdx2(graph)
      const pairs = read(toSpdxTagValue(graph))
      const values = (wanted: string): readonly string[] =>
        pairs.filter(([tag]) => tag === wanted).map(([, value]) => value)
      const { packages } = document
      expect(values('PackageName')).toEqual(packages.map(({ name }) => held(name)))
      expect(values('PackageVersion')).toEqual(
        packages.flatMap(({ versionInfo }) => (versionInfo === undefined ? [] : held(versionInfo))),
      )
      expect(values('PackageDescription')).toEqual(
        packages.flatMap(({ description }) => (description === undefined ? [] : lines(description))),
      )
      expect(values('PackageDownloadLocation').length).toBe(packages.length)
      expect(values('AnnotationComment').map((text) => JSON.parse(text) as unknown)).toEqual(
        packages.map(({ annotations: [annotation] }) => JSON.parse(annotation.comment) as unknown),
      )
      expect(values('Relationship').length).toBe(document.relationships.length)
    }),
    { numRuns: 25 },
  )
})
