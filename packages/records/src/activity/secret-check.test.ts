import { AOSInstrument, createRedactor, deny, type GuardedRun, type Redactor } from '@aos/sdk'
import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { CANARY_KINDS, Canaries, SLOTS } from '../../../../test/e2e/outputs/canaries.ts'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import type { ActivityInput } from './activity-input.ts'
import { agentActivitySink, createAgentActivityConnector } from './connector.ts'
import { toEvent } from './envelope.ts'
import { parseAgentActivity } from './parse-agent-activity.ts'
import { createSecretCheck } from './secret-check.ts'

const SOURCE = { kind: 'custom_connector', name: 'test' }

const BLIND: Redactor = {
  redactText: (text) => ({ text, redactions: [] }),
  redactValue: (value) => ({ value, redactions: [] }),
  sensitiveMember: () => undefined,
}

function eventWith(members: Record<string, unknown>): AgentActivityEvent {
  return toEvent({ source: SOURCE }, { type: 'tool.finished', id: 'evt-1', at: 0, sessionId: 's', members })
}

const places: readonly ((text: string) => ActivityInput)[] = [
  (text) => ({ tool: { name: text } }),
  (text) => ({ tool: { command_preview: text, file_preview: text } }),
  (text) => ({ outcome: { summary: text } }),
  (text) => ({ session_id: text }),
  (text) => ({ developer: { id: text }, agent: { id: text } }),
  (text) => ({ actor_chain: [{ type: 'user', id: text }] }),
  (text) => ({ decision: { reason: text, reason_codes: [text] } }),
  (text) => ({ source_snapshot: { excerpt: text } }),
  (text) => ({ additional: { [text]: { deep: [text] } } }),
]

describe('the last check of an event', () => {
  for (const kind of CANARY_KINDS)
    verifies('agent-activity.secrets', `leaves no ${kind} in any place`, async () => {
      const canaries = new Canaries([kind])
      const connector = createAgentActivityConnector({ source: SOURCE, dryRun: true })
      await connector.startSession()
      for (const [index, place] of places.entries()) {
        const slot = SLOTS[index % SLOTS.length] ?? 'userInput'
        await connector.record('tool.finished', place(canaries.textOf(slot)))
      }
      deepEqual(new Canaries([kind]).findIn(JSON.stringify(connector.events)), [])
      const { scrubbed, refused, delivered } = connector.stats()
      ok(scrubbed >= places.length)
      equal(refused + delivered, places.length + 1)
      for (const event of connector.events) ok(parseAgentActivity(event).ok)
    })

  verifies('agent-activity.secrets', 'refuses what an own redactor has left', async () => {
    const connector = createAgentActivityConnector({ source: SOURCE, dryRun: true, redactor: BLIND })
    await connector.startSession()
    const { state, reason } = await connector.toolFinished({
      tool: { name: 'mail', command_preview: 'to bob.jones@example.com' },
    })
    deepEqual([state, reason], ['lost', 'refused: it still holds: email'])
    equal(connector.stats().refused, 1)
  })

  verifies('agent-activity.secrets', 'refuses whatever holds one, where it is told to reject', async () => {
    const connector = createAgentActivityConnector({ source: SOURCE, dryRun: true, secrets: 'reject' })
    await connector.startSession()
    await connector.toolFinished({ tool: { name: 'mail', command_preview: 'to bob.jones@example.com' } })
    await connector.toolFinished({ tool: { name: 'mail', command_preview: 'to nobody' } })
    deepEqual([connector.stats().refused, connector.events.length], [1, 2])
  })

  test('drops an event that cannot be redacted, or is too large to look at', () => {
    const failing = createRedactor({
      custom: [
        {
          name: 'own',
          pattern: () => {
            throw new Error('no')
          },
        },
      ],
    })
    equal(createSecretCheck('scrub', failing)(eventWith({ tool: { name: 'x' } })).ok, false)
    for (const answer of [{ text: 42, redactions: [] }, undefined, Promise.resolve({ text: '' })]) {
      const broken = { ...BLIND, redactText: () => answer as never }
      equal(createSecretCheck('scrub', broken)(eventWith({ tool: { name: 'x' } })).ok, false)
    }
    const check = createSecretCheck('scrub')
    equal(check(eventWith({ tool: { name: 'x'.repeat(2_000_000) } })).ok, false)
    const circular: Record<string, unknown> = {}
    circular['again'] = circular
    equal(check(eventWith(circular)).ok, false)
  })

  test('finds what a name gives away, in members, pairs and numbers, and what JSON shows of an object', () => {
    const verdict = createSecretCheck('scrub')(
      eventWith({
        additional: {
          password: 'hunter2',
          headers: [['Authorization', 'x1y2z3']],
          card: 4111111111111111,
          when: new Date(0),
          list: [undefined, () => 1, Number.NaN],
        },
      }),
    )
    ok(verdict.ok)
    deepEqual(verdict.event['additional'], {
      password: '[REDACTED:secret]',
      headers: [['Authorization', '[REDACTED:secret]']],
      card: '[REDACTED:credit-card]',
      when: '1970-01-01T00:00:00.000Z',
      list: [null, null, null],
    })
    equal(verdict.scrubbed, 3)
  })

  test('leaves alone what is no secret', () => {
    const event = eventWith({
      team_id: '00000000-0000-4000-8000-000000000000',
      trace_id: 'ab'.repeat(16),
      peac_record_ref: `sha256:${'0f'.repeat(32)}`,
      repo: { url: 'git@github.com:org/repo.git', commit: '3197ff3a'.repeat(5) },
      tool: { name: 'npm', command_preview: 'npm install lodash@4.17.21 @aos/sdk@0.1.0' },
      cost: { input_tokens: 120, output_tokens: 7, cost_usd: 0.0031 },
    })
    deepEqual(createSecretCheck('reject')(event), { ok: true, event, scrubbed: 0 })
  })

  test('lets nothing through that strict readers refuse, and scrubs what it has scrubbed no more', () => {
    const check = createSecretCheck('scrub')
    const again = createSecretCheck('reject')
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (additional) => {
        const verdict = check(eventWith({ additional }))
        if (!verdict.ok) return
        ok(!/\\ud[89a-f]/i.test(JSON.stringify(verdict.event)))
        deepEqual(again(verdict.event), { ...verdict, scrubbed: 0 })
      }),
    )
  })
})

describe('events of steps', () => {
  verifies('agent-activity.secrets', 'hold none of what an agent was told and said', async () => {
    const canaries = new Canaries()
    const events: AgentActivityEvent[] = []
    const sink = agentActivitySink({ source: SOURCE, emit: (event) => void events.push(event) })
    const agent = new AOSInstrument(
      async (_input: string, aos: GuardedRun) => {
        const parameters = { text: canaries.textOf('toolArguments') }
        await aos.toolCall({ toolName: 'search', parameters }, () => canaries.textOf('toolResult'))
        await aos
          .toolCall({ toolName: canaries.nameOf('name'), parameters }, () => {
            throw new Error(canaries.textOf('error'))
          })
          .catch(() => undefined)
        return aos.toolCall({ toolName: 'export', parameters }, () => 1).catch(() => undefined)
      },
      { sinks: [sink], capture: 'full' },
    )
    agent.registerHook('toolCallRequest', () => deny(canaries.textOf('hookReason')), { match: 'export' })
    const user = { id: canaries.textOf('metadata') }
    await agent.run(canaries.textOf('userInput'), { session: canaries.textOf('memory'), user })
    await sink.close?.()
    deepEqual(canaries.findIn(JSON.stringify(events)), [])
    const types = events.map(({ event_type: type }) => type)
    for (const type of ['session.started', 'tool.finished', 'hook.blocked', 'session.finished'])
      ok(types.includes(type), type)
  })
})
