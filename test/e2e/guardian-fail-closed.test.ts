import { GuardianAgent, type GuardianOptions } from '@aos/guardian'
import { afterEach, describe, expect, test } from 'vitest'
import { denialCodes, PAYING_AGENTS, type MakePayingAgent } from '../support/fail-closed/agents.ts'
import { WRONG_ANSWERS } from '../support/fail-closed/answers.ts'
import { WRONG_CONNECTIONS, WRONG_ENVELOPES, WRONG_TEXTS } from '../support/fail-closed/transport.ts'
import { allows, startScriptedGuardian, type Reply } from '../support/scripted-guardian.ts'

// whatever a guardian does wrong, the tool that it was asked about does not run

const FAULTS = [...WRONG_ANSWERS, ...WRONG_ENVELOPES, ...WRONG_TEXTS, ...WRONG_CONNECTIONS].map(
  ([what, reply, code = 'guardian_invalid_response']) => ({ what, reply, code }),
)
const started: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.close()))
})

async function runUnder(
  reply: Reply,
  make: MakePayingAgent,
  options: Partial<GuardianOptions> = {},
): Promise<{
  readonly effects: readonly unknown[]
  readonly codes: readonly string[]
  readonly asked: number
}> {
  const server = await startScriptedGuardian(reply)
  const guardian = new GuardianAgent({ endpoint: server.url, codec: 'aos-0.1', timeoutMs: 60, ...options })
  started.push(guardian, server)
  const { agent, effects, recorder, run } = make()
  guardian.protect(agent, { hooks: ['toolCallRequest'] })
  await run()
  return { effects, codes: denialCodes(recorder), asked: server.steps.length }
}

describe.each(PAYING_AGENTS)('%s', (_name, make) => {
  test('pays where the guardian allows', async () => {
    const { effects, codes } = await runUnder(allows, make, { timeoutMs: 5000 })
    expect([effects, codes]).toEqual([[{ to: 'acme', amount: 5 }], []])
  })

  test.each(FAULTS)('does not pay where the guardian answers with $what', async ({ reply, code }) => {
    const waits = code === 'guardian_timeout'
    const { effects, codes, asked } = await runUnder(reply, make, waits ? {} : { timeoutMs: 5000 })
    expect(effects).toEqual([])
    expect(asked).toBeGreaterThan(0)
    expect(codes).toContain(code)
  })
})

test('these are at least 60 different faults', () => {
  expect(new Set(FAULTS.map(({ what }) => what)).size).toBeGreaterThanOrEqual(60)
})
