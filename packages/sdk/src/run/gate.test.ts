import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent } from '../../../../test/support/guarded-agent.ts'
import {
  allow,
  AOSInstrument,
  ask,
  deny,
  isDenied,
  modify,
  type AosEvent,
  type GuardedRun,
} from '../index.ts'
import { stepRecorder } from '../testing/index.ts'
import { consume, decide, finish, ticketHolds } from './gate.ts'
import type { Operation } from './operation.ts'

const call = (value: unknown): Operation => ({ kind: 'toolCall', name: 'search', value, executionId: 'c1' })

function codesOf(error: unknown): readonly string[] {
  return isDenied(error) ? error.denial.reasonCodes : []
}

describe('the gate', () => {
  verifies(
    'aos-sdk.gate.decided-value',
    'later changes of the arguments and of the modification do not arrive',
    async () => {
      const effects: unknown[] = []
      const parameters = { query: 'judged' }
      const modification = { query: 'decided' }
      const { agent } = guardedAgent(async (aos) => {
        await aos.toolCall({ toolName: 'a', parameters }, (given: unknown) => effects.push(given))
        await aos.toolCall({ toolName: 'b', parameters }, (given: unknown) => effects.push(given))
      })
      agent.registerHook(
        'toolCallRequest',
        async () => {
          parameters.query = 'smuggled'
          return allow()
        },
        { match: 'a' },
      )
      agent.registerHook('toolCallRequest', () => modify(modification), { match: 'b' })
      agent.registerHook(
        'toolCallRequest',
        async () => {
          modification.query = 'smuggled'
          return allow()
        },
        { match: 'b' },
      )
      await agent.run('go')
      deepEqual(effects, [{ query: 'judged' }, { query: 'decided' }])
    },
  )

  verifies(
    'aos-sdk.gate.quiet',
    'values and results keep their identity, nothing is created, and everything wakes with a hook',
    async () => {
      const parameters = { query: 'x' }
      const result = { found: new Date() }
      const seen: unknown[] = []
      let ids = 0
      const work = async (_input: unknown, aos: GuardedRun): Promise<void> => {
        const given = await aos.toolCall({ toolName: 'search', parameters }, (value: unknown) => {
          seen.push(value)
          return result
        })
        const messages: unknown[] = []
        seen.push(given, await aos.model({ model: 'm', messages }, (sent) => sent === messages))
        seen.push(await aos.knowledge({ query: 'q' }, () => result), await aos.memoryContext(() => result))
      }
      const agent = new AOSInstrument(work, { newId: () => `id-${++ids}` })
      await agent.run('go', { session: 's' })
      deepEqual(
        seen.map((value) => value === parameters || value === result || value === true),
        [true, true, true, true, true],
      )
      // the run and its turn
      equal(ids, 2)
      agent.registerHook('toolCallRequest', () => deny('no'))
      await rejects(agent.run('go'), { code: 'denied' })
    },
  )

  verifies('aos-sdk.gate.epoch', 'a hook registered while another one thinks is asked too', async () => {
    const effects: unknown[] = []
    const { agent, recorder } = guardedAgent((aos) =>
      aos.toolCall({ toolName: 'a', parameters: {} }, () => effects.push('done')),
    )
    let registered = false
    agent.registerHook('toolCallRequest', async () => {
      if (!registered) agent.registerHook('toolCallRequest', () => deny('too late for you'))
      registered = true
      return allow()
    })
    await rejects(agent.run('go'), { message: 'Denied: too late for you' })
    deepEqual([effects, recorder.steps('toolCall').length], [[], 1])
  })

  verifies('aos-sdk.gate.epoch', 'policies that never rest are a denial', async () => {
    const effects: unknown[] = []
    const { agent } = guardedAgent((aos) =>
      aos.toolCall({ toolName: 'a', parameters: {} }, () => effects.push('done')),
    )
    agent.registerHook('toolCallRequest', () => {
      agent.registerHook('message', () => undefined)
    })
    await rejects(agent.run('go'), (error) => {
      deepEqual(codesOf(error), ['policy_unsettled'])
      return true
    })
    deepEqual(effects, [])
  })

  verifies('aos-sdk.gate.epoch', 'the epoch of messages and model calls counts as well', async () => {
    const delivered: unknown[] = []
    const { agent } = guardedAgent(async () => 'secret')
    let armed = false
    agent.registerHook('message', ({ role }) => {
      if (role === 'agent' && !armed) {
        armed = true
        agent.registerHook('message', (context) => (context.role === 'agent' ? deny('late rule') : undefined))
      }
    })
    delivered.push(await agent.run('go'))
    deepEqual(delivered, ['This answer was withheld: late rule'])
  })

  verifies('aos-sdk.gate.ticket', 'a decision is used once, for its value, run and epoch', async () => {
    const { agent } = guardedAgent(async (aos) => {
      const { run } = aos
      const ticket = await decide(run, call({ query: 'x' }))
      ok(ticketHolds(ticket, run, { query: 'x' }))
      ok(!ticketHolds(ticket, run, { query: 'y' }))
      agent.registerHook('message', () => undefined)
      ok(!ticketHolds(ticket, run, { query: 'x' }))
      const fresh = await decide(run, call({ query: 'x' }), ticket.step)
      consume(fresh)
      ok(!ticketHolds(fresh, run, { query: 'x' }))
      throws(
        () => consume(fresh),
        (error) => codesOf(error)[0] === 'ticket_used',
      )
      return finish(fresh, 'found')
    })
    equal(await agent.run('go'), 'found')
  })

  verifies(
    'aos-sdk.gate.unapproved',
    'a decision that the framework still has to ask about is not executable',
    async () => {
      const { agent } = guardedAgent(async ({ run }) => {
        const ticket = await decide(run, { ...call({}), approval: 'framework' })
        equal(ticket.status, 'ask')
        consume(ticket)
      })
      agent.registerHook('toolCallRequest', () => ask('sure?'))
      await rejects(agent.run('go'), (error) => codesOf(error)[0] === 'approval_required')
    },
  )

  verifies('aos-sdk.step.not-executed', 'a step left open', async () => {
    const { agent, recorder } = guardedAgent(async ({ run }) => {
      await decide(run, call({}))
      const begun = await decide(run, { ...call({}), name: 'begun' })
      consume(begun)
    })
    await agent.run('go')
    deepEqual(
      recorder.steps('toolCall').map(({ name, status }) => [name, status]),
      [
        ['search', 'not_executed'],
        ['begun', 'cancelled'],
      ],
    )
  })

  verifies(
    'aos-sdk.unenforceable',
    'a denied effect outside is recorded as such and ends the run; its result can be withheld',
    async () => {
      const outside = async (aos: GuardedRun): Promise<unknown> => {
        await decide(aos.run, { ...call({}), enforceable: false })
        return 'went on'
      }
      const { agent, recorder } = guardedAgent(outside)
      const seen: boolean[] = []
      agent.registerHook('toolCallRequest', ({ enforceable }) => {
        seen.push(enforceable)
        return deny('no')
      })
      await rejects(agent.run('go'), { code: 'denied' })
      deepEqual(
        [seen, recorder.decisions()[0]?.enforced, recorder.runs()[0]?.status],
        [[false], 'none', 'failed'],
      )
    },
  )
})

describe('a run', () => {
  verifies('aos-sdk.run.once', 'ending it again changes nothing, and what listens is told once', async () => {
    const ended: AosEvent[] = []
    const { agent } = guardedAgent(async ({ run }) => {
      run.onEnd(() => {
        throw new Error('a listener of the end')
      })
      run.end('timeout')
      run.end('completed')
      run.abort(new Error('too late'))
      equal(run.state, 'closed')
    })
    agent.on('event', (event) => {
      if (event.type === 'run.end') ended.push(event)
    })
    await agent.run('go')
    deepEqual(
      ended.map((event) => event.type === 'run.end' && event.end.status),
      ['timeout'],
    )
  })

  verifies('aos-sdk.run.status', 'how runs end', async () => {
    const recorder = stepRecorder()
    const controller = new AbortController()
    const { agent } = guardedAgent(
      async (aos, input) => {
        if (input === 'fails') throw new TypeError('provider down')
        if (input === 'aborts') throw new DOMException('stopped', 'AbortError')
        if (input === 'cancelled') controller.abort(new Error('user left'))
        if (input === 'cancelled') await aos.toolCall({ toolName: 'a', parameters: {} }, () => 'effect')
        if (input === 'partial')
          await aos.toolCall({ toolName: 'a', parameters: {} }, () => 1).catch(() => undefined)
      },
      { sinks: [recorder] },
    )
    agent.registerHook('toolCallRequest', () => deny('no'))
    await agent.run('completes')
    await agent.run('partial')
    await rejects(agent.run('fails'), { message: 'provider down' })
    await rejects(agent.run('aborts'), { name: 'AbortError' })
    await rejects(agent.run('cancelled', { signal: controller.signal }), { message: 'user left' })
    deepEqual(
      recorder.runs().map(({ status, outcome, error }) => [status, outcome, error?.type]),
      [
        ['completed', 'success', undefined],
        ['completed', 'partial', undefined],
        ['failed', 'failed', 'TypeError'],
        ['cancelled', 'abandoned', 'AbortError'],
        ['cancelled', 'abandoned', 'Error'],
      ],
    )
    equal(recorder.steps('toolCall').length, 1)
  })
})
