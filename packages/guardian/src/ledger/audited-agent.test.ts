import { generateSigningKey } from '@agent-run/types'
import { allow, deny, isDenied, modify, type AOSOptions, type GuardedRun } from '@aos/sdk'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent, outcomeOf, type GuardedAgent } from '../../../../test/support/guarded-agent.ts'
import type { LedgerFacts } from './audit-facts.ts'
import { createAuditLedger, type AuditLedger } from './audit-ledger.ts'
import { verifyLedger } from './verify-ledger.ts'

const pair = generateSigningKey()
const SECRET = 'sk-live-1234567890abcdefghijkl'

let folder = ''
let path = ''
let ledger: AuditLedger
let effects: unknown[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-ledger-'))
  path = join(folder, 'audit', 'audit.jsonl')
  ledger = createAuditLedger({ path, signingKey: pair.privateKey })
  effects = []
})
afterEach(async () => {
  await ledger.close().catch(() => undefined)
  rmSync(folder, { recursive: true, force: true })
})

function agentWith(
  options: AOSOptions,
  seen: (value: unknown) => void = () => undefined,
): GuardedAgent['agent'] {
  const work = async (aos: GuardedRun): Promise<void> => {
    for (const toolName of ['read', 'pay']) {
      await aos.toolCall({ toolName, parameters: { card: SECRET } }, (value) => {
        seen(value)
        effects.push(toolName)
      })
    }
  }
  const { agent } = guardedAgent(work, options)
  agent.registerHook('toolCallRequest', ({ toolName }) =>
    toolName === 'pay' ? deny('paying is not allowed', 'no_pay') : modify({ card: 'none' }),
  )
  agent.registerHook('toolCallResult', () => allow())
  return agent
}

function factsIn(): LedgerFacts[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => (JSON.parse(line) as { entry: LedgerFacts }).entry)
}

verifies(
  'guardian.ledger.durable',
  'every decision of an agent is on the disk before its effect',
  async () => {
    const before: number[] = []
    const agent = agentWith({ audit: ledger }, () => before.push(factsIn().length))
    const outcome = await outcomeOf(agent.run('go', { session: 'sess-1', user: { id: 'user-1' } }))
    expect('error' in outcome && isDenied(outcome.error)).toBe(true)
    expect(effects).toEqual(['read'])
    // a denial has no effect that would have to wait for it
    await ledger.flush()
    const facts = factsIn()
    expect(before).toEqual([1])
    expect(facts.map(({ step, decision }) => [decision.hook, step.name, decision.enforced])).toEqual([
      ['toolCallRequest', 'read', 'modified'],
      ['toolCallResult', 'read', 'allowed'],
      ['toolCallRequest', 'pay', 'denied'],
    ])
    expect(facts.at(-1)).toMatchObject({
      sessionId: 'sess-1',
      userId: 'user-1',
      agentName: 'worker',
      decision: { reason: 'paying is not allowed', reasonCodes: ['no_pay'] },
    })
    expect(readFileSync(path, 'utf8')).not.toContain(SECRET)
    expect(await verifyLedger(path, { publicKey: pair.publicKey })).toMatchObject({
      ok: true,
      entries: facts.length,
    })
  },
)

verifies('guardian.ledger.required', 'nothing is done that the ledger cannot keep', async () => {
  const agent = agentWith({ audit: ledger })
  rmSync(path)
  const outcome = await outcomeOf(agent.run('go'))
  expect('error' in outcome && isDenied(outcome.error) && outcome.error.denial.reasonCodes).toEqual([
    'audit_unavailable',
  ])
  expect(effects).toEqual([])
  expect(existsSync(path)).toBe(false)
})

test('as a sink it has the same decisions, and an agent that it fails goes on', async () => {
  const agent = agentWith({ sinks: [ledger] })
  await outcomeOf(agent.run('go', { session: 'sess-1', user: { id: 'user-1' } }))
  await ledger.flush()
  const facts = factsIn()
  expect(facts.at(-1)).toMatchObject({ sessionId: 'sess-1', userId: 'user-1', step: { name: 'pay' } })
  await ledger.close()
  await outcomeOf(agent.run('go'))
  expect(effects).toEqual(['read', 'read'])
  expect(await verifyLedger(path, { publicKey: pair.publicKey })).toMatchObject({
    ok: true,
    entries: facts.length,
  })
})
