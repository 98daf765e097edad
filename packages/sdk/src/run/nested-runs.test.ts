import { parseAgentRun, verifyRun, type AgentRun } from '@agent-run/types'
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, vi } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import {
  deferred,
  guardedAgent,
  outcomeOf,
  type GuardedAgent,
  type Outcome,
} from '../../../../test/support/guarded-agent.ts'
import { AOSInstrument, currentRun, deny, isDenied, type GuardedRun } from '../index.ts'

type Inner = AOSInstrument<(input: unknown, aos: GuardedRun) => Promise<unknown>>

const search = (aos: GuardedRun, effects: unknown[]): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: {} }, () => effects.push('effect'))

function nest(effects: unknown[]): { readonly inner: Inner; readonly outer: GuardedAgent } {
  const inner = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => search(aos, effects), {
    agent: { name: 'inner' },
  })
  const outer = guardedAgent((aos) =>
    aos.toolCall({ toolName: 'delegate', parameters: {}, kind: 'agent' }, () => inner.run('inside')),
  )
  return { inner, outer }
}

describe('an agent inside an agent', () => {
  verifies('aos-sdk.run.nested', 'parent, lineage, trigger and session', async () => {
    const { inner, outer } = nest([])
    const runs: Record<string, AgentRun> = {}
    for (const [name, agent] of Object.entries({ inner, outer: outer.agent }))
      agent.on('run', (run) => void (runs[name] = run))
    await outer.agent.run('go', { session: 's', user: { id: 'u' } })
    const { inner: child, outer: parent } = runs
    ok(child !== undefined && parent !== undefined)
    deepEqual(
      [child.parent_run_id, child.trigger, parent.trigger, parent.parent_run_id],
      [parent.id, 'agent', 'manual', undefined],
    )
    deepEqual(child.provenance.lineage, [parent.provenance.run_hash])
    equal(verifyRun(child, { parent }).status, 'unsigned')
    equal(Reflect.get(Object(child.metadata?.['aos']), 'session_id'), 's')
    equal(parent.steps.find(({ tool_name: tool }) => tool === 'delegate')?.type, 'handoff')
    await inner.run('alone')
    deepEqual([runs['inner']?.parent_run_id, runs['inner']?.provenance.lineage], [undefined, []])
  })

  verifies('aos-sdk.run.nested-handlers', 'outermost first, then inwards', async () => {
    const effects: unknown[] = []
    const { inner, outer } = nest(effects)
    const outermost = guardedAgent(() => outer.agent.run('middle'))
    const order: string[] = []
    const listen = (agent: Pick<Inner, 'registerHook'>, name: string): void => {
      agent.registerHook('toolCallRequest', () => void order.push(name), { match: 'search' })
    }
    listen(inner, 'inner')
    listen(outermost.agent, 'outermost')
    listen(outer.agent, 'outer')
    await outermost.agent.run('go')
    deepEqual([order, effects], [['outermost', 'outer', 'inner'], ['effect']])
    outer.agent.registerHook('toolCallRequest', () => deny('not inside'), { match: 'search' })
    await rejects(outermost.agent.run('go'), { message: 'Denied: not inside' })
    deepEqual(effects, ['effect'])
    await inner.run('alone')
    deepEqual(effects, ['effect', 'effect'])
  })

  verifies(
    'aos-sdk.run.nested-handlers',
    'a message judged by one outer agent is judged by the next one too',
    async () => {
      const { inner } = nest([])
      const asked: string[] = []
      const inside = (name: string): GuardedAgent => {
        const outer = guardedAgent(() => inner.run('same words'))
        outer.agent.registerHook('message', ({ role, content }) => {
          if (role === 'user' && content === 'same words') asked.push(name)
        })
        return outer
      }
      inner.registerHook('message', () => undefined)
      for (const name of ['first', 'second']) await inside(name).agent.run('go', { session: 'shared' })
      deepEqual(asked, ['first', 'second'])
    },
  )

  verifies(
    'aos-sdk.run.thrown-scope',
    'thrown by the inner agent it is an error of the tool; by the outer one it ends both',
    async () => {
      const effects: unknown[] = []
      const { inner, outer } = nest(effects)
      const error = new RangeError('stop')
      const remove = inner.registerHook('toolCallRequest', () => {
        throw error
      })
      const survivor = guardedAgent(async () => {
        const outcome = await outcomeOf(inner.run('inside'))
        return 'error' in outcome && outcome.error === error ? 'survived' : 'lost'
      })
      equal(await survivor.agent.run('go'), 'survived')
      remove()
      outer.agent.registerHook('toolCallRequest', ({ toolName }) => {
        if (toolName === 'search') throw error
      })
      const ends: unknown[] = []
      inner.on('event', (event) => event.type === 'run.end' && ends.push(event.end.status))
      await rejects(outer.agent.run('go'), (caught) => caught === error)
      deepEqual(
        [effects, ends, outer.recorder.runs().map(({ status }) => status)],
        [[], ['failed'], ['failed']],
      )
    },
  )

  verifies('aos-sdk.run.abort', 'an aborted outer run stops and signals the inner ones beside', async () => {
    const effects: unknown[] = []
    const started = deferred()
    const signalled = deferred<unknown>()
    const slow = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => {
      aos.signal.addEventListener('abort', () => signalled.resolve(aos.signal.reason))
      started.resolve()
      await signalled.promise
      return search(aos, effects)
    })
    const { agent } = guardedAgent(async (aos) => {
      const beside = outcomeOf(slow.run('beside'))
      await started.promise
      await outcomeOf(aos.toolCall({ toolName: 'bad', parameters: {} }, () => effects.push('bad')))
      return beside
    })
    const error = new Error('stop')
    agent.registerHook('toolCallRequest', () => {
      throw error
    })
    await rejects(agent.run('go'), (caught) => caught === error)
    deepEqual([effects, await signalled.promise], [[], error])
  })
})

describe('aborting', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => vi.useRealTimers())

  verifies(
    'aos-sdk.run.abort',
    'an agent that never settles is left after a second, and no model is called any more',
    async () => {
      const calls: unknown[] = []
      const error = new Error('stop')
      const { agent } = guardedAgent(async (aos) => {
        await outcomeOf(aos.toolCall({ toolName: 'bad', parameters: {} }, () => 1))
        await outcomeOf(aos.model({ model: 'm', messages: [] }, () => calls.push('model')))
        return new Promise(() => undefined)
      })
      agent.registerHook('toolCallRequest', () => {
        throw error
      })
      const run = rejects(agent.run('go'), (caught) => caught === error)
      await vi.advanceTimersByTimeAsync(1000)
      await run
      deepEqual(calls, [])
    },
  )
})

/** Work that an agent begins and that goes on once `settled` is asked for. */
function lateWork(work: () => Promise<unknown>): {
  readonly begin: () => void
  readonly settled: () => Promise<Outcome>
} {
  let go = deferred()
  let running: Promise<Outcome> | undefined
  return {
    begin: () => {
      go = deferred()
      running = outcomeOf(go.promise.then(work))
    },
    settled: async () => {
      go.resolve()
      ok(running !== undefined)
      return running
    },
  }
}

describe('what comes after the run', () => {
  verifies(
    'aos-sdk.run.late',
    'is judged in a child run, by its own handlers and those outside',
    async () => {
      const effects: unknown[] = []
      let late: GuardedRun | undefined
      const inner = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => {
        late = aos
      })
      const outer = guardedAgent(() => inner.run('inside'))
      const runs: AgentRun[] = []
      inner.on('run', (run) => void runs.push(run))
      await outer.agent.run('go')
      ok(late !== undefined)
      await search(late, effects)
      deepEqual(
        [effects, runs[1]?.parent_run_id, runs[1]?.steps[0]?.tool_name],
        [['effect'], runs[0]?.id, 'search'],
      )
      ok(parseAgentRun(runs[1]).ok)
      outer.agent.registerHook('toolCallRequest', () => deny('over'))
      await rejects(search(late, effects), { message: 'Denied: over' })
      outer.agent.registerHook('message', ({ role }) => (role === 'agent' ? deny('over') : undefined))
      equal(
        await late.message({ role: 'agent', content: 'secret' }, (content) => content),
        'This answer was withheld: over',
      )
      await rejects(
        Promise.resolve(late.trigger({ content: 'x' }))
          .then(() => outer.agent.stop('x'))
          .then(() => late?.trigger({ content: 'x' })),
        { code: 'denied' },
      )
      deepEqual(effects, ['effect'])
    },
  )

  verifies('aos-sdk.run.late', 'keeps a generated session generated', async () => {
    let late: GuardedRun | undefined
    const seen: unknown[] = []
    const { agent } = guardedAgent((aos) => {
      late = aos
    })
    agent.registerHook('toolCallRequest', ({ session }) => void seen.push(session))
    await agent.run('go')
    ok(late !== undefined)
    await search(late, [])
    deepEqual(seen, [{ id: late.sessionId, generated: true }])
    equal(currentRun(), undefined)
  })

  verifies('aos-sdk.run.late-agent', 'a child of the run, judged by all around it', async () => {
    const effects: unknown[] = []
    const { inner } = nest(effects)
    const runs: AgentRun[] = []
    inner.on('run', (run) => void runs.push(run))
    const late = lateWork(() => inner.run('late'))
    const outer = guardedAgent((aos) => {
      late.begin()
      return aos.runId
    })
    const outermost = guardedAgent(() => outer.agent.run('middle'))
    const order: string[] = []
    for (const [name, { agent }] of Object.entries({ outer, outermost }))
      agent.registerHook('toolCallRequest', () => void order.push(name))
    const outerId = await outermost.agent.run('go', { session: 's' })
    deepEqual('value' in (await late.settled()), true)
    deepEqual([order, effects], [['outermost', 'outer'], ['effect']])
    const session: unknown = Reflect.get(Object(runs[0]?.metadata?.['aos']), 'session_id')
    deepEqual([runs[0]?.parent_run_id, session], [outerId, 's'])
    outermost.agent.registerHook('toolCallRequest', () => deny('over'))
    await outermost.agent.run('go')
    const refused = await late.settled()
    deepEqual([isDenied(Reflect.get(refused, 'error')), effects], [true, ['effect']])
    await inner.run('on its own')
    deepEqual([runs.at(-1)?.parent_run_id, effects.length], [undefined, 2])
  })

  verifies('aos-sdk.run.late-agent', 'ends with what it was started inside of', async () => {
    const signalled = deferred<unknown>()
    const inner = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => {
      aos.signal.addEventListener('abort', () => signalled.resolve(aos.signal.reason))
      started.resolve()
      return signalled.promise
    })
    const started = deferred()
    const late = lateWork(() => inner.run('late'))
    const outer = guardedAgent(() => late.begin())
    const outermost = guardedAgent(async (aos) => {
      await outer.agent.run('middle')
      const settled = late.settled()
      await started.promise
      await outcomeOf(aos.toolCall({ toolName: 'bad', parameters: {} }, () => 1))
      return settled
    })
    const error = new Error('stop')
    outermost.agent.registerHook('toolCallRequest', () => {
      throw error
    })
    await rejects(outermost.agent.run('go'), (caught) => caught === error)
    equal(await signalled.promise, error)
  })

  verifies(
    'aos-sdk.run.late-agent',
    'agents that start each other anew do not stand in an ever longer line',
    async () => {
      const depths: number[] = []
      const done = deferred()
      const judged: string[] = []
      const again = (name: 'one' | 'two', left: number): void => {
        const late = lateWork(() => agents[name].run(left))
        late.begin()
        void agents[name].flush().then(late.settled)
      }
      const work =
        (next: 'one' | 'two') =>
        (aos: GuardedRun, left: unknown): void => {
          let depth = 0
          for (let { parent } = aos.run; parent !== undefined; parent = parent.parent) depth++
          depths.push(depth)
          if (Number(left) > 0) again(next, Number(left) - 1)
          else done.resolve()
        }
      const agents = { one: guardedAgent(work('two')).agent, two: guardedAgent(work('one')).agent }
      for (const name of ['one', 'two'] as const)
        agents[name].registerHook('agentTrigger', () => void judged.push(name))
      await agents.one.run(6)
      await done.promise
      deepEqual(depths, [0, 1, 2, 1, 2, 1, 2])
      deepEqual(judged, ['one', ...Array.from({ length: 6 }, () => ['one', 'two'])].flat())
    },
  )

  verifies(
    'aos-sdk.run.late-agent',
    'an agent that starts itself anew is a run of its own each time',
    async () => {
      const runs: AgentRun[] = []
      const late = lateWork(() => agent.run('again'))
      const { agent } = guardedAgent(
        async (aos, input) => {
          await search(aos, [])
          if (input === 'first') late.begin()
        },
        { limits: { toolCalls: 1 } },
      )
      agent.on('run', (run) => void runs.push(run))
      await agent.run('first')
      deepEqual('value' in (await late.settled()), true)
      deepEqual(
        runs.map(({ parent_run_id: parent }) => parent),
        [undefined, undefined],
      )
    },
  )

  verifies(
    'aos-sdk.run.late-agent',
    'work that leaves the async context of the run is on its own',
    async () => {
      const effects: unknown[] = []
      const outside = AsyncLocalStorage.snapshot()
      const { inner } = nest(effects)
      const late = lateWork(() => outside(() => inner.run('job')))
      const outer = guardedAgent(() => late.begin())
      outer.agent.registerHook('toolCallRequest', () => deny('over'))
      await outer.agent.run('go')
      await late.settled()
      deepEqual(effects, ['effect'])
    },
  )
})
