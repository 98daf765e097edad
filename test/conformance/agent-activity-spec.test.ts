// Outside data about agent_activity.v1, found through AOS_SPEC_DIR: payloads of two revisions, and a schema written by others.
import {
  createAgentActivityConnector,
  parseAgentActivity,
  toActivityEvents,
  type AgentActivityConnectorOptions,
  type AgentActivityEvent,
} from '@aos/records/activity'
import { allow, AOSInstrument, deny, type AosEvent, type GuardedRun } from '@aos/sdk'
import addFormats from 'ajv-formats'
import Ajv2020 from 'ajv/dist/2020.js'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const spec = join(process.env['AOS_SPEC_DIR'] ?? '', 'agent-activity')

function read<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(spec, ...path), 'utf8')) as T
}

function theirSchema(): (value: unknown) => boolean {
  const ajv = new Ajv2020.default({ strict: false })
  addFormats.default(ajv)
  return ajv.compile(read<object>('schema', 'agent_activity.v1.schema.json'))
}

interface Calls {
  readonly create: AgentActivityConnectorOptions
  readonly startSession: object
  readonly emitToolFinished: { readonly tool: { readonly name: string } }
  readonly finishSession: { readonly status: string }
}

async function eventsOfAgent(): Promise<readonly AgentActivityEvent[]> {
  const seen: AosEvent[] = []
  const agent = new AOSInstrument(
    async (_input: string, aos: GuardedRun) => {
      await aos.model({ model: 'm', messages: [] }, (_messages, report) =>
        report({ usage: { inputTokens: 1 } }),
      )
      await aos.toolCall({ toolName: 'search', parameters: {} }, () => 1)
      return aos.toolCall({ toolName: 'export', parameters: {} }, () => 1).catch(() => undefined)
    },
    { sinks: [{ name: 'seen', accept: (event) => void seen.push(event) }] },
  )
  agent.registerHook('toolCallRequest', ({ toolName }) => (toolName === 'export' ? deny('no') : allow()))
  await agent.run('go')
  const run = seen.flatMap((event) => (event.type === 'run.start' ? [event.run] : []))[0]
  return seen.flatMap((event) =>
    toActivityEvents(event, { source: { kind: 'custom_connector', name: 'test' }, run, startsSession: true }),
  )
}

describe.skipIf(process.env['AOS_SPEC_DIR'] === undefined)(
  'agent_activity.v1 data of others (needs AOS_SPEC_DIR)',
  () => {
    test('payloads of both revisions are accepted', () => {
      const names = readdirSync(join(spec, 'examples')).filter((name) => name !== 'connector-calls.json')
      expect(names.length).toBeGreaterThan(2)
      const validates = theirSchema()
      for (const name of names) {
        const event = read<AgentActivityEvent>('examples', name)
        expect(parseAgentActivity(event)).toEqual({ ok: true, value: event })
        expect(validates(event)).toBe(true)
      }
    })

    test('the calls of the connector page give events that the schema takes', async () => {
      const calls = read<Calls>('examples', 'connector-calls.json')
      const connector = createAgentActivityConnector({ ...calls.create, failOpen: true })
      await connector.startSession(calls.startSession)
      await connector.emitToolFinished(calls.emitToolFinished)
      await connector.finishSession(calls.finishSession)
      const [started, finished, ended] = connector.events
      const validates = theirSchema()
      for (const event of connector.events) expect(validates(event)).toBe(true)
      // what the page shows of the first event is in ours
      const { team_id: _team, ...shown } = read<AgentActivityEvent>('examples', 'session-started.rev-a.json')
      expect(started).toMatchObject({ ...shown, provenance: calls.create.provenance })
      expect(finished).toMatchObject(calls.emitToolFinished)
      expect(ended?.outcome?.status).toBe(calls.finishSession.status)
    })

    test('events of steps are valid by their schema', async () => {
      const events = await eventsOfAgent()
      const validates = theirSchema()
      expect(events.map(({ event_type: type }) => type)).toEqual(
        expect.arrayContaining(['session.started', 'tool.finished', 'model.completed', 'hook.blocked']),
      )
      for (const event of events) expect(validates(event)).toBe(true)
    })
  },
)
