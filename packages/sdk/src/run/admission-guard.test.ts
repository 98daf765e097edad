import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { guardedAgent, outcomeOf } from '../../../../test/support/guarded-agent.ts'
import {
  AOSInstrument,
  isAosError,
  isDenied,
  type AdmissionGuard,
  type AdmissionRequest,
  type GuardedRun,
  type Spending,
} from '../index.ts'

const model = (aos: GuardedRun, effect: () => unknown): Promise<unknown> =>
  aos.model({ model: 'm', messages: [] }, effect)

const call = (aos: GuardedRun, effect: () => unknown = () => 'found'): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: {} }, effect)

describe('an admission guard', () => {
  test('judges every operation when it is decided and before it starts, with whose it is', async () => {
    const requests: AdmissionRequest[] = []
    const { agent } = guardedAgent((aos) => call(aos))
    agent.addAdmissionGuard({
      name: 'watch',
      admit: (request) => {
        requests.push(request)
        return undefined
      },
    })
    await agent.withSession({ id: 'sess_1', user: { id: 'u1' } }).run('go')
    const calls = requests.filter(({ kind }) => kind === 'toolCall')
    deepEqual(
      calls.map(({ name, session, user, agent: who }) => [name, session.id, user?.id, who.name]),
      Array(2).fill(['search', 'sess_1', 'u1', 'worker']),
    )
    ok(requests.some(({ kind }) => kind === 'agentTrigger'))
  })

  test('what it refuses does not happen, under its own name and code', async () => {
    const effects: string[] = []
    const { agent, recorder } = guardedAgent((aos) => call(aos, () => effects.push('tool')))
    const remove = agent.addAdmissionGuard({
      name: 'budget',
      admit: ({ kind }) =>
        kind === 'toolCall' ? { code: 'budget_exceeded', reason: 'all spent' } : undefined,
    })
    const outcome = await outcomeOf(agent.run('go'))
    ok('error' in outcome && isDenied(outcome.error))
    deepEqual(
      [outcome.error.message, outcome.error.denial.reasonCodes],
      ['Denied: all spent', ['budget_exceeded']],
    )
    deepEqual(
      recorder.decisions().map(({ by, source, enforced }) => [by, source, enforced]),
      [['budget', 'admission', 'denied']],
    )
    deepEqual(effects, [])
    remove()
    await agent.run('go')
    deepEqual(effects, ['tool'])
  })

  test('a refused model call ends the run', async () => {
    const effects: string[] = []
    const { agent } = guardedAgent(async (aos) => {
      await outcomeOf(model(aos, () => effects.push('model')))
      return call(aos, () => effects.push('tool'))
    })
    agent.addAdmissionGuard({
      name: 'budget',
      admit: ({ kind }) => (kind === 'modelCall' ? { code: 'budget_exceeded', reason: 'no' } : undefined),
    })
    await rejects(agent.run('go'), { message: 'Denied: no' })
    deepEqual(effects, [])
  })

  test('one that throws or answers nonsense refuses', async () => {
    const guards: readonly [AdmissionGuard['admit'], string][] = [
      [
        () => {
          throw new Error('broken')
        },
        'admission_failed',
      ],
      [() => true as never, 'admission_refused'],
      [() => ({}) as never, 'admission_refused'],
      [() => null as never, 'admission_refused'],
    ]
    for (const [admit, code] of guards) {
      const effects: string[] = []
      const { agent } = guardedAgent((aos) => call(aos, () => effects.push('tool')))
      agent.addAdmissionGuard({ name: 'odd', ...(admit === undefined ? {} : { admit }) })
      const outcome = await outcomeOf(agent.run('go'))
      ok('error' in outcome && isDenied(outcome.error))
      deepEqual([outcome.error.denial.reasonCodes, effects], [[code], []])
    }
  })

  test('is told of calls when they start and of tokens and dollars when they are known', async () => {
    const spent: Spending[] = []
    const { agent } = guardedAgent(
      async (aos) => {
        await aos.model({ model: 'm', provider: 'p', messages: [] }, (_, report) => {
          report({ usage: { inputTokens: 5, outputTokens: 2 }, actual: 'm-1' })
          return 'answer'
        })
        await call(aos)
      },
      { price: () => 0.25 },
    )
    agent.addAdmissionGuard({ name: 'count', spent: (spending) => void spent.push(spending) })
    await agent.run('go')
    deepEqual(
      spent.map(({ kind, name, calls, tokens, costUsd }) => [kind, name, calls, tokens, costUsd]),
      [
        ['modelCall', 'm', 1, undefined, undefined],
        ['modelCall', 'm-1', 0, 7, 0.25],
        ['toolCall', 'search', 1, undefined, undefined],
      ],
    )
  })

  test('one that loses count refuses everything from then on', async () => {
    const effects: string[] = []
    const { agent } = guardedAgent(async (aos) => {
      await call(aos, () => effects.push('first'))
      await call(aos, () => effects.push('second'))
    })
    agent.addAdmissionGuard({
      name: 'count',
      spent: () => {
        throw new Error('overflow')
      },
    })
    const outcome = await outcomeOf(agent.run('go'))
    ok('error' in outcome && isDenied(outcome.error))
    deepEqual([outcome.error.denial.reasonCodes, effects], [['admission_failed'], ['first']])
  })

  test('also where it notices later', async () => {
    const { agent } = guardedAgent((aos) => call(aos))
    agent.addAdmissionGuard({
      name: 'count',
      spent: (async () => Promise.reject(new Error('overflow'))) as never,
    })
    await agent.run('go')
    await rejects(agent.run('again'), { code: 'denied' })
  })

  test('judges the operations of an agent that works inside its own, and hears of them once', async () => {
    const spent: string[] = []
    const inner = new AOSInstrument(async (_: unknown, aos: GuardedRun) => call(aos), {
      agent: { name: 'inner' },
    })
    const { agent } = guardedAgent(() => inner.run('go'))
    agent.addAdmissionGuard({
      name: 'outer',
      spent: ({ name, agent: who }) => void spent.push(`${who.name}:${name}`),
    })
    await agent.run('go')
    deepEqual(spent, ['worker:search'])
    agent.addAdmissionGuard({
      name: 'refuse',
      admit: ({ kind }) => (kind === 'toolCall' ? { code: 'no', reason: 'not here' } : undefined),
    })
    await rejects(agent.run('go'), { message: 'Denied: not here' })
  })

  test('must be one', () => {
    const { agent } = guardedAgent(() => 'done')
    for (const guard of [
      {},
      { name: 'x' },
      { name: 7, admit: () => undefined },
      { name: 'x', admit: true },
    ]) {
      throws(
        () => agent.addAdmissionGuard(guard as never),
        (error) => isAosError(error, 'invalid_options'),
      )
    }
    equal(typeof agent.addAdmissionGuard({ name: 'x', admit: () => undefined }), 'function')
  })
})
