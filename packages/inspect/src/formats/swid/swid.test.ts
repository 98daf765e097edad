import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { expect, test } from 'vitest'
import { anyGraph } from '../../testing/arbitrary-graph.ts'
import { researchAssistant, wholeAgent } from '../../testing/example-graphs.ts'
import { toSwid } from './swid.ts'

const evidenceFile = { name: 'agbom.cdx.json', size: 1234, sha256: 'ab'.repeat(32) }

test('a graph is one tag with what was seen as its evidence', () => {
  const { entries, ...graph } = researchAssistant
  const [model, tool] = entries
  if (model === undefined || tool === undefined) throw new Error('no entry')
  const used = { ...tool, endpoint: 'https://user:secret@tools.example.com/search?key=secret' }
  const tag = toSwid(
    { ...graph, version: 3, entries: [model, used] },
    { evidenceFile, regid: 'tags.example.com' },
  )
  expect(tag).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" xmlns:aos="urn:aos:agbom:1" xmlns:n8060="http://csrc.nist.gov/ns/swid/2015-extensions/1.0" xmlns:SHA256="http://www.w3.org/2001/04/xmlenc#sha256" name="research-assistant" tagId="research-assistant-3e671687-395b-41f5-a30f-a58921a69b79" tagVersion="3" version="1.0.0" versionScheme="semver" xml:lang="en">
  <Entity name="aos-sdk" role="tagCreator" regid="tags.example.com"/>
  <Entity name="Example Corp" role="softwareCreator" regid="example-corp.invalid"/>
  <Link rel="requires" href="https://tools.example.com/search"/>
  <Meta product="research-assistant" colloquialVersion="1" revision="0.0" edition="default" persistentId="agent:research-assistant" generator="aos-sdk 1.0" aos:id="agent:research-assistant" aos:component-type="ai-agent" aos:serial-number="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" aos:agbom-version="3"/>
  <Evidence date="2024-01-15T10:30:00Z" n8060:pathSeparator="/" n8060:envVarPrefix="$" n8060:envVarSuffix="%">
    <File name="agbom.cdx.json" size="1234" version="3" SHA256:hash="${'ab'.repeat(32)}"/>
    <Resource type="ai-model" aos:name="gpt-4" aos:version="2024-01-01" aos:supplier="OpenAI" aos:contextWindow="128000" aos:parameters="175B" aos:id="model:gpt-4" aos:origin="declared" aos:disabled="false"/>
    <Resource type="tool" aos:name="web-search" aos:version="2.1.0" aos:description="Search the web for information" aos:id="tool:web-search" aos:origin="declared" aos:disabled="false" aos:endpoint="https://tools.example.com/search"/>
  </Evidence>
</SoftwareIdentity>
`)
})

test('packages, services and the card of the agent are linked, each once', () => {
  const links = toSwid(wholeAgent).match(/<Link .*\/>/g)
  expect(links).toEqual([
    '<Link rel="requires" href="https://planner.example.com/a2a"/>',
    '<Link rel="requires" href="https://search.example.com/handbook"/>',
    '<Link rel="requires" href="https://mcp.example.com/crm"/>',
    '<Link rel="component" href="pkg:npm/%40example/ai@7.0.0"/>',
    '<Link rel="component" href="pkg:npm/zod@4.1.0"/>',
    '<Link rel="see-also" href="https://agent.example.com/.well-known/agent-card.json"/>',
  ])
})

test.each([
  ['1.2.3-beta.1+build', 'semver', '1.2.3-beta.1+build'],
  ['2024-01-15', 'alphanumeric', '2024-01-15'],
  [undefined, 'unknown', '0.0'],
])('the version %j is one of the scheme %s', (version, scheme, written) => {
  const agent = { ...researchAssistant.agent, version }
  expect(toSwid({ ...researchAssistant, agent })).toContain(
    ` version="${written}" versionScheme="${scheme}" `,
  )
})

test('the tag is well-formed and names every part, whatever the texts', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const tag = toSwid(graph, { evidenceFile })
      let resources = 0
      const parser = new SaxesParser({ xmlns: true })
      parser.on('error', (error) => {
        throw error
      })
      parser.on('opentag', ({ name }) => (resources += name === 'Resource' ? 1 : 0))
      parser.write(tag).close()
      expect(resources).toBe(graph.entries.length)
      expect(toSwid(structuredClone(graph), { evidenceFile })).toBe(tag)
    }),
    { numRuns: 20 },
  )
})
