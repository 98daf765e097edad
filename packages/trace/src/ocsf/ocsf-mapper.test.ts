import { allow, deny, modify, type GuardedRun, type HookAnswer } from '@aos/sdk'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { anyStory, liveStory } from '../../../../test/support/agent-stories.ts'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent, outcomeOf } from '../../../../test/support/guarded-agent.ts'
import { ACTIONS, ACTIVITIES, CLASSES, DISPOSITIONS, SEVERITIES } from './captions.ts'
import type { OcsfEvent, OcsfVersion } from './ocsf-event.ts'
import { OCSFLogger } from './ocsf-logger.ts'

interface Seen {
  readonly events: OcsfEvent[]
  readonly logger: OCSFLogger
}

const made: OCSFLogger[] = []
afterEach(async () => {
  for (const logger of made.splice(0)) await logger.close()
})

function listen(version?: OcsfVersion): Seen {
  const events: OcsfEvent[] = []
  const logger = new OCSFLogger({ version, emit: (event) => void events.push(event) })
  made.push(logger)
  return { events, logger }
}

async function eventsOf(
  work: (aos: GuardedRun) => unknown,
  answer: (hook: { readonly toolName: string }) => HookAnswer | undefined = () => undefined,
  version?: OcsfVersion,
): Promise<readonly OcsfEvent[]> {
  const { events, logger } = listen(version)
  const { agent } = guardedAgent(work, { agent: { id: 'agent-1', name: 'worker', version: '2' } })
  agent.registerHook('toolCallRequest', answer, { name: 'data-protection' })
  agent.attachLogger(logger)
  await outcomeOf(agent.run('go', { session: 'sess_1', user: { id: 'alice' } }))
  await agent.flush()
  await agent.close()
  return events
}

const search = (aos: GuardedRun): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: { q: 'ssn' }, executionId: 'exec-1' }, () => 'found')

const ofType = (events: readonly OcsfEvent[], type: number): readonly OcsfEvent[] =>
  events.filter(({ type_uid: uid }) => uid === type)

const callsOf = (events: readonly OcsfEvent[]): readonly OcsfEvent[] =>
  events.filter(({ activity_name: name }) => name === 'Tool Call')

describe('the events of a run', () => {
  verifies(
    'ocsf.identity',
    'are its start, its operations and its end, in the name of the agent, the session and the user',
    async () => {
      const events = await eventsOf(search)
      expect(events.map(({ type_uid: uid }) => uid)).toEqual([
        600203, 600203, 600399, 502002, 600399, 600399, 600204,
      ])
      const names = events.map(({ activity_name: name }) => name)
      expect(names).toEqual(['Start', 'Start', 'Message', 'Collect', 'Tool Call', 'Message', 'Stop'])
      const actor = {
        app_name: 'worker',
        app_uid: 'agent-1',
        session: { uid: 'sess_1' },
        user: { uid: 'alice' },
      }
      for (const event of events) expect(event['actor']).toEqual(actor)
      expect(events[4]).toMatchObject({
        activity_name: 'Tool Call',
        severity_id: 1,
        status: 'Success',
        api: { operation: 'tools/call', request: { uid: 'exec-1' } },
        resources: [{ name: 'search', type: 'Tool' }],
        src_endpoint: { type: 'AI Agent', name: 'worker' },
        message_context: { ai_role: 'Tool' },
        unmapped: { aos: { step: { input: '{"q":"ssn"}', output: 'found' } } },
      })
    },
  )

  verifies('ocsf.classes', 'are of the class that OCSF has for what happened', async () => {
    const events = await eventsOf(async (aos) => {
      await search(aos)
      await aos.model({ model: 'm', messages: [] }, () => 'x')
      await aos.protocol(
        { protocol: 'mcp', direction: 'outbound', method: 'tools/list', message: {} },
        () => 1,
      )
      await aos.protocol(
        { protocol: 'a2a', direction: 'inbound', method: 'message/send', message: {} },
        () => 1,
      )
      await aos.knowledge({ query: 'q' }, () => [])
      await aos.memoryStore(['a'], () => 1)
      await aos.memoryContext(() => ['a'])
    })
    const types = new Map(events.map((event) => [`${event['activity_name'] as string}`, event.type_uid]))
    expect(Object.fromEntries(types)).toEqual({
      Start: 600203,
      Message: 600399,
      Collect: 502002,
      'Tool Call': 600399,
      'Model Call': 600399,
      'MCP Message': 600399,
      'A2A Message': 600399,
      Query: 600504,
      Write: 600505,
      Read: 600501,
      Stop: 600204,
    })
  })

  verifies('ocsf.content', 'carry no content where none is captured', async () => {
    const { events, logger } = listen()
    const { agent } = guardedAgent(
      async (aos) => {
        await search(aos)
        await aos.knowledge({ query: 'secret question' }, () => ['secret answer'])
      },
      { capture: 'off', sinks: [logger] },
    )
    await agent.run('go')
    await agent.flush()
    await agent.close()
    expect(ofType(events, 600504)).toMatchObject([{ database: { name: 'knowledge' } }])
    expect(JSON.stringify(events)).not.toMatch(/ssn|found|secret/)
  })

  verifies('ocsf.error', 'tell an error once, beside the operation that failed', async () => {
    const events = await eventsOf((aos) =>
      aos.toolCall({ toolName: 'search', parameters: {} }, () => {
        throw new RangeError('too far')
      }),
    )
    expect(ofType(events, 600801)).toMatchObject([
      { severity_id: 3, status_code: 'RangeError', message: 'too far' },
    ])
    expect(callsOf(events)).toMatchObject([{ status: 'Failure', status_detail: 'too far' }])
  })

  verifies('ocsf.ai-agent', 'name the agent as OCSF 1.9 does only there', async () => {
    const old = await eventsOf(search)
    const next = await eventsOf(search, undefined, '1.9.0')
    expect(JSON.stringify(old)).not.toContain('ai_agent')
    expect(callsOf(next)).toMatchObject([
      { metadata: { version: '1.9.0' }, ai_agent: { uid: 'agent-1', version: '2', type: 'Native' } },
    ])
  })
})

describe('what belongs to no run that is known', () => {
  it('is of the agent whose component has changed, and of the session where there is one', async () => {
    const { events, logger } = listen()
    const [one, two] = ['one', 'two'].map(
      (name) => guardedAgent(() => 'done', { agent: { name }, sinks: [logger] }).agent,
    )
    await one?.disableComponent('tool:search')
    await one?.run('go')
    await one?.enableComponent('tool:search')
    await two?.run('go')
    await two?.disableComponent('tool:search')
    const late = guardedAgent(
      async (aos) => {
        late.agent.attachLogger(logger)
        await search(aos)
      },
      { agent: { name: 'late' } },
    )
    await late.agent.run('go', { session: 's' })
    const collected = ofType(events, 502002)
    expect(collected.map(({ actor }) => actor)).toEqual([
      { app_name: 'one', app_uid: 'one' },
      { app_name: 'one', app_uid: 'one' },
      { app_name: 'two', app_uid: 'two' },
      { app_name: 'late', app_uid: 'late', session: { uid: 's' } },
    ])
    expect(collected.map(({ device }) => device)).toMatchObject([
      { uid: 'one' },
      { uid: 'one' },
      { uid: 'two' },
      { uid: 'late' },
    ])
    expect(new Set(collected.map(({ metadata }) => metadata.uid)).size).toBe(4)
    expect(collected.map((event) => event['message'])).toEqual([
      'tool search: DISABLED',
      'tool search: ENABLED',
      'tool search: DISABLED',
      'tool search: ADDED',
    ])
  })

  it('is told all the same by a logger that is attached in the middle', async () => {
    const { events, logger } = listen()
    const { agent } = guardedAgent(async (aos) => {
      agent.attachLogger(logger)
      await search(aos)
    })
    await agent.run('go', { session: 's' })
    expect(callsOf(events)).toMatchObject([{ actor: { app_name: 'unknown' } }])
    expect(ofType(events, 600204)).toMatchObject([{ actor: { app_name: 'worker', session: { uid: 's' } } }])
  })
})

describe('a decision', () => {
  verifies('ocsf.denial', 'that denies is on the operation, and a finding about it', async () => {
    const events = await eventsOf(search, () => deny('personal data', 'pii'))
    const [call] = callsOf(events)
    expect(call).toMatchObject({
      severity: 'High',
      status: 'Failure',
      action: 'Denied',
      disposition: 'Blocked',
      is_alert: true,
      policy: { name: 'data-protection', is_applied: true },
      status_detail: 'personal data',
    })
    expect(ofType(events, 200401)).toMatchObject([
      {
        status: 'New',
        severity: 'High',
        action: 'Denied',
        finding_info: {
          title: 'Tool Call denied: search',
          desc: 'personal data',
          types: ['Denial'],
          analytic: { name: 'data-protection' },
          related_events: [{ uid: call?.metadata.uid, type_uid: 600399 }],
        },
      },
    ])
  })

  verifies('ocsf.change', 'that modifies is low, and corrected', async () => {
    const events = await eventsOf(search, () => modify({ q: 'papers' }, 'narrowed'))
    const low = { severity: 'Low', action: 'Modified', disposition: 'Corrected' }
    expect(callsOf(events)).toMatchObject([{ ...low, status: 'Success', is_alert: false }])
    expect(ofType(events, 200401)).toMatchObject([{ ...low, finding_info: { types: ['Modification'] } }])
  })

  it('that allows is no finding', async () => {
    const events = await eventsOf(search, () => allow())
    expect(callsOf(events)).toMatchObject([{ severity_id: 1, action: 'Allowed' }])
    expect(ofType(events, 200401)).toEqual([])
  })

  verifies(
    'ocsf.guardian-failure',
    'that a guardian could not make is a finding of its own type',
    async () => {
      const events = await eventsOf(search, () => deny('no answer', 'guardian_timeout'))
      expect(ofType(events, 200401)).toMatchObject([
        { severity: 'High', action: 'Denied', finding_info: { types: ['Guardian Failure'] } },
      ])
    },
  )

  verifies('ocsf.guardian-failure', 'of a guard that fails open is let through, and an alert', async () => {
    const { events, logger } = listen()
    const { agent } = guardedAgent(search, { sinks: [logger] })
    agent.registerHook('toolCallRequest', () => ({ decision: 'perhaps' }) as unknown as HookAnswer, {
      failOpen: { reason: 'trial' },
    })
    await agent.run('go')
    await agent.flush()
    await agent.close()
    expect(ofType(events, 200401)).toMatchObject([
      {
        action: 'Allowed',
        disposition: 'Error',
        is_alert: true,
        finding_info: { types: ['Guardian Failure'] },
      },
    ])
  })

  verifies('ocsf.shadow', 'in the shadow is observed and alarms nobody', async () => {
    const { events, logger } = listen()
    const { agent } = guardedAgent(search, { sinks: [logger] })
    agent.registerHook('toolCallRequest', () => deny('would have'), { shadow: true })
    await agent.run('go')
    await agent.flush()
    await agent.close()
    expect(ofType(events, 200401)).toMatchObject([
      { severity_id: 1, action: 'Observed', disposition: 'Logged', is_alert: false },
    ])
    expect(callsOf(events)).toMatchObject([{ status: 'Success', severity_id: 1 }])
  })
})

describe('of whatever agents do', () => {
  verifies('ocsf.captions', 'captions match ids, uids are unique and times are milliseconds', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        const { events, logger } = listen()
        await liveStory(story, [logger])
        await logger.close()
        const { length } = events
        expect(logger.stats()).toMatchObject({ created: length, delivered: length, dropped: 0, queued: 0 })
        expect(new Set(events.map(({ metadata }) => metadata.uid)).size).toBe(length)
        for (const event of events) {
          const { caption, category } = CLASSES[event.class_uid as keyof typeof CLASSES]
          const activity = ACTIVITIES[event.class_uid as keyof typeof CLASSES][event.activity_id]
          expect(event).toMatchObject({ class_name: caption, category_uid: category })
          if (activity !== undefined) expect(event['activity_name']).toBe(activity)
          expect(event['severity']).toBe(SEVERITIES[event.severity_id])
          expect(event['action']).toBe(ACTIONS[event['action_id'] as number])
          expect(event['disposition']).toBe(DISPOSITIONS[event['disposition_id'] as number])
          expect(Number.isInteger(event.time) && event.time > 1e12).toBe(true)
        }
      }),
      { numRuns: 30 },
    )
  })
})
