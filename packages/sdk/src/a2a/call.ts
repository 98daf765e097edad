import { AosDeniedError, isAosError, isDenied } from '../errors.ts'
import type { Component } from '../events/event.ts'
import type { ProtocolMessage, ProtocolPeer } from '../hooks/hook-context.ts'
import { outgoingLinks } from '../propagation/index.ts'
import { heardIf } from '../objects/judged.ts'
import type { Reach } from '../objects/reach.ts'
import type { Refusal } from '../run/admission.ts'
import { exchange, type Answer } from '../run/exchange.ts'
import type { Operation } from '../run/operation.ts'
import type { Run } from '../run/run.ts'
import type { Step } from '../run/step.ts'
import { isDeepStrictEqual } from '../values/deep-equal.ts'
import { judgeable, judgeableAnswer } from './judgeable.ts'
import { member, pushUrlsIn, type A2AMethod } from './methods.ts'
import type { A2ASettings } from './options.ts'
import { errorAnswerOf, errorProblem, isCut, rewrittenError } from './protocol-error.ts'
import type { Problems } from './wire-codec.ts'

/** What a request is sent on with. */
export interface Onward {
  /** What continues trace and lineage at the other side. */
  readonly links: Readonly<Record<string, string>>
  /** Aborted when nobody wants the answer any more. */
  readonly signal: AbortSignal | undefined
}

/** One request on its way through an instrumented object, and what to do with it. */
export interface Call {
  readonly reach: Pick<Reach, 'within'>
  readonly settings: A2ASettings
  readonly method: A2AMethod
  readonly direction: 'outbound' | 'inbound'
  /** As the SDK has them. */
  readonly params: unknown
  readonly id?: string | number | undefined
  readonly peer: ProtocolPeer | undefined
  readonly component?: Component | undefined
  /** The SDK's own call. */
  readonly forward: (params: unknown, onward: Onward) => unknown
  /** Called with the run once the request may go on. */
  readonly admitted?: (run: Run) => void
  /** What whoever waits is told where it was denied. */
  readonly denied: (denied: AosDeniedError) => Error | Promise<Error>
  /** What whoever waits is told where a handler has ended the run. */
  readonly ended: (error: unknown) => unknown
}

/** Without a run there is nothing to continue. */
export const NOWHERE: Onward = { links: {}, signal: undefined }

/** Whether anything judges, limits or records a request and its answer. */
export function judges(run: Run | undefined): run is Run {
  return run !== undefined && !run.quiet && (!run.unwatched || run.hears('a2a'))
}

/** One request and its one answer. */
export async function judgedCall(call: Call): Promise<unknown> {
  const outcome = await settled(call, async (run) => {
    if (!judges(run)) return unrecorded(call) ?? { value: await call.forward(call.params, NOWHERE) }
    return { value: await exchanged(run, call) }
  })
  if (isDenied(outcome)) throw await call.denied(outcome)
  return outcome.value
}

/** Does work in the run that judges a request. A denial is an answer, and no failure of that run. */
export async function settled<T>(
  call: Pick<Call, 'reach' | 'ended'>,
  work: (run: Run | undefined) => Promise<T>,
): Promise<T | AosDeniedError> {
  const ended = { byHandler: false }
  const outcome = call.reach.within(async (run) => {
    try {
      return await work(run)
    } catch (error) {
      ended.byHandler = run?.fatal !== undefined
      if (!ended.byHandler && isDenied(error)) return error
      throw error
    }
  })
  const told = outcome.catch((error: unknown) => {
    // an error of this SDK is no answer of the agent, and may name what is nobody else's business
    throw ended.byHandler || isAosError(error) ? call.ended(error) : error
  })
  return heardIf(ended, told)
}

async function exchanged(run: Run, call: Call): Promise<unknown> {
  const { method, forward } = call
  const judging = new Judging(call, run)
  let result: unknown
  let wire: unknown
  const answer = await exchange(run, judging.operation, async (value, step): Promise<Answer> => {
    call.admitted?.(run)
    try {
      result = await forward(judging.decided(value), onward(call, run, { step }))
    } catch (error) {
      if (isOurs(call, run, error)) throw error
      return judging.failed(error)
    }
    return { value: (wire = judgeableAnswer(run, step, method.answer.toWire(result))) }
  })
  if (answer.isError === true) throw judging.decidedError(answer)
  return answer.value === wire ? result : method.answer.fromWire(answer.value, [])
}

/** What a request is sent on with in a run. */
export function onward(
  { settings }: Call,
  run: Run,
  { step, signal = run.signal }: { readonly step: Step; readonly signal?: AbortSignal },
): Onward {
  return { links: settings.propagate ? outgoingLinks(run, step) : NOWHERE.links, signal }
}

/** The operation of one request, and how what was decided of it is put back into the forms of the SDK. */
export class Judging {
  readonly operation: Operation
  readonly #call: Call
  readonly #wire: unknown
  #answersError = false

  constructor(call: Call, run: Run) {
    const { method, params, component } = call
    this.#call = call
    const wire = method.request.toWire(params)
    const judged = judgeable(run, wire)
    this.#wire = judged.ok ? judged.wire : wire
    this.operation = {
      kind: 'a2a',
      name: method.name,
      value: this.#wire,
      answered: true,
      component,
      facts: { protocol: protocolOf(call, this.#wire) },
      refusal: judged.ok ? refusalOf(call, this.#wire) : judged.refusal,
      validate: (value) => this.#requestProblem(value),
      validateResult: (value) => (this.#answersError ? errorProblem(value) : answerProblem(method, value)),
    }
  }

  /** The params to send on, of the value that was decided. */
  decided(value: unknown): unknown {
    const { method, params } = this.#call
    return value === this.#wire ? params : method.request.fromWire(value, [])
  }

  /** An error as the answer to judge. */
  failed(error: unknown): Answer {
    this.#answersError = true
    return { value: errorAnswerOf(error), isError: true, error }
  }

  /** The error to go on with, of the answer that was decided. */
  decidedError({ value, error }: Answer): unknown {
    const shown = errorAnswerOf(error)
    return !isCut(shown) && isDeepStrictEqual(value, shown) ? error : rewrittenError(error, value)
  }

  #requestProblem(value: unknown): string | undefined {
    const problems: Problems = []
    this.#call.method.request.fromWire(value, problems)
    return problems[0] ?? refusalOf(this.#call, value)?.reason
  }
}

function answerProblem(method: A2AMethod, value: unknown): string | undefined {
  const problems: Problems = []
  method.answer.fromWire(value, problems)
  return problems[0]
}

function protocolOf({ direction, method, id, peer }: Call, wire: unknown): ProtocolMessage {
  return {
    name: 'a2a',
    direction,
    leg: 'request',
    method: method.name,
    id,
    version: method.line,
    target: taskOf(wire),
    peer,
  }
}

function taskOf(wire: unknown): string | undefined {
  const task = member(member(wire, 'message'), 'taskId') ?? member(wire, 'taskId') ?? member(wire, 'id')
  return typeof task === 'string' && task !== '' ? task : undefined
}

/** Why admission refuses a request: it has notifications pushed to where they may not go. */
export function refusalOf(
  { method, settings }: Pick<Call, 'method' | 'settings'>,
  wire: unknown,
): Refusal | undefined {
  if (pushUrlsIn(method, wire).every(settings.allowsPush)) return undefined
  return {
    code: 'push_url_not_allowed',
    reason: 'push notifications may not be sent to this URL',
    by: 'aos.a2a',
  }
}

/** What admission says of a request where no run takes it up. */
export function unrecorded(call: Call): AosDeniedError | undefined {
  const refusal = refusalOf(call, call.method.request.toWire(call.params))
  if (refusal === undefined) return undefined
  const { reason, code } = refusal
  return new AosDeniedError({ hook: 'a2a', reason, reasonCodes: [code], decisionId: '', runId: '' })
}

/** Whether an error is not what the other side has said, or is told: the run has ended, it was denied, nobody waits. */
export function isOurs({ direction }: Call, run: Run, error: unknown): boolean {
  if (run.fatal !== undefined) return true
  // what was denied inside of the agent that serves is its own affair, and as an answer of it is judged
  return direction === 'outbound' && (isDenied(error) || member(error, 'name') === 'AbortError')
}
