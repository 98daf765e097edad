import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { journalledOnce, summary, type Guard } from '../../../../test/support/journalled.ts'
import { allow, deny, isAosError, type GuardedRun } from '../index.ts'
import { replayRun } from './index.ts'

const search = (aos: GuardedRun, query: string): Promise<string> =>
  aos.toolCall(
    { toolName: 'search', parameters: { query } },
    ({ query: q }: { query: string }) => `about ${q}`,
  )

const quietly = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined)

const nothing: Guard = () => undefined

describe('a replay with other handlers', () => {
  const scripted = (): Promise<Parameters<typeof replayRun>[0]> =>
    journalledOnce(
      async (_input, aos) => {
        await search(aos, 'a')
        await search(aos, 'b')
        await search(aos, 'c')
      },
      (agent) => {
        agent.registerHook('toolCallRequest', () => allow('ok'), { name: 'policy' })
        agent.registerHook('toolCallResult', () => allow('ok'), { name: 'policy' })
      },
    )

  test('tells exactly which decisions differ, and judges on what would not have happened', async () => {
    const journal = await scripted()
    const replay = await replayRun(journal, {
      guard: (agent) => {
        agent.registerHook(
          'toolCallRequest',
          ({ parameters }) => (parameters['query'] === 'b' ? deny('no b', 'no_b') : allow('ok')),
          { name: 'policy' },
        )
        agent.registerHook('toolCallResult', () => allow('ok'), { name: 'policy' })
      },
    })
    deepEqual(summary(replay), [
      'toolCallRequest search same',
      'toolCallResult search same',
      'toolCallRequest search different',
      'toolCallResult search not_reproducible after_divergence after',
      'toolCallRequest search same after',
      'toolCallResult search same after',
    ])
    const [different] = replay.decisions.filter(({ outcome }) => outcome === 'different')
    equal(different?.recorded?.verdict, 'allow')
    equal(different?.replayed?.reason, 'no b')
    equal(replay.determinism, 'non_deterministic')
    deepEqual(replay.notReplayed, [
      { stepId: different?.stepId, what: 'its effect', why: 'the operation is not executed here' },
    ])
  })

  test('goes on where a new handler throws', async () => {
    const replay = await replayRun(await scripted(), {
      guard: (agent) => {
        agent.registerHook(
          'toolCallRequest',
          ({ parameters }) => {
            if (parameters['query'] === 'b') throw new Error('stop')
            return allow('ok')
          },
          { name: 'policy' },
        )
        agent.registerHook('toolCallResult', () => allow('ok'), { name: 'policy' })
      },
    })
    deepEqual(summary(replay), [
      'toolCallRequest search same',
      'toolCallResult search same',
      'toolCallRequest search different',
      'toolCallResult search not_reproducible after_divergence after',
      'toolCallRequest search same after',
      'toolCallResult search same after',
    ])
    equal(replay.run?.status, 'failed')
  })

  test('says that what was denied has no effect to go on with', async () => {
    const journal = await journalledOnce(
      (_input, aos) => quietly(search(aos, 'a')),
      (agent) => agent.registerHook('toolCallRequest', () => deny('no'), { name: 'policy' }),
    )
    const replay = await replayRun(journal, {
      guard: (agent) => agent.registerHook('toolCallRequest', () => allow('yes'), { name: 'policy' }),
    })
    deepEqual(summary(replay), ['toolCallRequest search different'])
    equal(replay.notReplayed[0]?.why, 'it was not executed in the recorded run')
  })

  test('says which handlers are missing', async () => {
    const replay = await replayRun(await scripted(), { guard: nothing })
    equal(replay.counts.not_reproducible, 6)
    deepEqual(
      new Set(replay.decisions.map(({ why, detail }) => `${why} ${detail}`)),
      new Set(['handler_not_registered policy']),
    )
    const other = await replayRun(await scripted(), {
      guard: (agent) => agent.registerHook('toolCallRequest', () => allow('ok'), { name: 'other' }),
    })
    deepEqual(other.decisions[0]?.detail, 'policy')
    deepEqual([other.decisions[0]?.recorded?.by, other.decisions[0]?.replayed?.by], ['policy', 'other'])
  })

  test('tells of handlers on hooks that nobody judged', async () => {
    const journal = await journalledOnce((_input, aos) => search(aos, 'a'), nothing)
    const replay = await replayRun(journal, {
      guard: (agent) => {
        agent.registerHook('toolCallRequest', () => undefined)
        agent.registerHook('toolCallResult', () => deny('secret', 'leak'))
      },
    })
    deepEqual(summary(replay), ['toolCallRequest search same', 'toolCallResult search different'])
  })

  test('needs a guard', async () => {
    const journal = await scripted()
    await rejects(replayRun(journal, {} as never), (error) => isAosError(error, 'invalid_options'))
  })
})

describe('what cannot be replayed', () => {
  test('a handler that ran out of time says the same again, unasked', async () => {
    let asked = 0
    const guard: Guard = (agent) =>
      agent.registerHook(
        'toolCallRequest',
        () => {
          asked++
          return new Promise<undefined>(() => undefined)
        },
        { timeoutMs: 5 },
      )
    const journal = await journalledOnce((_input, aos) => quietly(search(aos, 'a')), guard)
    const replay = await replayRun(journal, { guard })
    equal(asked, 1)
    deepEqual(summary(replay), ['toolCallRequest search not_reproducible handler_timeout'])
    deepEqual(replay.decisions[0]?.replayed, replay.decisions[0]?.recorded)
    equal(replay.determinism, 'approximate')
  })

  test('a value that JSON cannot hold', async () => {
    const guard: Guard = (agent) =>
      agent.registerHook('toolCallRequest', ({ parameters }) => allow(typeof parameters['when']))
    const journal = await journalledOnce(
      (_input, aos) => aos.toolCall({ toolName: 'book', parameters: { when: new Date(0) } }, () => 'ok'),
      guard,
    )
    const replay = await replayRun(journal, { guard })
    deepEqual(summary(replay), ['toolCallRequest book not_reproducible input_opaque'])
    ok(replay.decisions[0]?.detail?.includes('.when is an instance of Date'))
    equal(replay.determinism, 'approximate')
  })

  test('what somebody outside has answered stands as it was', async () => {
    let asked = 0
    const guard: Guard = (agent) =>
      agent.registerHook(
        'toolCallRequest',
        async ({ journal: sheet }) => {
          const answer = async (): Promise<unknown> => ({ ok: ++asked === 1 })
          const said = (await (sheet === undefined ? answer() : sheet.outside('oracle', answer))) as {
            ok: boolean
          }
          return said.ok ? allow('the oracle says so') : deny('the oracle says no')
        },
        { name: 'oracle' },
      )
    const journal = await journalledOnce((_input, aos) => search(aos, 'a'), guard)
    const replay = await replayRun(journal, { guard })
    equal(asked, 1)
    deepEqual(summary(replay), ['toolCallRequest search not_reproducible outside'])
    equal(replay.decisions[0]?.replayed?.reason, 'the oracle says so')
  })

  test('a kill switch is repeated', async () => {
    const journal = await journalledOnce(
      (_input, aos) => quietly(search(aos, 'a')),
      (agent) => void agent.disableComponent('tool:search'),
    )
    const replay = await replayRun(journal, { guard: nothing })
    deepEqual(summary(replay), ['admission search not_reproducible agent_state'])
    deepEqual(replay.decisions[0]?.replayed, replay.decisions[0]?.recorded)
  })

  test('a guard that refused and is not there', async () => {
    const journal = await journalledOnce(
      (_input, aos) => quietly(search(aos, 'a')),
      (agent) =>
        agent.addAdmissionGuard({
          name: 'purse',
          admit: ({ kind }) => (kind === 'toolCall' ? { code: 'empty', reason: 'nothing left' } : undefined),
        }),
    )
    const replay = await replayRun(journal, { guard: nothing })
    deepEqual(summary(replay), ['admission search not_reproducible guard_not_registered'])
  })

  test('a state that is not in the journal is told of', async () => {
    const journal = await journalledOnce(
      (_input, aos) => search(aos, 'a'),
      (agent) => agent.registerHook('toolCallRequest', () => allow('ok'), { name: 'policy' }),
    )
    const replay = await replayRun(journal, {
      guard: (agent) =>
        agent.registerHook(
          'toolCallRequest',
          ({ journal: sheet }) => {
            sheet?.keep('calls', { save: () => 0, restore: () => undefined })
            return allow('ok')
          },
          { name: 'policy' },
        ),
    })
    deepEqual(replay.decisions[0]?.unknownStates, ['calls'])
    equal(replay.determinism, 'approximate')
  })
})
