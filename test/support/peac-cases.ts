// Records of actions that are valid, and what comes of them once they are changed.
import {
  agentAction,
  issue,
  verify,
  type AgentAction,
  type IssueOptions,
  type PeacKey,
  type PeacVerification,
  type VerifyOptions,
} from '@aos/records/peac'
import { keyFromSeed, signAnything } from '../../packages/records/src/testing/peac-keys.ts'

/** The key of the records. */
export const KEY: PeacKey = keyFromSeed('55'.repeat(32))
/** When they are verified, in seconds since the epoch. */
export const NOW = 1_795_219_200
/** The header that they have. */
export const HEADER: { readonly typ: string; readonly alg: string; readonly kid: string } = {
  typ: 'interaction-record+jwt',
  alg: 'EdDSA',
  kid: KEY.kid,
}
/** The group of an action. */
export const ACTION = 'org.peacprotocol/agent-action'
/** What every action tells. */
export const BASE: Pick<AgentAction, 'agent_ref' | 'action_ref' | 'observed_at'> = {
  agent_ref: 'urn:aos:agent:a',
  action_ref: 'urn:aos:step:s',
  observed_at: '2026-11-21T00:00:00.123Z',
}

/** Claims that are valid, with changes. */
export function signed(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { ...issue(good()).claims, ...changes }
}

/** A record that is valid. */
export function good(): IssueOptions {
  return {
    key: KEY,
    ...agentAction('denied', BASE),
    iat: NOW,
    jti: 'j1',
    occurred_at: '2026-11-21T00:00:00Z',
  }
}

/** What comes of any claims, signed under any header. */
export function judge(
  claims: unknown,
  options: Partial<VerifyOptions> = {},
  header: object = HEADER,
): PeacVerification {
  return verify(signAnything(header, claims, KEY), { jwk: KEY.publicJwk, now: NOW, ...options })
}

/** A verdict in short. */
export function codeOf(answer: PeacVerification): string {
  return answer.valid ? `valid ${answer.warnings.map(({ code }) => code).join(' ')}`.trim() : answer.code
}
