import type { KillScope } from '../policy/kill-switch.ts'
import type { GuardianAgent } from '../guardian-agent.ts'
import { parseGuardedJson } from '../client/json-guard.ts'
import { VERSION } from '@aos/sdk'
import type { AnswerProblem, ApprovalInbox, ApprovalRecord } from './approval-inbox.ts'
import type { Principal, Role } from './principal.ts'

/** A request beside JSON-RPC. */
export interface HttpCall {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: Uint8Array
  readonly caller: Principal | undefined
}

/** What answers it. */
export interface HttpAnswer {
  readonly status: number
  readonly body: unknown
}

/** What the routes work with. */
export interface RouteSettings {
  readonly guardian: GuardianAgent
  readonly inbox: ApprovalInbox
  readonly policyHash: () => string
  /** Answers an A2A request for a bill of materials (`kind: AgBOMRequest`); `undefined` for what it does not know. */
  readonly agbomRequest?: ((request: unknown) => unknown) | undefined
}

const PROBLEM_STATUS: Readonly<Record<AnswerProblem, number>> = {
  unknown: 404,
  settled: 409,
  digest_differs: 409,
  own_question: 403,
}

const STATUSES: readonly string[] = ['pending', 'approved', 'refused', 'expired']

/**
 * Answers what is no JSON-RPC: `GET /health`, the approval inbox (`GET /approvals`, `GET /approvals/:id`,
 * `POST /approvals/:id/approve` and `/refuse`), `POST /kill` and `/revive`, `POST /agbom`; `undefined` for any other path.
 */
export function answerRoute(
  call: HttpCall,
  settings: RouteSettings,
): HttpAnswer | Promise<HttpAnswer> | undefined {
  const [first, id, verb, ...rest] = call.path.split('/').filter((part) => part !== '')
  if (rest.length > 0) return undefined
  if (first === 'health' && id === undefined) return health(call, settings)
  if (first === 'approvals') return approvals(call, settings.inbox, { id, verb })
  if (first === 'agbom' && id === undefined && settings.agbomRequest !== undefined)
    return requestAgbom(call, settings.agbomRequest)
  if ((first === 'kill' || first === 'revive') && id === undefined) return stop(call, settings, first)
  return undefined
}

function health({ method }: HttpCall, { policyHash }: RouteSettings): HttpAnswer {
  if (method !== 'GET') return notAllowed()
  return { status: 200, body: { status: 'ok', version: VERSION, policies: policyHash() } }
}

function approvals(
  call: HttpCall,
  inbox: ApprovalInbox,
  { id, verb }: { readonly id: string | undefined; readonly verb: string | undefined },
): HttpAnswer {
  const refusal = refuse(call, 'approver')
  if (refusal !== undefined) return refusal
  if (id === undefined) return call.method === 'GET' ? list(call, inbox) : notAllowed()
  if (verb === undefined) return call.method === 'GET' ? found(inbox.get(id)) : notAllowed()
  if (verb !== 'approve' && verb !== 'refuse') return { status: 404, body: { error: 'not found' } }
  return call.method === 'POST' ? settle(call, inbox, { id, approved: verb === 'approve' }) : notAllowed()
}

function list({ query }: HttpCall, inbox: ApprovalInbox): HttpAnswer {
  const status = query.get('status')
  if (status === null) return { status: 200, body: { approvals: inbox.list() } }
  if (!STATUSES.includes(status)) return bad(`status is one of ${STATUSES.join(', ')}`)
  return { status: 200, body: { approvals: inbox.list(status as ApprovalRecord['status']) } }
}

function settle(
  { body, caller }: HttpCall,
  inbox: ApprovalInbox,
  { id, approved }: { readonly id: string; readonly approved: boolean },
): HttpAnswer {
  const given = json(body)
  const valueDigest = member(given, 'valueDigest')
  const comment = member(given, 'comment')
  if (typeof valueDigest !== 'string')
    return bad('valueDigest must be the digest of what was shown, so that nothing else is approved')
  if (comment !== undefined && typeof comment !== 'string') return bad('comment must be a text')
  const settled = inbox.answer(id, { approved, by: caller?.name ?? '', valueDigest, comment })
  if (typeof settled !== 'string') return { status: 200, body: settled }
  return { status: PROBLEM_STATUS[settled], body: { error: settled } }
}

// a request and its answer as the landing page of AOS has them between agents, without JSON-RPC around them
async function requestAgbom(
  call: HttpCall,
  answer: NonNullable<RouteSettings['agbomRequest']>,
): Promise<HttpAnswer> {
  if (call.method !== 'POST') return notAllowed()
  const refusal = refuse(call, 'agent')
  if (refusal !== undefined) return refusal
  const request = json(call.body)
  if (member(request, 'kind') !== 'AgBOMRequest') return bad('send an AgBOMRequest as JSON')
  const body = await answer(request)
  return body === undefined
    ? { status: 404, body: { error: 'the agent is not known here' } }
    : { status: 200, body }
}

function stop(call: HttpCall, { guardian }: RouteSettings, verb: 'kill' | 'revive'): HttpAnswer {
  if (call.method !== 'POST') return notAllowed()
  const refusal = refuse(call, 'admin')
  if (refusal !== undefined) return refusal
  const given = json(call.body)
  const scope = scopeOf(given)
  if (scope === undefined) return bad('send { reason, agent, session, user } as JSON, each a text')
  if (verb === 'revive') return { status: 200, body: { revived: guardian.revive(scope) } }
  const reason = member(given, 'reason')
  if (typeof reason !== 'string' || reason === '') return bad('reason must be a text')
  guardian.kill(reason, scope)
  return { status: 200, body: { killed: true } }
}

// what cannot be read is no scope: {} would be everything
function scopeOf(given: unknown): KillScope | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined
  const { reason: _, ...scope } = given as Record<string, unknown>
  const isScope = Object.entries(scope).every(
    ([key, id]) => ['agent', 'session', 'user'].includes(key) && typeof id === 'string' && id !== '',
  )
  return isScope ? scope : undefined
}

function refuse({ caller }: HttpCall, role: Role): HttpAnswer | undefined {
  if (caller === undefined) return { status: 401, body: { error: 'not authenticated' } }
  if (caller.roles.includes(role)) return undefined
  return { status: 403, body: { error: `it takes the role ${role}` } }
}

function found(record: ApprovalRecord | undefined): HttpAnswer {
  return record === undefined ? { status: 404, body: { error: 'unknown' } } : { status: 200, body: record }
}

function json(body: Uint8Array): unknown {
  const parsed = parseGuardedJson(body)
  return parsed.ok ? parsed.value : undefined
}

function bad(error: string): HttpAnswer {
  return { status: 400, body: { error } }
}

function notAllowed(): HttpAnswer {
  return { status: 405, body: { error: 'method not allowed' } }
}

function member(source: unknown, key: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, key) : undefined
}
