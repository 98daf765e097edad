import { AOSInstrument, deny, type GuardedRun, type Sink } from '@aos/sdk'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { ManualClock } from '../../../../test/support/outbox-bench.ts'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import type { AgentActivityConnectorOptions } from './connector-options.ts'
import { agentActivitySink, createAgentActivityConnector } from './connector.ts'

const SOURCE = { kind: 'custom_connector', name: 'internal-agent-connector', version: '0.1.0' }
const TEAM = '00000000-0000-4000-8000-000000000000'

const typesOf = (events: readonly AgentActivityEvent[]): readonly string[] =>
  events.map(({ event_type: type }) => type).filter((type) => type !== 'component.changed')

interface Watched {
  readonly run: (session?: string) => Promise<unknown>
  readonly sink: Sink
}

describe('a sink', () => {
  const collecting = (options: Partial<AgentActivityConnectorOptions> = {}) => {
    const events: AgentActivityEvent[] = []
    const emit = (event: AgentActivityEvent): void => void events.push(event)
    const sink = agentActivitySink({ source: SOURCE, emit, ...options })
    return { events, ...watched(sink) }
  }

  function watched(sink: Sink): Watched {
    const agent = new AOSInstrument(
      async (_input: string, aos: GuardedRun) => {
        await aos.toolCall({ toolName: 'search', parameters: {} }, () => 1)
        return aos.model({ model: 'm', messages: [] }, (_messages, report) =>
          report({ usage: { inputTokens: 2, outputTokens: 1 } }),
        )
      },
      { sinks: [sink] },
    )
    return { sink, run: (session) => agent.run('go', session === undefined ? {} : { session }) }
  }

  verifies(
    'agent-activity.session.start',
    'opens a session once, and closes it with its only run',
    async () => {
      const { run, events } = collecting({ repo: { name: 'shop' }, developer: { id: 'd' }, team: TEAM })
      await run()
      deepEqual(typesOf(events), [
        'session.started',
        'tool.started',
        'tool.finished',
        'model.completed',
        'session.finished',
      ])
      const [first] = events
      deepEqual([first?.repo, first?.developer, first?.team_id], [{ name: 'shop' }, { id: 'd' }, TEAM])
      equal(new Set(events.map(({ session_id: id }) => id)).size, 1)
    },
  )

  verifies('agent-activity.session.finish', 'with what its runs came to', async () => {
    const { run, events, sink } = collecting()
    await run('s-1')
    await run('s-1')
    await run('s-2')
    deepEqual(typesOf(events).filter((type) => type === 'session.started').length, 2)
    equal(events.at(-1)?.event_type, 'model.completed')
    await sink.close?.()
    const ends = events.filter(({ event_type: type }) => type === 'session.finished')
    deepEqual(
      ends.map(({ session, outcome, cost }) => [session?.id, session?.status, outcome?.summary, cost]),
      [
        ['s-1', 'succeeded', '2 runs, 2 tool calls, 0 denied', { input_tokens: 4, output_tokens: 2 }],
        ['s-2', 'succeeded', '1 run, 1 tool call, 0 denied', { input_tokens: 2, output_tokens: 1 }],
      ],
    )
  })

  verifies(
    'agent-activity.session.finish',
    'when nothing has happened in it for long, and opens it anew',
    async () => {
      const clock = new ManualClock()
      const { run, events } = collecting({ clock, sessionIdleMs: 1000 })
      await run('s-1')
      await clock.advance(600)
      await run('s-2')
      await clock.advance(400)
      const finished = (): readonly unknown[] =>
        events.filter(({ event_type: type }) => type === 'session.finished').map(({ session_id: id }) => id)
      deepEqual(finished(), ['s-1'])
      await clock.advance(600)
      deepEqual(finished(), ['s-1', 's-2'])
      await run('s-1')
      equal(events.filter(({ event_type: type }) => type === 'session.started').length, 3)
      equal(new Set(events.map(({ event_id: id }) => id)).size, events.length)
      equal(clock.timers.size, 1)
    },
  )

  test('leaves a session to who opened it by hand', async () => {
    const connector = createAgentActivityConnector({ source: SOURCE, dryRun: true })
    const { run } = watched(connector.sink())
    await connector.startSession({ session_id: 's-1' })
    await run('s-1')
    await connector.finishSession({ status: 'succeeded' })
    await connector.close()
    deepEqual(typesOf(connector.events), [
      'session.started',
      'tool.started',
      'tool.finished',
      'model.completed',
      'session.finished',
    ])
  })

  verifies(
    'agent-activity.fail-open',
    'whose receiver fails, and whose options throw, harms no agent',
    async () => {
      const { run, sink } = collecting({
        emit: () => {
          throw new Error('no')
        },
        fileChanges: {
          search: () => {
            throw new Error('no')
          },
        },
      })
      await run('s')
      await sink.close?.()
      const connector = createAgentActivityConnector({
        source: SOURCE,
        dryRun: true,
        fileChanges: {
          search: () => {
            throw new Error('no')
          },
        },
      })
      await watched(connector.sink()).run('s')
      ok(typesOf(connector.events).includes('tool.finished'))
      equal(connector.stats().reasons['fileChanges["search"] threw'], 1)
    },
  )

  test('counts the events of a run whose start it has not seen', () => {
    const connector = createAgentActivityConnector({ source: SOURCE, dryRun: true })
    connector.sink().accept({ type: 'reasoning', runId: 'r', seq: 4, at: 0, action: 'x' })
    deepEqual(Object.keys(connector.stats().reasons), ['dropped: an event of a run whose start was not seen'])
  })

  test('tells of a denial as it was enforced', async () => {
    const { sink, events } = collecting()
    const agent = new AOSInstrument(
      (_input: string, aos: GuardedRun) => aos.toolCall({ toolName: 'export', parameters: {} }, () => 1),
      { sinks: [sink] },
    )
    agent.registerHook('toolCallRequest', () => deny('customers'))
    await agent.run('go').catch(() => undefined)
    deepEqual(typesOf(events), ['session.started', 'hook.blocked', 'session.finished'])
    equal(events.at(-1)?.outcome?.status, 'failed')
  })
})
