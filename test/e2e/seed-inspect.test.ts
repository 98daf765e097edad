// What the landing page of AOS shows of bills of materials, as it is printed there.
import { AgBOMEvent, agbomAnswers, DynamicAgBOM, generateAgBOM, type AgBOMOptions } from '@aos/inspect'
import { createGuardianServer } from '@aos/guardian/server'
import { AOSInstrument } from '@aos/sdk'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { tool, ToolLoopAgent, type ToolSet } from 'ai'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe } from 'vitest'
import { z } from 'zod'
import { verifies } from '../conformance/verifies.ts'

const OPTIONS: AgBOMOptions = {
  packages: 'none',
  clock: () => Date.parse('2024-01-15T10:30:00Z'),
  known: {
    agent: { version: '1.0.0', supplier: { name: 'Example Corp' } },
    'model:gpt-4': {
      version: '2024-01-01',
      supplier: { name: 'OpenAI' },
      facts: { parameters: '175B', contextWindow: 128_000 },
    },
    'tool:web-search': { version: '2.1.0' },
  },
}

function toolOf(description: string, done: string[], name: string): ToolSet[string] {
  return tool({
    description,
    inputSchema: z.object({ query: z.string() }),
    execute: () => {
      done.push(name)
      return 'found'
    },
  })
}

/** The research assistant of the page, which may find further tools. */
function assistant(found: ToolSet = {}, done: string[] = []): AOSInstrument<ToolLoopAgent<never, ToolSet>> {
  const [next] = Object.keys(found)
  const model = scriptedModel({
    modelId: 'gpt-4',
    steps: next === undefined ? ['Done.'] : [toolCall(next, { query: 'x' }), 'Done.'],
  })
  const tools: ToolSet = { 'web-search': toolOf('Search the web for information', done, 'web-search') }
  const agent = new ToolLoopAgent<never, ToolSet>({
    id: 'research-assistant',
    model,
    tools,
    prepareCall: async (settings) => ({ ...settings, tools: { ...settings.tools, ...found } }),
  })
  return new AOSInstrument(agent)
}

describe('the bill of materials of the landing page', () => {
  verifies('aos.seed.S32', 'generateAgBOM and JSON.stringify', async () => {
    const agbom = await generateAgBOM(assistant(), { ...OPTIONS, format: 'cyclonedx' })
    const document = JSON.parse(JSON.stringify(agbom, null, 2)) as Record<string, unknown>
    equal(document['bomFormat'], 'CycloneDX')
    equal(document['specVersion'], '1.6')
    equal(agbom.isSchemaValid, true)
  })

  verifies('aos.seed.S33', 'the CycloneDX document', async () => {
    const agbom = await generateAgBOM(assistant(), { ...OPTIONS, profile: 'landing' })
    deepEqual(agbom.toJSON(), {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: {
        timestamp: '2024-01-15T10:30:00Z',
        component: { type: 'ai-agent', name: 'research-assistant', version: '1.0.0' },
      },
      components: [
        {
          type: 'ai-model',
          name: 'gpt-4',
          version: '2024-01-01',
          supplier: 'OpenAI',
          properties: [
            { name: 'parameters', value: '175B' },
            { name: 'context_window', value: '128000' },
          ],
        },
        {
          type: 'tool',
          name: 'web-search',
          version: '2.1.0',
          description: 'Search the web for information',
        },
      ],
    })
  })

  verifies('aos.seed.S35', 'the answer to an A2A request', async () => {
    const { a2a } = agbomAnswers([assistant()], OPTIONS)
    const answer = await a2a({
      apiVersion: 'a2a.io/v1',
      kind: 'AgBOMRequest',
      metadata: { name: 'research-assistant-agbom' },
      spec: { agent: 'research-assistant', format: 'cyclonedx', includeRuntime: true },
    })
    deepEqual(answer, {
      apiVersion: 'a2a.io/v1',
      kind: 'AgBOM',
      metadata: { name: 'research-assistant-agbom', timestamp: '2024-01-15T10:30:00Z' },
      spec: {
        format: 'cyclonedx',
        version: '1.0.0',
        components: [
          {
            type: 'ai-agent',
            name: 'research-assistant',
            models: [{ name: 'gpt-4', version: '2024-01-01', supplier: 'OpenAI' }],
            tools: [{ name: 'web-search', version: '2.1.0' }],
          },
        ],
      },
    })
  })

  verifies('aos.seed.S36', 'the SPDX text', async () => {
    const agbom = await generateAgBOM(assistant(), { ...OPTIONS, format: 'spdx', profile: 'landing' })
    const lines = agbom.toString().split('\n')
    for (const line of [
      'SPDXVersion: SPDX-2.3',
      'DataLicense: CC0-1.0',
      'SPDXID: SPDXRef-DOCUMENT',
      'DocumentName: research-assistant-agbom',
      'Created: 2024-01-15T10:30:00Z',
      'PackageName: research-assistant',
      'SPDXID: SPDXRef-Agent',
      'PackageVersion: 1.0.0',
      'PackageSupplier: Organization: Example Corp',
      'PackageDownloadLocation: NOASSERTION',
      'PackageName: gpt-4',
      'SPDXID: SPDXRef-Model-GPT4',
      'PackageVersion: 2024-01-01',
      'PackageSupplier: Organization: OpenAI',
      'PackageProperty: ModelParameters: 175B',
      'PackageProperty: ContextWindow: 128000',
      'PackageName: web-search',
      'SPDXID: SPDXRef-Tool-WebSearch',
      'PackageVersion: 2.1.0',
      'PackageDescription: Search the web for information',
    ])
      ok(lines.includes(line), `${line}\n\n${agbom.toString()}`)
  })

  verifies('aos.seed.S38', 'what is printed when a capability is added', async () => {
    const done: string[] = []
    const found = Object.assign(toolOf('Reads PDFs', done, 'pdf-analyzer'), { version: '1.2.0' })
    const aosAgent = assistant({ 'pdf-analyzer': found }, done)
    const printed: string[] = []
    const dynamicAgBOM = new DynamicAgBOM(aosAgent, OPTIONS)
    dynamicAgBOM.onUpdate(async (event) => {
      printed.push(`Agent capability changed: ${event.eventName}`)
      const { type, name, version } = event.component
      printed.push(`Component: ${JSON.stringify({ type, name, version })}`)
      const agbom = await dynamicAgBOM.regenerate()
      ok(JSON.stringify(agbom).includes('pdf-analyzer'))
    })
    await aosAgent.run('I need to analyze this PDF document')
    deepEqual(printed, [
      'Agent capability changed: COMPONENT_ADDED',
      'Component: {"type":"tool","name":"pdf-analyzer","version":"1.2.0"}',
    ])
    deepEqual(done, ['pdf-analyzer'])
  })

  verifies('aos.seed.S39', 'a capability that is not approved is disabled before it is used', async () => {
    for (const approved of [true, false]) {
      const done: string[] = []
      const printed: string[] = []
      const aosAgent = assistant({ 'claude-3-opus': toolOf('asks a model', done, 'claude-3-opus') }, done)
      const dynamicAgBOM = new DynamicAgBOM(aosAgent, OPTIONS)
      dynamicAgBOM.on('update', async (event: AgBOMEvent) => {
        ok(event instanceof AgBOMEvent)
        printed.push(`Capability ${event.changeType}: ${event.component.name}`)
        const currentAgBOM = await dynamicAgBOM.getCurrent()
        ok(currentAgBOM.graph.entries.some(({ id }) => id === event.component.id))
        if (approved) return
        await aosAgent.disableComponent(event.component.id)
        printed.push(`Disabled unapproved component: ${event.component.name}`)
      })
      await aosAgent.run('go')
      deepEqual(printed, [
        'Capability ADDED: claude-3-opus',
        ...(approved ? [] : ['Disabled unapproved component: claude-3-opus']),
      ])
      deepEqual(done, approved ? ['claude-3-opus'] : [])
    }
  })

  verifies('aos.seed.S34', 'a guardian server answers for the agents it is told of', async () => {
    const { agbom, a2a } = agbomAnswers([assistant()], OPTIONS)
    const server = createGuardianServer({ policies: [], agbom, agbomRequest: a2a })
    const url = await server.listen()
    try {
      const ask = async (agentId: string): Promise<unknown> => {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            jsonrpc: '2.0',
            id: 1,
            method: 'aos/agbom/generate',
            params: { format: 'cyclonedx', agent_id: agentId },
          }),
        })
        return response.json()
      }
      const answered = (await ask('research-assistant')) as { result?: { bomFormat?: string } }
      equal(answered.result?.bomFormat, 'CycloneDX')
      const unknown = (await ask('somebody')) as { error?: { code?: number } }
      equal(unknown.error?.code, -32602)
      const request = async (body: unknown): Promise<readonly [number, unknown]> => {
        const response = await fetch(new URL('/agbom', url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        return [response.status, Reflect.get((await response.json()) as object, 'kind')]
      }
      const spec = { agent: 'research-assistant', format: 'cyclonedx', includeRuntime: true }
      deepEqual(await request({ kind: 'AgBOMRequest', spec }), [200, 'AgBOM'])
      deepEqual(await request({ kind: 'AgBOMRequest', spec: { ...spec, agent: 'x' } }), [404, undefined])
      deepEqual(await request({ kind: 'Agent' }), [400, undefined])
      equal((await fetch(new URL('/agbom', url))).status, 405)
    } finally {
      await server.close()
    }
  })
})
