import { randomUUID } from 'node:crypto'
import type { PolicyResponse } from '../policy-response.ts'
import type { Codec, JsonRpcRequest, WireStep } from '../wire/codec.ts'
import { encodePing } from '../wire/ping.ts'
import { CallQueue } from './call-queue.ts'
import { CallScope, type Ending } from './call-scope.ts'
import { CircuitBreaker, type BreakerState } from './circuit-breaker.ts'
import { checkedSettings, type ClientSettings, type GuardianClientOptions } from './client-options.ts'
import { targetOf, type Target } from './endpoint.ts'
import { Dialects, type Outcome } from './dialects.ts'
import { denial, failedOpen, failureOf, isUnanswered, openRule, type Failure } from './failure.ts'
import { createFieldMask, type MaskedStep } from './field-mask.ts'
import { readPing, type GuardianPing } from './ping.ts'
import type { RpcAnswer } from './rpc-answer.ts'
import { RpcCaller } from './rpc-caller.ts'
import { createTransport, type Transport } from './transport.ts'

export type { GuardianClientOptions }

/** How one decision is asked for. */
export interface DecideOptions {
  readonly signal?: AbortSignal | undefined
  /** In place of the client's own. */
  readonly timeoutMs?: number | undefined
}

/** What a client has done so far. */
export interface ClientStats {
  /** Messages sent, retries and pings included. */
  readonly requests: number
  readonly retries: number
  /** Answers that came too late, and so were not applied. */
  readonly late: number
  /** Decisions that are the guardian's own. */
  readonly decisions: number
  /** Decisions that are not, by their code; those that failed open are among them. */
  readonly failures: Readonly<Record<string, number>>
  readonly failedOpen: number
  readonly breaker: BreakerState
  readonly breakerOpened: number
  readonly inFlight: number
  readonly queued: number
}

/** Asks a remote guardian. */
export interface GuardianClient {
  /** Gives the guardian's decision; whatever fails is a deny with a code. Never rejects. */
  decide(step: WireStep, options?: DecideOptions): Promise<PolicyResponse>
  /** Asks whether the guardian is there. Never rejects. */
  ping(options?: DecideOptions): Promise<GuardianPing>
  /** Calls another of the guardian's methods. Never rejects. */
  request(method: string, params: object, options?: DecideOptions): Promise<RpcAnswer>
  stats(): ClientStats
  /** Takes no more steps, lets those under way end by their deadlines, and closes all connections. */
  close(): Promise<void>
}

/** Makes a client of the guardian at an endpoint; throws `invalid_endpoint` and `invalid_options`. */
export function createGuardianClient(options: GuardianClientOptions): GuardianClient {
  return new RemoteGuardian(options)
}

const CIRCUIT_OPEN: Failure = failureOf('guardian_circuit_open', 'it has not answered for a while')
const CLOSED: Failure = failureOf('guardian_closed', 'the client is closed')

const QUEUE_FULL: Failure = failureOf('guardian_queue_full', 'too many steps wait for it')
const REQUEST_FAILED: Failure = failureOf('guardian_request_failed', 'the request could not be made')

interface Judgement {
  readonly step: WireStep
  readonly scope: CallScope
  /** What is still missing, and so is why when the time is over. */
  waitsFor: 'probe' | 'turn' | 'token' | 'answer'
}

class RemoteGuardian implements GuardianClient {
  readonly #settings: ClientSettings
  readonly #mask: (step: WireStep) => MaskedStep
  readonly #breaker: CircuitBreaker
  readonly #queue: CallQueue
  readonly #dialects: Dialects
  readonly #transport: Transport
  readonly #caller: RpcCaller
  readonly #target: Target
  readonly #landingTarget: Target
  readonly #newId: () => string
  readonly #failures = new Map<string, number>()
  readonly #underWay = new Set<Promise<unknown>>()
  #decisions = 0
  #failedOpen = 0
  #late = 0
  #closing: Promise<void> | undefined

  constructor(options: GuardianClientOptions) {
    const settings = checkedSettings(options)
    const { endpoint, clock, maxInFlight } = settings
    this.#settings = settings
    this.#mask = createFieldMask({ mask: options.fieldMask, digestKey: options.digestKey })
    this.#breaker = new CircuitBreaker(options.breaker ?? {}, clock)
    this.#queue = new CallQueue(maxInFlight, settings.maxQueue)
    this.#dialects = new Dialects(settings.codecs)
    this.#transport = createTransport({
      endpoint,
      tls: options.tls,
      resolve: options.resolve,
      maxIdle: maxInFlight,
    })
    this.#caller = new RpcCaller({
      transport: this.#transport,
      clock,
      bearer: options.bearer,
      signer: options.signature,
      maxRequestBytes: settings.maxRequestBytes,
      maxResponseBytes: settings.maxResponseBytes,
      maxLate: maxInFlight,
    })
    this.#target = targetOf(endpoint, false)
    this.#landingTarget = targetOf(endpoint, true)
    this.#newId = options.newId ?? randomUUID
  }

  decide(step: WireStep, options: DecideOptions = {}): Promise<PolicyResponse> {
    if (this.#closing !== undefined) return Promise.resolve(this.#fail(step, CLOSED))
    const admission = this.#breaker.admit()
    if (admission === 'refuse') return Promise.resolve(this.#fail(step, CIRCUIT_OPEN))
    const probe = admission === 'probe' ? this.#track(this.#probe()) : undefined
    return this.#track(this.#decide(step, options, probe))
  }

  ping(options: DecideOptions = {}): Promise<GuardianPing> {
    if (this.#closing !== undefined) return Promise.resolve({ ok: false, ...CLOSED })
    return this.#track(this.#ping(options))
  }

  request(method: string, params: object, options: DecideOptions = {}): Promise<RpcAnswer> {
    if (this.#closing !== undefined) return Promise.resolve({ ok: false, failure: CLOSED })
    return this.#track(this.#request({ jsonrpc: '2.0', id: this.#newId(), method, params }, options))
  }

  stats(): ClientStats {
    return {
      requests: this.#caller.requests,
      retries: this.#caller.retries,
      late: this.#caller.late + this.#late,
      decisions: this.#decisions,
      failures: Object.fromEntries(this.#failures),
      failedOpen: this.#failedOpen,
      breaker: this.#breaker.state,
      breakerOpened: this.#breaker.opened,
      inFlight: this.#queue.inFlight,
      queued: this.#queue.waiting,
    }
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.#transport.destroy())
    return this.#closing
  }

  #decide(step: WireStep, options: DecideOptions, probe?: Promise<boolean>): Promise<PolicyResponse> {
    return new Promise((resolve) => {
      const scope = this.#scope(options)
      const judgement: Judgement = { step, scope, waitsFor: probe === undefined ? 'turn' : 'probe' }
      scope.onEnd((ending) => resolve(this.#finish(step, endFailure(ending, judgement.waitsFor))))
      if (scope.ending !== undefined) return
      void this.#judge(judgement, probe).then((outcome) => {
        if (scope.settle()) resolve(this.#finish(step, outcome))
        else if (outcome.ok) this.#late++
      })
    })
  }

  async #judge(judgement: Judgement, probe: Promise<boolean> | undefined): Promise<Outcome> {
    try {
      if (probe !== undefined && !(await probe)) return { ok: false, failure: CIRCUIT_OPEN }
      judgement.waitsFor = 'turn'
      const turn = this.#queue.enter(judgement.scope)
      if (turn === 'full') return { ok: false, failure: QUEUE_FULL }
      return turn === 'entered' || (await turn) ? await this.#ask(judgement) : endFailure('timeout', 'turn')
    } catch {
      return { ok: false, failure: REQUEST_FAILED }
    }
  }

  async #ask(judgement: Judgement): Promise<Outcome> {
    const { step, scope } = judgement
    // the place is free for others as soon as nobody waits for this answer any more
    let leave: (() => void) | undefined = () => this.#queue.leave()
    const leaveOnce = (): void => {
      leave?.()
      leave = undefined
    }
    scope.onEnd(leaveOnce)
    judgement.waitsFor = 'token'
    const onSend = (): void => {
      judgement.waitsFor = 'answer'
    }
    try {
      return await this.#dialects.ask(this.#mask(step), (codec, message) => {
        const target = this.#targetOf(codec)
        return this.#caller.call({
          target,
          message,
          id: step.id,
          idless: codec.name === 'landing',
          scope,
          onSend,
        })
      })
    } finally {
      leaveOnce()
    }
  }

  #finish(step: WireStep, outcome: Outcome): PolicyResponse {
    if (outcome.ok || isUnanswered(outcome.failure.code)) this.#breaker.record(outcome.ok)
    if (!outcome.ok) return this.#fail(step, outcome.failure)
    this.#decisions++
    return outcome.decision
  }

  #fail(step: WireStep, failure: Failure): PolicyResponse {
    this.#failures.set(failure.code, (this.#failures.get(failure.code) ?? 0) + 1)
    const { failOpen, unknownMethod } = this.#settings
    const reason =
      failure.code === 'guardian_method_not_found' ? unknownMethod : openRule(failOpen, failure, step)?.reason
    if (reason === undefined) return denial(failure)
    this.#failedOpen++
    return failedOpen(failure, reason)
  }

  async #probe(): Promise<boolean> {
    let alive = false
    try {
      const ping = await this.#ping({})
      // an answer that is no good is one, too: what it is worth is said when it decides
      alive = ping.ok || !isUnanswered(ping.code)
    } finally {
      this.#breaker.probed(alive)
    }
    return alive
  }

  async #ping(options: DecideOptions): Promise<GuardianPing> {
    const { clock, timeoutMs } = this.#settings
    const start = clock.now()
    const id = this.#newId()
    const timeout = Math.ceil(options.timeoutMs ?? timeoutMs)
    const message = encodePing({ id, timestamp: clock.date(), timeout }, this.#dialects.current.name)
    const answer = await this.#request({ ...message, id }, options)
    return readPing(answer, clock.now() - start)
  }

  #request(message: JsonRpcRequest & { readonly id: string }, options: DecideOptions): Promise<RpcAnswer> {
    const { id } = message
    const target = this.#targetOf(this.#dialects.current)
    const scope = this.#scope(options)
    return new Promise((resolve) => {
      scope.onEnd((ending) => resolve(endFailure(ending, 'answer')))
      if (scope.ending !== undefined) return
      void this.#caller.call({ target, message, id, scope }).then(
        (answer) => {
          if (scope.settle()) resolve(answer)
        },
        () => {
          scope.settle()
          resolve({ ok: false, failure: REQUEST_FAILED })
        },
      )
    })
  }

  #scope({ signal, timeoutMs = NaN }: DecideOptions): CallScope {
    const { clock, timeoutMs: usual } = this.#settings
    return new CallScope({ clock, timeoutMs: timeoutMs > 0 ? timeoutMs : usual, signal })
  }

  #targetOf(codec: Codec): Target {
    return codec.name === 'landing' ? this.#landingTarget : this.#target
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    const forget = (): void => void this.#underWay.delete(work)
    void work.then(forget, forget)
    return work
  }
}

function endFailure(ending: Ending, waitsFor: Judgement['waitsFor']): Outcome & { readonly ok: false } {
  if (ending === 'aborted')
    return { ok: false, failure: failureOf('guardian_aborted', 'the caller has given up') }
  return { ok: false, failure: MISSING[waitsFor] }
}

const MISSING: Readonly<Record<Judgement['waitsFor'], Failure>> = {
  probe: CIRCUIT_OPEN,
  turn: failureOf('guardian_queue_full', 'the turn of this step did not come in time'),
  token: failureOf('guardian_credentials_failed', 'what proves who asks was not there in time'),
  answer: failureOf('guardian_timeout', 'it did not answer in time'),
}
