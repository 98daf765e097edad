import { deepEqual, equal, ok } from 'node:assert/strict'
import { afterEach, describe, test, vi } from 'vitest'
import { deferred, guardedAgent, outcomeOf } from '../../../../test/support/guarded-agent.ts'
import { allow, ask, AOSInstrument, isDenied, modify, type AuditEntry, type GuardedRun } from '../index.ts'

const call = (aos: GuardedRun, effect: (value: unknown) => unknown): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: { query: 'x' } }, effect)

function codes(outcome: Awaited<ReturnType<typeof outcomeOf>>): readonly string[] {
  ok('error' in outcome && isDenied(outcome.error), JSON.stringify(outcome))
  return outcome.error.denial.reasonCodes
}

describe('an audit trail', () => {
  afterEach(() => vi.useRealTimers())

  test('has the decision before the effect', async () => {
    const order: string[] = []
    const kept = deferred()
    const audit = {
      append: ({ decision, step, agentName }: AuditEntry) => {
        order.push(`append ${agentName} ${step.name} ${decision.verdict}`)
        return kept.promise.then(() => void order.push('kept'))
      },
    }
    const { agent } = guardedAgent((aos) => call(aos, () => order.push('effect')), { audit })
    agent.registerHook('toolCallRequest', () => allow())
    const running = agent.run('go')
    kept.resolve()
    await running
    deepEqual(order, ['append worker search allow', 'kept', 'effect'])
  })

  test('nothing happens that it cannot keep: rejected, thrown, silent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const failures = [
      () => Promise.reject(new Error('disk full')),
      () => {
        throw new Error('closed')
      },
      () => new Promise<void>(() => undefined),
    ]
    for (const append of failures) {
      const effects: unknown[] = []
      const { agent, recorder } = guardedAgent((aos) => call(aos, (value) => effects.push(value)), {
        audit: { append },
        admissionTimeoutMs: 50,
      })
      agent.registerHook('toolCallRequest', () => modify({ query: 'y' }))
      const running = outcomeOf(agent.run('go'))
      await vi.advanceTimersByTimeAsync(60)
      deepEqual([codes(await running), effects], [['audit_unavailable'], []])
      deepEqual(
        recorder.decisions().map(({ enforced, by }) => [enforced, by === 'aos.audit']),
        [
          ['modified', false],
          ['denied', true],
        ],
      )
    }
  })

  test('a result whose decision it cannot keep is withheld', async () => {
    const { agent } = guardedAgent((aos) => call(aos, () => 'secret'), {
      audit: { append: () => Promise.reject(new Error('disk full')) },
    })
    agent.registerHook('toolCallResult', () => allow())
    deepEqual(codes(await outcomeOf(agent.run('go'))), ['audit_unavailable'])
  })

  test('a denial stays a denial, and is appended', async () => {
    const entries: AuditEntry[] = []
    const { agent } = guardedAgent((aos) => call(aos, () => 'x'), {
      audit: {
        append: async (entry: AuditEntry) => {
          entries.push(entry)
          throw new Error('disk full')
        },
      },
    })
    agent.registerHook('toolCallRequest', () => ({ decision: 'deny', message: 'no', reasonCode: 'mine' }))
    deepEqual(codes(await outcomeOf(agent.run('go'))), ['mine'])
    equal(entries[0]?.decision.verdict, 'deny')
  })

  test('an approval counts only when question and answer are kept', async () => {
    let appended = 0
    const { agent } = guardedAgent((aos) => call(aos, () => 'x'), {
      onApproval: () => true,
      audit: { append: async () => (++appended === 1 ? Promise.reject(new Error('disk full')) : undefined) },
    })
    agent.registerHook('toolCallRequest', () => ask('sure?'))
    deepEqual(codes(await outcomeOf(agent.run('go'))), ['audit_unavailable'])
  })

  test('keeps the decisions of agents inside, once', async () => {
    const entries: string[] = []
    const audit = { append: async ({ agentName }: AuditEntry) => void entries.push(agentName) }
    const inner = new AOSInstrument(async (_: unknown, aos: GuardedRun) => call(aos, () => 'x'), {
      agent: { name: 'inner' },
      audit,
    })
    const { agent } = guardedAgent(() => inner.run('go'), { audit })
    agent.registerHook('toolCallRequest', () => allow())
    await agent.run('go')
    deepEqual(entries, ['inner'])
  })
})
