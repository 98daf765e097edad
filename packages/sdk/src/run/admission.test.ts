import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { afterEach, beforeEach, describe, test, vi } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { deferred, guardedAgent, outcomeOf, type Outcome } from '../../../../test/support/guarded-agent.ts'
import { allow, AOSInstrument, isDenied, type ComponentChange, type GuardedRun } from '../index.ts'
import { guard } from './gate.ts'

function codesOf(error: unknown): readonly string[] {
  ok(isDenied(error), String(error))
  return error.denial.reasonCodes
}

async function refusal(work: PromiseLike<unknown>): Promise<readonly string[]> {
  const outcome = await outcomeOf(work)
  ok('error' in outcome, 'it was not refused')
  return codesOf(outcome.error)
}

const search = (aos: GuardedRun, effect: () => unknown): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: {} }, effect)

test('what an operation says forbids it refuses it before any handler, and is recorded as admission', async () => {
  const done: string[] = []
  const { agent, recorder } = guardedAgent((aos) =>
    refusal(
      guard(
        aos.run,
        {
          kind: 'a2a',
          name: 'SendMessage',
          value: {},
          refusal: { code: 'push_url_not_allowed', reason: 'not there', by: 'aos.a2a' },
        },
        () => done.push('sent'),
      ),
    ),
  )
  agent.registerHook('a2a', () => {
    done.push('asked')
    return allow()
  })
  deepEqual(await agent.run('go'), ['push_url_not_allowed'])
  deepEqual(done, [])
  const [decision] = recorder.decisions()
  deepEqual(
    [decision?.verdict, decision?.enforced, decision?.source, decision?.by],
    ['deny', 'denied', 'admission', 'aos.a2a'],
  )
})

describe('the kill switch', () => {
  verifies('aos-sdk.admission.kill-switch', 'every kind of operation, until resumed', async () => {
    const effects: string[] = []
    const codes: string[] = []
    const { agent } = guardedAgent(async (aos) => {
      agent.stop('incident 7')
      const operations = [
        () => search(aos, () => effects.push('tool')),
        () => aos.knowledge({ query: 'q' }, () => effects.push('knowledge')),
        () => aos.memoryStore(['x'], () => effects.push('store')),
        () => aos.memoryContext(() => effects.push('context')),
        () =>
          aos.protocol({ protocol: 'mcp', direction: 'outbound', message: {} }, () => effects.push('mcp')),
      ]
      for (const operation of operations) codes.push(...(await refusal(operation())))
      await aos.model({ model: 'm', messages: [] }, () => effects.push('model'))
    })
    await rejects(agent.run('go'), { message: 'Denied: the agent was stopped: incident 7' })
    deepEqual([effects, codes], [[], Array(5).fill('kill_switch')])
    await rejects(agent.run('go'), { code: 'denied' })
    agent.resume()
    const other = guardedAgent((aos) => search(aos, () => 'found'))
    equal(await other.agent.run('go'), 'found')
  })

  test('it needs no reason', async () => {
    const effects: string[] = []
    const { agent } = guardedAgent((aos) => search(aos, () => effects.push('tool')))
    agent.stop()
    await rejects(agent.run('go'), { message: 'Denied: the agent was stopped: no reason was given' })
    deepEqual(effects, [])
  })

  verifies('aos-sdk.admission.kill-switch-late', 'stopped while a handler thinks', async () => {
    const effects: string[] = []
    const { agent } = guardedAgent((aos) => search(aos, () => effects.push('tool')))
    agent.registerHook('toolCallRequest', async () => {
      agent.stop('now')
      return allow()
    })
    deepEqual(await refusal(agent.run('go')), ['kill_switch'])
    deepEqual(effects, [])
  })
})

describe('components', () => {
  verifies('aos-sdk.admission.disabled', 'by id and by name, until enabled', async () => {
    const effects: string[] = []
    const { agent, recorder } = guardedAgent((aos) => search(aos, () => effects.push('found')))
    await agent.run('go')
    await rejects(agent.disableComponent('serach'), { code: 'unknown_component', fix: /tool:search/ })
    await agent.disableComponent('search')
    deepEqual(await refusal(agent.run('go')), ['component_disabled'])
    const [step] = recorder.steps('toolCall').slice(-1)
    deepEqual([step?.status, step?.decisions[0]?.source], ['denied', 'admission'])
    deepEqual(
      agent.describe().components.map(({ id, disabled }) => [id, disabled]),
      [['tool:search', true]],
    )
    await agent.enableComponent('tool:search')
    await agent.run('go')
    equal(effects.length, 2)
  })

  verifies('aos-sdk.admission.disabled', 'by its full id before it was ever used', async () => {
    const effects: string[] = []
    const { agent } = guardedAgent((aos) => search(aos, () => effects.push('found')))
    const asked: string[] = []
    agent.on('component', ({ change, component }) => void asked.push(`${change} ${component.id}`))
    await agent.disableComponent('tool:search')
    deepEqual([agent.describe().disabledUnseen, agent.describe().components], [['tool:search'], []])
    deepEqual(await refusal(agent.run('go')), ['component_disabled'])
    deepEqual(effects, [])
    await agent.enableComponent('search')
    deepEqual(agent.describe().disabledUnseen, [])
    await agent.run('go')
    deepEqual([effects, asked], [['found'], ['ADDED tool:search']])
    for (const wrong of ['search-the-web', 'tool:', 'tolo:search', ''])
      await rejects(agent.disableComponent(wrong), { code: 'unknown_component' })
  })

  verifies('aos-sdk.admission.bounded', 'names that a model makes up take bounded room', async () => {
    const invent = (count: number) => async (aos: GuardedRun) => {
      for (let index = 0; index < count; index++)
        await aos.toolCall({ toolName: `invented-${index}`, parameters: {} }, () => 1)
      await aos.toolCall({ toolName: 'x'.repeat(10_000), parameters: {} }, () => 1)
    }
    const quiet = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => invent(1100)(aos))
    await quiet.run('go')
    const { agent, recorder } = guardedAgent(invent(1100))
    await agent.run('go')
    for (const { components, droppedComponents } of [quiet.describe(), agent.describe()])
      deepEqual([components.length, droppedComponents], [1000, 101])
    equal(recorder.events.filter(({ type }) => type === 'component.change').length, 1000)
  })

  verifies('aos-sdk.admission.bounded', 'what found no room is admitted anew each time', async () => {
    const asked: string[] = []
    const { agent } = guardedAgent(async (aos, input) => {
      for (let index = 0; index < 1000; index++)
        await aos.toolCall({ toolName: `invented-${index}`, parameters: {} }, () => 1)
      await outcomeOf(search(aos, () => 1))
      if (input === 'refuse') await search(aos, () => asked.push('effect'))
    })
    await agent.run('fill')
    agent.on('component', async ({ component }) => {
      asked.push(component.id)
      throw new Error('not that one')
    })
    deepEqual(await refusal(agent.run('refuse')), ['component_refused'])
    deepEqual(asked, ['tool:search', 'tool:search'])
  })

  verifies(
    'aos-sdk.admission.component',
    'the first use waits for all listeners, the second does not, and parallel first uses wait together',
    async () => {
      const gate = deferred()
      const order: string[] = []
      const changes: ComponentChange[] = []
      const { agent } = guardedAgent((aos) =>
        Promise.all([search(aos, () => order.push('effect')), search(aos, () => order.push('effect'))]),
      )
      agent.on('component', async (change) => {
        changes.push(change)
        await gate.promise
        order.push('admitted')
      })
      const run = agent.run('go')
      await new Promise(setImmediate)
      deepEqual(order, [])
      gate.resolve()
      await run
      await agent.run('again')
      deepEqual(order, ['admitted', 'effect', 'effect', 'effect', 'effect'])
      deepEqual(changes, [
        { change: 'ADDED', component: { id: 'tool:search', type: 'tool', name: 'search' } },
      ])
    },
  )

  verifies('aos-sdk.admission.component', 'a listener may disable what it does not want', async () => {
    const effects: string[] = []
    const { agent } = guardedAgent((aos) => search(aos, () => effects.push('effect')))
    agent.on('component', ({ component }) => agent.disableComponent(component.id))
    deepEqual(await refusal(agent.run('go')), ['component_disabled'])
    deepEqual(effects, [])
  })

  describe('with a clock', () => {
    beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
    afterEach(() => vi.useRealTimers())

    verifies(
      'aos-sdk.admission.component-deadline',
      'silence and failure deny, and the next use asks again',
      async () => {
        const effects: string[] = []
        const answers: (() => Promise<void>)[] = [
          () => new Promise(() => undefined),
          () => Promise.reject(new Error('inventory down')),
          async () => undefined,
        ]
        const { agent, recorder } = guardedAgent((aos) => search(aos, () => effects.push('effect')))
        agent.on('component', () => answers.shift()?.())
        const silent = refusal(agent.run('go'))
        await vi.advanceTimersByTimeAsync(5000)
        deepEqual(await silent, ['component_refused'])
        deepEqual(await refusal(agent.run('go')), ['component_refused'])
        deepEqual(effects, [])
        await agent.run('go')
        deepEqual(
          [effects, recorder.decisions().map(({ reason }) => reason)],
          [
            ['effect'],
            [
              'tool:search is new and was not admitted within 5000 ms',
              'admitting tool:search failed: inventory down',
            ],
          ],
        )
      },
    )
  })
})

describe('limits', () => {
  verifies('aos-sdk.admission.limits', 'tool calls, model calls, tokens, duration', async () => {
    let now = 0
    const models = (aos: GuardedRun, tokens: number): Promise<unknown> =>
      aos.model({ model: 'm', messages: [] }, (_messages, report) => {
        report({ usage: { inputTokens: tokens, outputTokens: tokens } })
        return 'ok'
      })
    const twice = async (limits: object, work: (aos: GuardedRun) => Promise<unknown>): Promise<unknown> => {
      let second: Outcome | undefined
      const { agent } = guardedAgent(
        async (aos) => {
          await work(aos)
          second = await outcomeOf(work(aos))
        },
        { limits, clock: () => now },
      )
      await outcomeOf(agent.run('go'))
      return second !== undefined && 'error' in second ? codesOf(second.error) : 'allowed'
    }
    deepEqual(await twice({ toolCalls: 1 }, (aos) => search(aos, () => 1)), ['budget_exceeded'])
    deepEqual(await twice({ toolCalls: 2 }, (aos) => search(aos, () => 1)), 'allowed')
    deepEqual(await twice({ modelCalls: 1 }, (aos) => models(aos, 1)), ['budget_exceeded'])
    deepEqual(await twice({ tokens: 20 }, (aos) => models(aos, 10)), ['budget_exceeded'])
    deepEqual(await twice({ tokens: 21 }, (aos) => models(aos, 10)), 'allowed')
    deepEqual(await twice({ durationMs: 100 }, (aos) => search(aos, () => (now += 101))), ['budget_exceeded'])
  })

  verifies('aos-sdk.admission.limits-parallel', 'of ten calls at once, as many as allowed', async () => {
    const effects: number[] = []
    const { agent } = guardedAgent(
      (aos) =>
        Promise.allSettled(Array.from({ length: 10 }, (_, index) => search(aos, () => effects.push(index)))),
      { limits: { toolCalls: 3 } },
    )
    agent.registerHook('toolCallRequest', async () => allow())
    await agent.run('go')
    equal(effects.length, 3)
  })

  verifies('aos-sdk.admission.limits', 'what inner agents use counts for the outer ones', async () => {
    const effects: string[] = []
    const inner = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => {
      await search(aos, () => effects.push('effect'))
      await aos.model({ model: 'm', messages: [] }, (_messages, report) =>
        report({ usage: { inputTokens: 6 } }),
      )
    })
    const twice = (limits: object): Promise<unknown> =>
      guardedAgent(
        async () => {
          await inner.run('one')
          await inner.run('two')
        },
        { limits },
      ).agent.run('go')
    deepEqual(await refusal(twice({ toolCalls: 1 })), ['budget_exceeded'])
    deepEqual(await refusal(twice({ modelCalls: 1 })), ['budget_exceeded'])
    deepEqual(await refusal(twice({ tokens: 6 })), ['budget_exceeded'])
    await twice({ toolCalls: 2, modelCalls: 2, tokens: 12 })
    equal(effects.length, 1 + 2 + 2 + 2)
  })

  verifies('aos-sdk.admission.model', 'also where the agent would go on', async () => {
    const { agent, recorder } = guardedAgent(
      async (aos) => {
        await outcomeOf(aos.model({ model: 'm', messages: [] }, () => 1))
        return 'went on'
      },
      { limits: { modelCalls: 0 } },
    )
    deepEqual(await refusal(agent.run('go')), ['budget_exceeded'])
    deepEqual(
      recorder.runs().map(({ status, error }) => [status, error?.type]),
      [['failed', 'AOSDeniedError']],
    )
  })
})

verifies(
  'aos-sdk.admission.ancestors',
  'a stopped, limited or listening outer agent holds the inner one',
  async () => {
    const effects: string[] = []
    const inner = new AOSInstrument(async (_input: unknown, aos: GuardedRun) =>
      search(aos, () => effects.push('effect')),
    )
    const outer = guardedAgent(() => inner.run('inside'))
    outer.agent.stop('incident')
    await rejects(outer.agent.run('go'), { code: 'denied' })
    const stopping = guardedAgent(() => {
      stopping.agent.stop('incident')
      return inner.run('inside')
    })
    deepEqual(await refusal(stopping.agent.run('go')), ['kill_switch'])
    const disabling = guardedAgent(() => inner.run('inside'))
    disabling.agent.on('component', ({ component }) => disabling.agent.disableComponent(component.id))
    deepEqual(await refusal(disabling.agent.run('go')), ['component_disabled'])
    deepEqual(effects, [])
    await inner.run('alone')
    deepEqual(effects, ['effect'])
  },
)
