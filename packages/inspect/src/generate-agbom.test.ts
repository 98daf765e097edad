import { createHash } from 'node:crypto'
import { generateSigningKey } from '@agent-run/types'
import { AOSInstrument, type AOSHandle, type GuardedRun } from '@aos/sdk'
import { describe, expect, it } from 'vitest'
import { agbomAnswers } from './answers/agbom-answers.ts'
import type { AgBOMFormat, AgBOMOptions } from './agbom-options.ts'
import { generateAgBOM, verifyAgBOM } from './generate-agbom.ts'

const OPTIONS: AgBOMOptions = {
  packages: 'none',
  clock: () => Date.UTC(2026, 0, 15, 10, 30),
  environment: { languageRuntime: 'node 24.0.0' },
  known: {
    agent: { version: '1.0.0', supplier: { name: 'Example Corp' } },
    'model:gpt-4': {
      version: '2024-01-01',
      supplier: { name: 'OpenAI' },
      facts: { parameters: '175B', contextWindow: 128_000 },
    },
    'tool:web-search': { version: '2.1.0', description: 'Search the web for information' },
  },
}
const FORMATS: readonly AgBOMFormat[] = ['cyclonedx', 'spdx', 'spdx-json', 'spdx-3', 'swid']

async function researcher(): Promise<AOSHandle<object>> {
  const agent = new AOSInstrument(
    async (query: string, aos: GuardedRun) => {
      await aos.model({ model: 'gpt-4', provider: 'openai', messages: query }, () => 'ok')
      await aos.knowledge({ query, source: 'papers' }, () => [])
      return aos.toolCall({ toolName: 'web-search', parameters: { query } }, () => 'found')
    },
    { agent: { id: 'research-assistant', name: 'research-assistant' } },
  )
  await agent.run('AI safety')
  return agent as unknown as AOSHandle<object>
}

describe('the bill of materials of an agent', () => {
  it.each(FORMATS)('is the same for the same agent, in %s', async (format) => {
    const [first, second] = [await researcher(), await researcher()]
    const one = await generateAgBOM(first, { ...OPTIONS, format })
    const other = await generateAgBOM(second, { ...OPTIONS, format })
    expect(one.toString()).toBe(other.toString())
    for (const name of ['research-assistant', 'gpt-4', 'web-search', 'papers'])
      expect(one.toString()).toContain(name)
  })

  it.each(FORMATS)('is signed in %s, and every change of it is seen', async (format) => {
    const { privateKey, publicKey } = generateSigningKey()
    const agbom = await generateAgBOM(await researcher(), { ...OPTIONS, format })
    const signature = agbom.sign(privateKey)
    const text = agbom.toString()
    expect(verifyAgBOM(text, signature, { publicKey })).toBe(true)
    expect(verifyAgBOM(text.replace('gpt-4', 'gpt-5'), signature, { publicKey })).toBe(false)
    expect(verifyAgBOM(text, signature, { publicKey: generateSigningKey().publicKey })).toBe(false)
    for (const broken of [
      '',
      '..',
      signature.slice(0, -2),
      `${signature}x`,
      signature.replace('..', '.e30.'),
    ])
      expect(verifyAgBOM(text, broken, { publicKey })).toBe(false)
  })

  it('leaves out what was only seen while it ran, where that is wanted', async () => {
    const { graph } = await generateAgBOM(await researcher(), { ...OPTIONS, includeRuntime: false })
    expect(graph.entries).toEqual([])
    expect(graph.agent.dependsOn).toEqual([])
  })

  it('says what runs the agent', async () => {
    const { graph } = await generateAgBOM(await researcher(), {
      packages: 'direct',
      directory: import.meta.dirname,
    })
    const names = graph.entries.filter(({ kind }) => kind === 'package').map(({ name }) => name)
    expect(names).toContain('@aos/sdk')
    expect(graph.agent.dependsOn.some((id) => id.startsWith('package:@aos/sdk@'))).toBe(true)
  })

  it('has the literal shape of the landing page where that is asked for, and says so', async () => {
    const agbom = await generateAgBOM(await researcher(), { ...OPTIONS, profile: 'landing' })
    expect(agbom.isSchemaValid).toBe(false)
    expect(() => agbom.toXml()).toThrow('XML')
    expect(JSON.parse(JSON.stringify(agbom, null, 2))).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: {
        timestamp: '2026-01-15T10:30:00Z',
        component: { type: 'ai-agent', name: 'research-assistant', version: '1.0.0' },
      },
    })
  })

  it.each<[string, AgBOMOptions, string]>([
    ['a format', { format: 'xml' as 'swid' }, '"cyclonedx"'],
    ['a version', { specVersion: '2.0' as '1.6' }, '"1.6"'],
    ['an option', { formats: 'swid' } as AgBOMOptions, 'formats'],
    ['a serial number', { serialNumber: '1' }, 'serialNumber'],
  ])('refuses %s that there is not', async (_what, options, said) => {
    await expect(generateAgBOM(await researcher(), options)).rejects.toMatchObject({
      code: 'invalid_options',
    })
    const error: unknown = await generateAgBOM(await researcher(), options).catch((thrown: unknown) => thrown)
    expect(`${String(error)} ${String(Reflect.get(error as object, 'fix'))}`).toContain(said)
  })

  it('names in SWID the document in CycloneDX by its digest', async () => {
    const agent = await researcher()
    const document = (await generateAgBOM(agent, OPTIONS)).toString()
    const tag = (await generateAgBOM(agent, { ...OPTIONS, format: 'swid' })).toString()
    const digest = createHash('sha256').update(document).digest('hex')
    expect(tag).toContain(`size="${Buffer.byteLength(document)}" version="1" SHA256:hash="${digest}"`)
  })

  it('refuses an agent that is not instrumented, and forms that a format has not', async () => {
    await expect(generateAgBOM({}, OPTIONS)).rejects.toMatchObject({ code: 'not_instrumented' })
    const agent = await researcher()
    const bom = await generateAgBOM(agent, { ...OPTIONS, format: 'swid' })
    expect(() => bom.toJSON()).toThrow('SWID')
    const spdx = await generateAgBOM(agent, { ...OPTIONS, format: 'spdx' })
    expect(() => spdx.toXml()).toThrow('SPDX')
  })
})

describe('answers', () => {
  it('are for agents that are known, by id or name, in formats that are known', async () => {
    const { agbom, a2a } = agbomAnswers([await researcher()], OPTIONS)
    expect(await agbom({ agentId: 'research-assistant', format: 'cyclonedx' })).toMatchObject({
      bomFormat: 'CycloneDX',
    })
    expect(await agbom({ agentId: 'research-assistant', format: 'swid' })).toContain('<SoftwareIdentity')
    expect(await agbom({ agentId: 'somebody', format: 'cyclonedx' })).toBeUndefined()
    expect(await agbom({ agentId: 'research-assistant', format: 'pdf' })).toBeUndefined()
    const spec = { agent: 'research-assistant', format: 'cyclonedx', includeRuntime: true }
    expect(await a2a({ apiVersion: 'a2a.io/v1', kind: 'AgBOMRequest', spec })).toMatchObject({
      kind: 'AgBOM',
    })
    for (const request of [
      undefined,
      {},
      { kind: 'AgBOM', spec },
      { kind: 'AgBOMRequest' },
      { kind: 'AgBOMRequest', spec: { agent: 3 } },
    ])
      expect(await a2a(request)).toBeUndefined()
  })
})
