import { generateSigningKey, verifyRun, type AgentRun } from '@agent-run/types'
import { describe, expect, test } from 'vitest'

import { AOSInstrument, type GuardedRun } from '../index.ts'

const { privateKey, publicKey } = generateSigningKey()

async function recordOf(tool: () => unknown): Promise<AgentRun | undefined> {
  const useTool = (_question: string, aos: GuardedRun): Promise<unknown> =>
    aos.toolCall({ toolName: 'tool', parameters: {} }, tool)
  const agent = new AOSInstrument(useTool, { agent: { name: 'builder' }, signingKey: privateKey })
  const runs: AgentRun[] = []
  agent.on('run', (run) => runs.push(run))
  await agent.run('question').catch(() => undefined)
  return runs[0]
}

describe('the AgentRun of a finished run', () => {
  test.each<[string, () => unknown]>([
    ['plain text', () => 'found'],
    ['half a surrogate pair', () => 'found \ud83d'],
    ['members that hold half a pair', () => ({ text: ['\ude00'] })],
    [
      'an error that holds half a pair',
      () => {
        throw new Error('bad \udc00')
      },
    ],
  ])('is signed and verifies when a tool gives %s', async (_name, tool) => {
    const run = await recordOf(tool)
    expect(verifyRun(run, { publicKey })).toMatchObject({ status: 'verified', unprotected: [] })
    expect(verifyRun(JSON.parse(JSON.stringify(run)), { publicKey }).status).toBe('verified')
  })
})
