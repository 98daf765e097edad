import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyGraph } from '../../testing/arbitrary-graph.ts'
import { researchAssistant } from '../../testing/example-graphs.ts'
import { toLandingSpdx } from './landing-spdx.ts'

test('the document is the one of the landing page', () => {
  expect(toLandingSpdx(researchAssistant)).toBe(`SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: research-assistant-agbom
DocumentNamespace: https://example.com/agbom/research-assistant
Creator: Tool: aos-sdk-1.0
Created: 2024-01-15T10:30:00Z

# Package: AI Agent
PackageName: research-assistant
SPDXID: SPDXRef-Agent
PackageVersion: 1.0.0
PackageSupplier: Organization: Example Corp
PackageDownloadLocation: NOASSERTION

# AI Model Component
PackageName: gpt-4
SPDXID: SPDXRef-Model-GPT4
PackageVersion: 2024-01-01
PackageSupplier: Organization: OpenAI
PackageProperty: ModelParameters: 175B
PackageProperty: ContextWindow: 128000

# Tool Component
PackageName: web-search
SPDXID: SPDXRef-Tool-WebSearch
PackageVersion: 2.1.0
PackageDescription: Search the web for information
`)
})

const TAGS =
  /^(SPDXVersion|DataLicense|SPDXID|Document(Name|Namespace)|Created|Creator|Package(Name|Version|Supplier|DownloadLocation|Description|Property)): /

test('no text of a part can begin a line', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const lines = toLandingSpdx(graph).split(/[\n\r\u{85}\u{2028}\u{2029}]/u)
      for (const line of lines.filter((text) => text !== '' && !text.startsWith('# '))) {
        expect(line).toMatch(TAGS)
      }
      expect(lines.filter((line) => line.startsWith('PackageName: ')).length).toBe(graph.entries.length + 1)
    }),
    { numRuns: 25 },
  )
})
