import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { parseAgentActivity, sessionIdOf } from './parse-agent-activity.ts'

/** What a connector of the oldest revision sent: no event_id, no family, no time, no provenance. */
const LEGACY = {
  schema_version: 'agent_activity.v1',
  event_type: 'session.started',
  session_id: 'build-agent-7',
  team_id: '5b6f0c1e-3a77-4f0e-9a51-0d6f6a2b9c10',
  source: { kind: 'custom_connector', name: 'build-agent', version: '0.0.9' },
} as const

/** The same as the newer revision has it: the session in an object of its own. */
const NEWER = {
  ...LEGACY,
  event_id: 'evt-build-agent-7-started',
  event_family: 'session',
  session: { id: 'build-agent-7', environment: 'ci', status: 'running' },
  agent: { id: 'build-agent', name: 'Build agent', provider: 'in-house' },
  actor_chain: [{ type: 'user', id: 'u-17', attested_by: 'build-agent' }],
}

function issuesOf(value: unknown): readonly string[] {
  const result = parseAgentActivity(value)
  return result.ok ? [] : result.issues.map(({ path, message }) => `${path} ${message}`)
}

describe('an event', () => {
  verifies('agent-activity.compatibility.legacy', 'a payload of the oldest revision', () => {
    deepEqual(parseAgentActivity(LEGACY), { ok: true, value: LEGACY })
    for (const member of ['team_id', 'source'] as const) {
      const { [member]: _left, ...rest } = LEGACY
      deepEqual(issuesOf(rest), [])
    }
  })

  verifies('agent-activity.session', 'stands in session_id, in session.id, or in both', () => {
    const { session_id: _id, ...inObject } = NEWER
    for (const event of [LEGACY, NEWER, inObject]) {
      const result = parseAgentActivity(event)
      ok(result.ok)
      equal(sessionIdOf(result.value), 'build-agent-7')
    }
    deepEqual(issuesOf({ ...NEWER, session_id: 'other' }), [
      '/session/id must be equal to session_id: one event has one session',
    ])
    const { session_id: _none, ...without } = LEGACY
    deepEqual(issuesOf(without), ['/session_id is missing, and session.id as well'])
  })

  verifies('agent-activity.compatibility.additive', 'members and types that are not known', () => {
    const event = {
      ...NEWER,
      event_type: 'deployment.rolled_back',
      later: { member: [1] },
      source: { ...NEWER.source, region: 'eu' },
    }
    deepEqual(parseAgentActivity(event), { ok: true, value: event })
  })

  test('that is none is told where it is wrong', () => {
    deepEqual(issuesOf({ ...LEGACY, schema_version: 'agent_activity.v2', team_id: 'blue' }).toSorted(), [
      '/schema_version must be "agent_activity.v1"',
      '/team_id must be a uuid',
    ])
    deepEqual(issuesOf({ session_id: 's', source: { kind: 1 } }).toSorted(), [
      '/event_type is missing',
      '/schema_version is missing',
      '/source/kind must be string',
      '/source/name is missing',
    ])
    for (const value of [undefined, null, 'text', [], 7]) equal(parseAgentActivity(value).ok, false)
  })

  test('is judged without a throw, whatever it is', () => {
    const cursed = new Proxy(
      {},
      {
        has() {
          throw new Error('no')
        },
        get() {
          throw new Error('no')
        },
        ownKeys() {
          throw new Error('no')
        },
      },
    )
    equal(parseAgentActivity(cursed).ok, false)
    fc.assert(
      fc.property(fc.anything(), (value) => {
        equal(parseAgentActivity(value).ok, false)
      }),
    )
  })
})
