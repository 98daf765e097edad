import { AOSInstrument, isAosError, VERSION, type InstrumentConfig } from '@aos/sdk'
import type { GuardianAgent } from '../guardian-agent.ts'
import { PolicyResponse } from '../policy-response.ts'
import { BoundedMap } from '../policy/bounded-map.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { codecOf } from '../wire/codecs.ts'
import { decodeRequest } from '../wire/decode-request.ts'
import { decodePing, encodePingResponse } from '../wire/ping.ts'
import type { JsonRpcResponse, WireStep } from '../wire/codec.ts'
import { AnsweredCalls } from './answered-calls.ts'
import type { ApprovalInbox, ApprovalQuestion } from './approval-inbox.ts'
import { RPC_ERRORS, RPC_FORBIDDEN, rpcError, type RpcCall } from './json-rpc.ts'
import type { Principal } from './principal.ts'
import type { ServerPolicies } from './server-policies.ts'
import { stepContext } from './step-context.ts'
import { createUpstream, type UpstreamOptions } from './upstream.ts'
import type { Waiting } from './waiting.ts'

/** What the methods work with. */
export interface RpcSettings {
  readonly guardian: GuardianAgent
  readonly policies: ServerPolicies
  readonly inbox: ApprovalInbox
  readonly upstream: UpstreamOptions
  /** Refuses requests without an id, and every variant of the wire but the one we emit. */
  readonly strict: boolean
  readonly clock: () => number
  /** Keeps each decision before it is given out; rejecting makes it a deny `audit_unavailable`. */
  readonly onDecision?: ((decided: Decided) => void | PromiseLike<void>) | undefined
  /** Takes what `aos/trace/emit` brings. */
  readonly onTrace?: ((params: unknown, caller: Principal) => void) | undefined
  /** Gives the bill of materials that `aos/agbom/generate` asks for, `undefined` for an agent it does not know. */
  readonly agbom?: ((params: AgbomRequest) => unknown) | undefined
}

/** One decision a server has made. */
export interface Decided {
  readonly step: WireStep
  readonly response: PolicyResponse
  readonly caller: Principal
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Params of `aos/agbom/generate`. */
export interface AgbomRequest {
  readonly format: string
  readonly agentId: string
}

type Method = (call: RpcCall, caller: Principal) => unknown

/** Ends a method with a JSON-RPC error. */
class MethodError extends Error {
  readonly error: { readonly code: number; readonly message: string }

  constructor(error: { readonly code: number; readonly message: string }, detail: string) {
    super(detail)
    this.error = error
  }
}

const MAX_AGENTS = 1000
const MAX_WAIT_MS = 25_000

/** Answers JSON-RPC calls: the steps and protocols of AOS, `ping`, and the methods of its landing page. */
export class RpcMethods {
  readonly #settings: RpcSettings
  readonly #answered: AnsweredCalls
  readonly #agents = new BoundedMap<InstrumentConfig>(MAX_AGENTS)
  readonly #methods: ReadonlyMap<string, Method>

  constructor(settings: RpcSettings) {
    this.#settings = settings
    this.#answered = new AnsweredCalls(settings.clock)
    this.#methods = new Map<string, Method>([
      ['ping', (call) => this.#ping(call)],
      ['aos/registerHook', (call, caller) => this.#registerHook(call, caller)],
      ['agent/create', (call, caller) => this.#createAgent(call, caller)],
      ['aos/trace/emit', (call, caller) => this.#emitTrace(call, caller)],
      ['aos/agbom/generate', (call, caller) => this.#generateAgbom(call, caller)],
      ['aos/approval/request', (call, caller) => this.#requestApproval(call, caller)],
      ['aos/approval/wait', (call, caller) => this.#waitForApproval(call, caller)],
    ])
  }

  /** Answers one call; gives nothing where JSON-RPC wants no answer. Never rejects. */
  async answer(call: RpcCall, caller: Principal, waiting: Waiting): Promise<JsonRpcResponse | undefined> {
    const answer = await this.#answerOf(call, caller, waiting)
    if (call.id !== undefined) return answer
    // the landing page prints its requests without ids, and answers to them
    return !this.#settings.strict && LANDING.has(call.method) ? answer : undefined
  }

  async #answerOf(call: RpcCall, caller: Principal, waiting: Waiting): Promise<JsonRpcResponse> {
    const id = call.id ?? null
    try {
      const method = this.#methods.get(call.method)
      if (method !== undefined) return { jsonrpc: '2.0', id, result: await method(call, caller) }
      if (call.id === undefined) return await this.#judge(call, caller, waiting)
      const { body, at } = call
      const asked = { caller: caller.name, id: call.id, body, at, epoch: this.#settings.guardian.epoch }
      return await this.#answered.once(asked, async (forget) => {
        const answer = await this.#judge(call, caller, waiting)
        // whoever has gone may come back with it, and gave no time to decide
        if (waiting.gone) forget()
        return answer
      })
    } catch (error) {
      if (error instanceof MethodError) return rpcError(id, error.error, error.message)
      return rpcError(id, RPC_ERRORS.internal)
    }
  }

  async #judge(call: RpcCall, caller: Principal, waiting: Waiting): Promise<JsonRpcResponse> {
    const id = call.id ?? null
    permit(caller, 'agent')
    const decoded = decodeRequest(call.message, { lenient: !this.#settings.strict })
    if (!decoded.ok) return { jsonrpc: '2.0', id, error: decoded.error }
    const { step, codec } = decoded
    if (caller.agents !== undefined && !caller.agents.includes(step.agent.id))
      return rpcError(id, RPC_FORBIDDEN, `${caller.name} does not speak for this agent`)
    const response = await this.#decide(stepContext(step, waiting.signal), step, caller)
    const answer = codecOf(codec).encodeResponse(step, response)
    return { ...answer, id }
  }

  async #decide(context: PolicyContext, step: WireStep, caller: Principal): Promise<PolicyResponse> {
    const { guardian, onDecision, clock } = this.#settings
    const response = await guardian.decide(context)
    try {
      if (onDecision !== undefined) await onDecision({ step, response, caller, at: clock() })
      return response
    } catch {
      return new PolicyResponse({
        decision: 'deny',
        message: 'the decision could not be kept',
        reasonCode: ['audit_unavailable'],
      })
    }
  }

  #ping({ message }: RpcCall): unknown {
    const { strict, clock } = this.#settings
    const decoded = decodePing(message, { lenient: !strict })
    if (!decoded.ok) throw new MethodError(decoded.error, 'a ping has an id and a timestamp')
    return encodePingResponse(decoded.ping, { status: 'connected', version: VERSION, timestamp: clock() })
      .result
  }

  #registerHook({ params }: RpcCall, caller: Principal): unknown {
    permit(caller, 'admin')
    const { policies, upstream } = this.#settings
    const hook = text(params, 'hook')
    const endpoint = text(params, 'guardianEndpoint')
    policies.add(
      inputOf(() => createUpstream({ hook, endpoint, policies: member(params, 'policies') }, upstream)),
    )
    return { registered: true, hook }
  }

  #createAgent({ params }: RpcCall, caller: Principal): unknown {
    permit(caller, 'admin')
    const config = inputOf(() => AOSInstrument.fromConfig(params))
    const name = config.options.agent?.name ?? ''
    this.#agents.delete(name)
    this.#agents.getOrMake(name, () => config)
    return { created: true, agent: { name }, hooks: config.hooks, enabled: config.enabled }
  }

  #emitTrace({ params }: RpcCall, caller: Principal): unknown {
    permit(caller, 'agent')
    const { onTrace } = this.#settings
    if (onTrace === undefined) throw new MethodError(RPC_ERRORS.methodNotFound, 'this server takes no traces')
    text(params, 'traceId')
    text(params, 'spanId')
    text(member(params, 'event'), 'type')
    onTrace(params, caller)
    return { accepted: true }
  }

  async #generateAgbom({ params }: RpcCall, caller: Principal): Promise<unknown> {
    permit(caller, 'agent')
    const { agbom } = this.#settings
    if (agbom === undefined)
      throw new MethodError(RPC_ERRORS.methodNotFound, 'this server makes no bill of materials')
    const bom = await agbom({ format: text(params, 'format'), agentId: text(params, 'agent_id') })
    if (bom === undefined) throw new MethodError(RPC_ERRORS.invalidParams, 'agent_id is not known here')
    return bom
  }

  #requestApproval({ params }: RpcCall, caller: Principal): unknown {
    permit(caller, 'agent')
    const expiryMs = member(params, 'expiryMs')
    const record = this.#settings.inbox.ask(
      questionOf(params),
      caller.name,
      typeof expiryMs === 'number' && expiryMs > 0 ? expiryMs : undefined,
    )
    if (record === undefined) throw new MethodError(RPC_ERRORS.internal, 'the approval inbox is full')
    return record
  }

  async #waitForApproval({ params }: RpcCall, caller: Principal): Promise<unknown> {
    const id = text(params, 'id')
    const { inbox } = this.#settings
    if (inbox.get(id)?.askedBy !== caller.name)
      throw new MethodError(RPC_ERRORS.invalidParams, 'there is no such question of yours')
    const waitMs = member(params, 'waitMs')
    return inbox.settled(id, Math.min(typeof waitMs === 'number' ? waitMs : 0, MAX_WAIT_MS))
  }
}

const LANDING: ReadonlySet<string> = new Set([
  'agent/create',
  'aos/registerHook',
  'guardian/evaluate',
  'aos/trace/emit',
  'aos/agbom/generate',
])

function permit(caller: Principal, role: Principal['roles'][number]): void {
  if (!caller.roles.includes(role)) throw new MethodError(RPC_FORBIDDEN, `it takes the role ${role}`)
}

const QUESTION = ['hook', 'decisionId', 'runId', 'sessionId', 'reason', 'valueDigest'] as const
const OPTIONAL = ['agentId', 'toolName', 'executionId'] as const

function questionOf(params: unknown): ApprovalQuestion {
  const [hook, decisionId, runId, sessionId, reason, valueDigest] = QUESTION.map((key) =>
    text(params, key),
  ) as [string, string, string, string, string, string]
  const more = OPTIONAL.map((key): [string, unknown] => [key, member(params, key)]).filter(
    ([, value]) => typeof value === 'string',
  )
  const rest = Object.fromEntries(more) as Partial<ApprovalQuestion>
  return { hook, decisionId, runId, sessionId, reason, valueDigest, ...rest, value: member(params, 'value') }
}

function inputOf<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (isAosError(error)) throw new MethodError(RPC_ERRORS.invalidParams, error.message)
    throw error
  }
}

function text(source: unknown, key: string): string {
  const value = member(source, key)
  if (typeof value === 'string' && value !== '') return value
  throw new MethodError(RPC_ERRORS.invalidParams, `${key} must be a text`)
}

function member(source: unknown, key: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, key) : undefined
}
