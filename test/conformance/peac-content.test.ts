// Records of actions: what their groups tell, by itself.
import {
  a2aHandoff,
  agentAction,
  documentDigest,
  fromA2ATaskObservation,
  issue,
  lifecycleObservation,
  peacRef,
  verify,
  type A2ATask,
  type AgentActionKind,
  type LifecycleKind,
  type PeacClaims,
} from '@aos/records/peac'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTION, BASE, codeOf, good, judge, KEY, NOW, signed } from '../support/peac-cases.ts'
import { verifies } from './verifies.ts'

function withAction(changes: Readonly<Record<string, unknown>>): string {
  const { extensions } = signed() as unknown as PeacClaims
  return codeOf(
    judge(signed({ extensions: { [ACTION]: { ...(extensions?.[ACTION] as object), ...changes } } })),
  )
}

const KINDS: Readonly<Record<AgentActionKind, string>> = {
  invoked: 'attribution',
  delegated: 'attribution',
  approved: 'compliance',
  denied: 'compliance',
  cancelled: 'attribution',
  'timed-out': 'compliance',
}

describe('agent actions', () => {
  verifies('peac.action.kinds', 'and all of them verify', () => {
    for (const [kind, pillar] of Object.entries(KINDS)) {
      const more = kind === 'delegated' ? { delegated_to_ref: 'urn:aos:agent:b' } : {}
      const { claims, jws } = issue({
        ...good(),
        ...agentAction(kind as AgentActionKind, { ...BASE, ...more }),
      })
      expect([claims.type, claims.pillars]).toEqual([
        `org.peacprotocol/agent-action-${kind}-observed`,
        [pillar],
      ])
      expect(codeOf(verify(jws, { jwk: KEY.publicJwk, now: NOW }))).toBe('valid')
    }
  })

  verifies('peac.action.required', 'each of them', () => {
    for (const name of ['event_kind', 'agent_ref', 'action_ref', 'observed_at']) {
      expect(withAction({ [name]: undefined })).toBe('agent.action.missing_required_field')
    }
    expect(() => issue({ ...good(), ...agentAction('delegated', BASE) })).toThrow(
      /agent.action.missing_required_field/,
    )
  })

  verifies('peac.action.refs', 'and what is none is refused', () => {
    for (const ref of ['urn:a', 'ref:', 'did:x:y', 'peac:a', `sha256:${'a'.repeat(64)}`, 'https://a']) {
      expect(withAction({ caller_ref: ref })).toBe('valid')
    }
    const wrong = [
      '',
      'alice',
      'urn:a b',
      'urn:alice@example.com',
      'sha256:abc',
      'https://',
      '{"a":1}',
      `urn:${'a'.repeat(253)}`,
    ]
    for (const ref of [...wrong, `urn:${'é'.repeat(127)}`]) {
      expect(withAction({ caller_ref: ref })).toBe('agent.action.opaque_ref_grammar_violation')
    }
    expect(withAction({ caller_ref: 7 })).toBe('agent.action.ref_must_be_string')
  })

  verifies('peac.action.no-content', 'nor beside other faults', () => {
    for (const name of ['prompt', 'message', 'tool_input', 'tool_output', 'token', 'stdout', 'result']) {
      expect(withAction({ [name]: 'x', reason: 'x' })).toBe('agent.action.inline_content_blocked')
    }
  })

  verifies('peac.action.closed', 'and so are the kinds', () => {
    expect(withAction({ reason: 'x' })).toBe('agent.action.unknown_field')
    expect(withAction({ delegated_to_ref: 'urn:a' })).toBe('agent.action.unknown_field')
    expect(withAction({ event_kind: 'agent-action-refused-observed' })).toBe(
      'agent.action.event_kind_unknown',
    )
  })

  verifies('peac.action.type', 'not what another says', () => {
    expect(withAction({ event_kind: 'agent-action-approved-observed' })).toBe(
      'agent.action.type_event_kind_mismatch',
    )
  })

  verifies('peac.action.time', 'or are none', () => {
    for (const time of [
      '2026-11-21T00:00:00',
      '2026-11-21',
      'now',
      '2026-13-01T00:00:00Z',
      '2026-11-31T00:00:00Z',
      7,
    ]) {
      expect(withAction({ observed_at: time })).toBe('agent.action.invalid_observed_at')
    }
    expect(withAction({ observed_at: '2026-11-21T00:00:00.123456-08:00' })).toBe('valid')
  })

  test('long and odd names make references too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (id) => {
        expect(withAction({ caller_ref: peacRef('agent', id) })).toBe('valid')
      }),
    )
    expect(peacRef('agent', 'a@b c')).toBe('urn:aos:agent:a%40b%20c')
  })
})

const LIFE = { subject_ref: 'urn:a', observed_at: '2026-11-21T00:00:00Z' }
const APPROVAL = { approval_ref: 'urn:aos:approval:1', approver_ref: 'urn:user:alice' }
const NEEDS: Readonly<Record<LifecycleKind, object>> = {
  'approval-requested': APPROVAL,
  'approval-granted': APPROVAL,
  'approval-denied': APPROVAL,
  'evaluation-started': {},
  'evaluation-completed': { result_ref: 'urn:r' },
  'experiment-assigned': { experiment_ref: 'urn:e' },
  'experiment-result': { experiment_ref: 'urn:e', result_ref: 'urn:r' },
  'workflow-transition': { from_state: 'draft', to_state: 'in review' },
  'mode-observed': { observed_mode: 'agent_loop' },
}

const CARD = documentDigest({ name: 'billing' })
const TASK: A2ATask = {
  event: 'task.submitted',
  task_id: 'urn:a2a:task:42',
  from_agent: { card_ref: CARD },
  observed_at: '2026-11-21T00:00:00Z',
}

describe('what is told beside actions', () => {
  verifies('peac.lifecycle', 'whichever it is', () => {
    for (const [kind, needs] of Object.entries(NEEDS)) {
      const parts = lifecycleObservation(kind as LifecycleKind, { ...LIFE, ...needs })
      expect(codeOf(judge({ ...signed(), ...parts }))).toBe('valid')
      const group = parts.extensions['org.peacprotocol/lifecycle-observation'] as object
      const told = (more: object): string =>
        codeOf(
          judge({
            ...signed(),
            ...parts,
            extensions: { 'org.peacprotocol/lifecycle-observation': { ...group, ...more } },
          }),
        )
      for (const name of Object.keys(needs))
        expect(told({ [name]: undefined })).toBe('lifecycle.missing_required_field')
      for (const name of ['decision', 'verdict', 'score', 'granted'])
        expect(told({ [name]: 'x' })).toBe('lifecycle.inline_value_blocked')
    }
    const denied = (more: object): string =>
      codeOf(
        judge({ ...signed(), ...lifecycleObservation('approval-denied', { ...LIFE, ...APPROVAL, ...more }) }),
      )
    expect(denied({ approver_ref: 'urn:alice@example.com' })).toBe('lifecycle.approver_ref_pii_blocked')
    expect(denied({ observed_mode: 'magic' })).toBe('lifecycle.invalid_observed_mode')
    const states = { from_state: ' draft', to_state: 'done' }
    expect(
      codeOf(judge({ ...signed(), ...lifecycleObservation('workflow-transition', { ...LIFE, ...states }) })),
    ).toBe('lifecycle.invalid_state')
  })

  verifies('peac.a2a', 'and no verdict of it', () => {
    expect(fromA2ATaskObservation(TASK)).toEqual({
      'org.peacprotocol/a2a-handoff': { type: 'org.peacprotocol/a2a-task-submitted', ...TASK },
    })
    const code = (task: object): string => codeOf(judge({ ...signed(), ...a2aHandoff(task as A2ATask) }))
    expect(code(TASK)).toBe('valid')
    expect(code({ ...TASK, event: 'human.review_requested', to_agent: {}, state: 'input-required' })).toBe(
      'valid',
    )
    expect(code({ ...TASK, from_agent: { card_ref: 'billing' } })).toBe('a2a.card_ref_digest_invalid')
    expect(code({ ...TASK, task_id: '42' })).toBe('a2a.opaque_ref_grammar_violation')
    expect(code({ ...TASK, decision: 'allow' })).toBe('a2a.observation_decision_blocked')
    expect(code({ ...TASK, more: 'x' })).toBe('a2a.unknown_field')
    expect(code({ ...TASK, observed_at: 'now' })).toBe('a2a.timestamp_invalid')
    const { extensions } = a2aHandoff(TASK)
    const group = { ...(extensions['org.peacprotocol/a2a-handoff'] as object), event: 'task.failed' }
    const mixed = { ...signed(), ...a2aHandoff(TASK), extensions: { 'org.peacprotocol/a2a-handoff': group } }
    expect(codeOf(judge(mixed))).toBe('a2a.type_event_mismatch')
    const card = {
      card_ref: CARD,
      signature_observation: { present: true, caller_reported_verification: 'verified' },
      discovered_at: '2026-11-21T00:00:00Z',
      discovery_path: '/.well-known/agent-card.json',
    } as const
    expect(codeOf(judge({ ...signed(), ...a2aHandoff(card) }))).toBe('valid')
  })
})
