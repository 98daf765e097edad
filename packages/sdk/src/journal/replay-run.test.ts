import type { AgentRun } from '@agent-run/types'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { journalled, journalledOnce, summary, type Guard } from '../../../../test/support/journalled.ts'
import { exchange } from '../run/exchange.ts'
import { allow, AOSInstrument, ask, deny, modify, type GuardedRun } from '../index.ts'
import { replayRun } from './index.ts'

const search = (aos: GuardedRun, query: string): Promise<string> =>
  aos.toolCall(
    { toolName: 'search', parameters: { query } },
    ({ query: q }: { query: string }) => `about ${q}`,
  )

const quietly = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined)

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

describe('a replay with the same handlers', () => {
  test('comes to the same decisions, in the same order, over parallel calls', async () => {
    const order: string[] = []
    const guard: Guard = (agent) => {
      agent.registerHook('toolCallRequest', async (context) => {
        order.push(`${text(context.parameters['query'])} ${context.decisionId}`)
        await Promise.resolve()
        return context.parameters['query'] === 'b' ? modify({ query: 'c' }, 'better') : allow('fine')
      })
      agent.registerHook('toolCallResult', (context) =>
        String(context.result).includes('d') ? deny('no d', 'has_d') : undefined,
      )
      agent.registerHook('message', () => undefined)
    }
    const journal = await journalledOnce(async (_input, aos) => {
      await Promise.all(['a', 'b', 'x'].map((query) => search(aos, query)))
      await quietly(search(aos, 'd'))
      return 'done'
    }, guard)
    equal(journal.complete, true)
    const live = order.splice(0)
    const replay = await replayRun(journal, { guard })
    deepEqual(order, [...live.slice(0, 2), ...live.slice(2)].toSorted(byFirst(live)))
    deepEqual(
      replay.decisions.filter(({ outcome }) => outcome !== 'same'),
      [],
    )
    equal(replay.counts.same, 10)
    equal(replay.determinism, 'deterministic')
    deepEqual(replay.notReplayed, [])
    equal(replay.run?.id, journal.run.run.id)
  })

  test('gives handlers the recorded time, ids, session and user', async () => {
    const seen: unknown[] = []
    const facts: Guard = (agent, given) =>
      agent.registerHook('toolCallRequest', (context) => {
        const { decisionId, stepId, turnId, runId, executionId, session, user, toolName, toolKind } = context
        const { agent: who, reasoning, mcpServer } = context
        seen.push({ decisionId, stepId, turnId, runId, executionId, session, user, toolName, toolKind, who })
        seen.push([reasoning, mcpServer, given === undefined ? undefined : given.clock() > 1e12])
      })
    const journal = await journalledOnce(
      (_input, aos) =>
        aos.toolCall(
          { toolName: 'search', parameters: {}, reasoning: 'why not', mcpServer: 'files' },
          () => 1,
        ),
      facts,
      {
        session: 'sess_1',
        user: { id: 'u', name: 'Ann', team: ['x'] } as never,
        toolKinds: { search: 'agent' },
      },
    )
    const [live, more] = seen.splice(0)
    await replayRun(journal, { guard: facts })
    deepEqual(seen[0], live)
    deepEqual(seen[1], [...(more as unknown[]).slice(0, 2), true])
  })

  test('repeats what handlers have thrown, and how the run ended', async () => {
    const guard: Guard = (agent) =>
      agent.registerHook('toolCallRequest', () => {
        throw new Error('no further')
      })
    const journal = await journalledOnce((_input, aos) => search(aos, 'a'), guard)
    equal(journal.end?.status, 'failed')
    const replay = await replayRun(journal, { guard })
    deepEqual(summary(replay), ['toolCallRequest search same'])
    equal(replay.decisions[0]?.replayed?.verdict, 'throw')
    equal(replay.run?.status, 'failed')
    equal(replay.determinism, 'deterministic')
  })

  test('answers approvals as people have', async () => {
    const guard: Guard = (agent) =>
      agent.registerHook('toolCallRequest', ({ parameters }) =>
        ask(`may it look for ${text(parameters['query'])}`),
      )
    const journal = await journalledOnce(
      async (_input, aos) => {
        await search(aos, 'a')
        await quietly(search(aos, 'b'))
      },
      guard,
      { onApproval: ({ value }) => ({ approved: (value as { query: string }).query === 'a', by: 'ann' }) },
    )
    const replay = await replayRun(journal, { guard })
    deepEqual(
      replay.decisions.map(({ outcome, replayed }) => [outcome, replayed?.approved]),
      [
        ['same', true],
        ['same', false],
      ],
    )
    equal(replay.run?.steps.filter(({ type }) => type === 'tool_call').length, 2)
  })

  test('approves only the value that was approved', async () => {
    const asking =
      (change: boolean): Guard =>
      (agent) => {
        if (change) agent.registerHook('toolCallRequest', () => modify({ query: 'z' }))
        agent.registerHook('toolCallRequest', () => ask('may it'))
      }
    const journal = await journalledOnce((_input, aos) => search(aos, 'a'), asking(false), {
      onApproval: () => true,
    })
    const { decisions, notReplayed } = await replayRun(journal, { guard: asking(true) })
    equal(decisions[0]?.outcome, 'different')
    deepEqual([decisions[0]?.recorded?.approved, decisions[0]?.replayed?.approved], [true, false])
    equal(notReplayed[0]?.what, 'its effect')
  })

  test('checks changed values as the tool did', async () => {
    const guard: Guard = (agent) =>
      agent.registerHook('toolCallRequest', ({ parameters }) =>
        modify({ query: `${text(parameters['query'])}!` }),
      )
    const journal = await journalledOnce(async (_input, aos) => {
      const validate = (value: unknown): string | undefined =>
        (value as { query: string }).query === 'b!' ? 'no exclamations' : undefined
      for (const query of ['a', 'b'])
        await quietly(aos.toolCall({ toolName: 'search', parameters: { query }, validate }, () => 1))
    }, guard)
    const replay = await replayRun(journal, { guard })
    deepEqual(summary(replay), ['toolCallRequest search same', 'toolCallRequest search same'])
    equal(replay.decisions[1]?.replayed?.codes[0], 'invalid_modification')
  })

  test('takes every kind of operation through its hooks', async () => {
    const heard: string[] = []
    const guard: Guard = (agent) => {
      for (const hook of ['agentTrigger', 'message', 'knowledgeRetrieval', 'memoryStore'] as const)
        agent.registerHook(hook, ({ value }) => void heard.push(`${hook} ${JSON.stringify(value)}`))
      for (const hook of ['memoryContextRetrieval', 'mcp', 'a2a', 'toolCallResult'] as const)
        agent.registerHook(
          hook,
          ({ value, isError }) => void heard.push(`${hook} ${JSON.stringify(value)} ${isError}`),
        )
    }
    const journal = await journalledOnce(
      async (_input, aos) => {
        await aos.model({ model: 'm', messages: [{ role: 'user', content: 'x' }] }, (_messages, report) => {
          report({ usage: { inputTokens: 7, outputTokens: 5 } })
          return 'said'
        })
        await aos.knowledge({ query: 'q' }, () => [{ id: '1', content: 'found' }])
        await aos.memoryStore(['keep'], () => undefined)
        await aos.memoryContext(() => ['kept'])
        await aos.protocol({ protocol: 'mcp', direction: 'outbound', method: 'ping', message: {} }, () => 1)
        await aos.protocol({ protocol: 'a2a', direction: 'inbound', message: { text: 'hi' } }, () => 1)
        await aos.toolCall({ toolName: 'note', parameters: { text: 'n' }, kind: 'memoryStore' }, () => [1])
        await quietly(
          aos.toolCall({ toolName: 'fail', parameters: {} }, () => {
            throw new RangeError('too far')
          }),
        )
        return 'answer'
      },
      guard,
      { price: () => 0.25 },
    )
    const live = heard.splice(0)
    const replay = await replayRun(journal, { guard })
    deepEqual(heard, live)
    equal(replay.determinism, 'deterministic')
    equal(replay.counts.same, live.length)
    equal(replay.run?.cost.input_tokens, 7)
    equal(replay.run?.cost.cost_usd, 0.25)
    equal(replay.run?.status, 'completed')
  })

  test('gives the record of the run that the run itself gave', async () => {
    const runs: AgentRun[] = []
    const guard: Guard = (agent) => {
      agent.registerHook('toolCallRequest', ({ parameters }) =>
        parameters['query'] === 'b' ? deny('no b') : modify({ query: `${text(parameters['query'])}!` }),
      )
    }
    const journal = await journalledOnce(
      async (_input, aos) => {
        await aos.model({ model: 'm', provider: 'p', messages: ['x'] }, (_messages, report) => {
          report({ usage: { inputTokens: 7, outputTokens: 5 }, finishReasons: ['stop'] })
          return 'said'
        })
        for (const query of ['a', 'b']) await quietly(search(aos, query))
        return 'done'
      },
      (agent) => {
        guard(agent)
        agent.on('run', (run) => runs.push(run))
      },
      { agent: { id: 'clerk', version: '1.2.3' }, session: 's', trigger: 'cron' },
    )
    const { run } = await replayRun(journal, { guard })
    const [live] = runs
    ok(live !== undefined && run !== undefined)
    const facts = ({ provenance, steps, ...others }: AgentRun): object => ({
      ...others,
      run_hash: provenance.run_hash,
      steps: steps.map(({ id, type, success, tool_name: tool }) => ({ id, type, success, tool })),
    })
    const { ended_at: liveEnd, duration_ms: liveTook, ...liveFacts } = facts(live) as Record<string, unknown>
    const { ended_at: end, duration_ms: took, ...replayed } = facts(run) as Record<string, unknown>
    deepEqual(replayed, liveFacts)
    deepEqual([typeof end, typeof took], [typeof liveEnd, typeof liveTook])
  })

  test('judges messages and their answers', async () => {
    const guard: Guard = (agent) =>
      agent.registerHook('mcp', ({ protocol, value, isError }) => {
        const said = JSON.stringify([protocol?.direction, protocol?.leg, value, isError])
        return said.includes('secret') ? deny(said) : modify({ said }, 'noted')
      })
    const journal = await journalledOnce(async (_input, aos) => {
      const ask = (answer: unknown, isError = false): Promise<unknown> =>
        exchange(
          aos.run,
          {
            kind: 'mcp',
            name: 'tools/call',
            value: { name: 'x' },
            facts: { protocol: { name: 'mcp', direction: 'outbound', method: 'tools/call', leg: 'request' } },
          },
          () => ({ value: answer, isError, error: isError ? new Error('the server failed') : undefined }),
        )
      await ask({ content: 'fine' })
      await quietly(ask({ content: 'secret' }))
      await ask({ content: 'failed' }, true)
    }, guard)
    const replay = await replayRun(journal, { guard })
    deepEqual(
      replay.decisions.map(({ outcome, phase, replayed }) => `${phase} ${outcome} ${replayed?.verdict}`),
      [
        'request same modify',
        'result same modify',
        'request same modify',
        'result same deny',
        'request same modify',
        'result same modify',
      ],
    )
    equal(replay.determinism, 'deterministic')
  })

  test('restores what handlers have kept of their state, which other runs have changed', async () => {
    let calls = 0
    const guard: Guard = (agent) =>
      agent.registerHook('toolCallRequest', (context) => {
        context.journal?.keep('calls', {
          save: () => calls,
          restore: (state) => {
            calls = state as number
          },
        })
        return ++calls > 3 ? deny(`call ${calls}`) : allow(`call ${calls}`)
      })
    const twice = async (_input: string, aos: GuardedRun): Promise<void> => {
      for (const query of ['a', 'b']) await quietly(search(aos, query))
    }
    await journalled(twice, guard)
    const journal = await journalledOnce(twice, guard)
    calls = 100
    const replay = await replayRun(journal, { guard })
    deepEqual(
      replay.decisions.map(({ replayed, outcome }) => `${outcome} ${replayed?.reason}`),
      ['same call 3', 'same call 4'],
    )
    equal(replay.determinism, 'deterministic')
  })

  test('repeats refusals of limits and guards, with the state of the guards', async () => {
    let left = 2
    const guard: Guard = (agent) =>
      agent.addAdmissionGuard({
        name: 'purse',
        admit: ({ kind, journal }) => {
          journal?.keep('left', {
            save: () => left,
            restore: (state) => {
              left = state as number
            },
          })
          return kind === 'toolCall' && left-- <= 0
            ? { code: 'purse_empty', reason: 'nothing left' }
            : undefined
        },
      })
    const journal = await journalledOnce(
      async (_input, aos) => {
        for (const query of ['a', 'b', 'c']) await quietly(search(aos, query))
      },
      guard,
      { limits: { toolCalls: 1 } },
    )
    left = 50
    const replay = await replayRun(journal, { guard })
    deepEqual(
      replay.decisions.map(({ outcome, replayed }) => `${outcome} ${replayed?.codes.join()} ${replayed?.by}`),
      ['same budget_exceeded aos.admission', 'same budget_exceeded aos.admission'],
    )
    equal(replay.determinism, 'deterministic')
  })

  test('is the same in a run of its own, in which it leaves no trace', async () => {
    const guard: Guard = (agent) => agent.registerHook('toolCallRequest', () => allow('ok'))
    const journal = await journalledOnce((_input, aos) => search(aos, 'a'), guard)
    const seen: string[] = []
    const outer = new AOSInstrument(async () => replayRun(journal, { guard }))
    outer.on('event', ({ runId, type }) => seen.push(`${type} ${runId === journal.run.run.id}`))
    const replay = (await outer.run('go')) as Awaited<ReturnType<typeof replayRun>>
    equal(replay.determinism, 'deterministic')
    equal(replay.run?.parent_run_id ?? undefined, undefined)
    ok(seen.length > 0 && seen.every((line) => line.endsWith('false')))
  })

  test('is the same twice', async () => {
    const guard: Guard = (agent) =>
      agent.registerHook('toolCallRequest', ({ parameters }) =>
        modify({ query: `${text(parameters['query'])}!` }),
      )
    const journal = await journalledOnce((_input, aos) => search(aos, 'a'), guard)
    deepEqual(await replayRun(journal, { guard }), await replayRun(journal, { guard }))
  })
})

describe('a replay of runs inside of runs', () => {
  test('has a journal for each, judged by the handlers of both agents', async () => {
    const inner = new AOSInstrument(async (_input: string, aos) => search(aos, 'inner'))
    inner.registerHook('toolCallRequest', () => allow('inner'), { name: 'inner' })
    const outerGuard: Guard = (agent) =>
      agent.registerHook('toolCallRequest', () => allow('outer'), { name: 'outer' })
    const journals = await journalled(
      (_input, aos) => aos.toolCall({ toolName: 'helper', parameters: {} }, () => inner('help')),
      outerGuard,
    )
    equal(journals.length, 2)
    const outer = journals.find(({ children }) => children.length === 1)
    const child = journals.find(({ children }) => children.length === 0)
    ok(outer !== undefined && child !== undefined)
    equal(outer.children[0]?.run, child.run.run.id)
    equal(child.run.run.parentRunId, outer.run.run.id)
    equal(child.run.run.parentStepId, outer.children[0]?.step)
    const replay = await replayRun(child, {
      guard: (agent) => {
        void outerGuard(agent)
        agent.registerHook('toolCallRequest', () => allow('inner'), { name: 'inner' })
      },
    })
    equal(replay.determinism, 'deterministic')
    const replayed = await replayRun(outer, { guard: outerGuard })
    equal(replayed.determinism, 'deterministic')
    deepEqual(replayed.notReplayed, [{ what: `run ${child.run.run.id}`, why: 'it has a journal of its own' }])
  })
})

function byFirst(live: readonly string[]): (left: string, right: string) => number {
  return (left, right) => live.indexOf(left) - live.indexOf(right)
}
