import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AOSInstrument } from '@aos/sdk'
import { expect, test } from 'vitest'
import { scriptedChatModel } from '../support/langchain/scripted-model.ts'
import { LANGCHAIN_VERSIONS } from './langchain-versions.ts'

function pinned(version: string, name: string): string | undefined {
  const manifest = readFileSync(join(import.meta.dirname, `langchain-${version}`, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies[name]
}

test.each(LANGCHAIN_VERSIONS)('agents name the version they are of ($name)', async (version) => {
  const model = scriptedChatModel(version, { steps: ['Done.'] })
  const agent = new AOSInstrument(version.langchain.createAgent({ model, tools: [] }))
  expect(agent.describe().runtime).toBe(`langchain@${version.version}`)
  const records: unknown[] = []
  agent.on('run', ({ runtime, runtime_version }) => records.push([runtime, runtime_version]))
  await agent.run('go')
  expect(records).toEqual([['langchain', version.version]])

  const graph = new AOSInstrument(version.prebuilt.createReactAgent({ llm: model, tools: [] }))
  expect(graph.describe().runtime).toBe(`langgraph@${pinned(version.version, '@langchain/langgraph')}`)
})
