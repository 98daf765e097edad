import { isDenied } from '../errors.ts'
import type { ProtocolMessage } from '../hooks/hook-context.ts'
import { consume, decideNow, endAnswered, judgeAnswer, type Ticket } from '../run/gate.ts'
import type { Operation } from '../run/operation.ts'
import type { Run } from '../run/run.ts'
import type { Step } from '../run/step.ts'
import { whenReady, type Awaitable } from '../values/awaitable.ts'
import { bodyKey, bodyOf, bodyProblem, errorFor, memberOf, UnjudgeableError, withBody } from './frames.ts'
import type { Frame, RequestFrame } from './frames.ts'
import { isJudged } from './frame-operation.ts'
import { attempt, Line } from './line.ts'

/** What an exchange does with the connection it is on. */
export interface ExchangeParts {
  readonly request: RequestFrame
  /** Hands the request on: to the other side, or to the application. */
  readonly forward: (frame: Frame) => unknown
  /** Answers whoever has asked. */
  readonly reply: (frame: Frame) => unknown
  readonly operation: (run: Run, body: unknown) => Operation
  /** Gives the request what goes with it and is not judged. */
  readonly linked: (frame: Frame, run: Run) => Frame
  /** Tells the step what is known only with the answer. */
  readonly learnt: (step: Step) => void
  /** Judges an answer on its own, where its request was not judged or its run is over. */
  readonly alone: (frame: Frame, run: Run, pass: (frame: Frame) => unknown) => Awaitable<unknown>
  readonly failed: (error: unknown) => void
  /** Nobody waits for an answer any more. */
  readonly over: () => void
}

/** One request and its answer on one connection: one step, however it ends. */
export class FrameExchange {
  /** What has to be through before the answer is. */
  readonly line: Line = new Line()
  /** Settles once the exchange is over; rejects with what has ended it early. */
  readonly over: Promise<void>
  readonly #parts: ExchangeParts
  #run: Run | undefined
  #ticket: Ticket | undefined
  #forwarded = false
  #closed = false
  #cancelled = false
  #end: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined
  #answer: Frame | undefined

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.over = new Promise((resolve, reject) => {
      this.#end = { resolve, reject }
    })
  }

  get request(): RequestFrame {
    return this.#parts.request
  }

  /** The run it is judged in. */
  get run(): Run | undefined {
    return this.#run
  }

  /** Takes up what is known of the request only now that it is answered. */
  learnt(protocol: ProtocolMessage): void {
    this.#ticket?.step.setProtocol(protocol)
  }

  /** Whether the request is on its way, so that there can be an answer to it. */
  get forwarded(): boolean {
    return this.#forwarded
  }

  /** Whether there is an answer to it, which may still be judged. */
  get answered(): boolean {
    return this.#answer !== undefined
  }

  /** Judges the request and hands it on; gives what that gave. */
  begin(run: Run | undefined): Awaitable<unknown> {
    this.#run = run
    if (!isJudged(run)) return this.#handOn(this.request, undefined)
    const decide = (): Awaitable<unknown> => {
      const operation = {
        ...this.#parts.operation(run, bodyOf(this.request, run)),
        answered: true,
        validateResult: (body: unknown) => bodyProblem(bodyKey(this.#answer ?? {}))(body),
      }
      return whenReady(decideNow(run, operation), (ticket) => this.#go(run, ticket))
    }
    return attempt(decide, (error) => this.#stopped(run, error))
  }

  #go(run: Run, ticket: Ticket): Awaitable<unknown> {
    if (this.#closed) {
      ticket.step.end('not_executed')
      return undefined
    }
    consume(ticket)
    this.#ticket = ticket
    const { step } = ticket
    const frame = withBody(this.request, ticket.value)
    return run.enter(() => this.#handOn(this.#parts.linked(frame, run), step), step)
  }

  #handOn(frame: Frame, step: Step | undefined): Awaitable<unknown> {
    this.#forwarded = true
    return attempt(
      () => this.#parts.forward(frame) as Awaitable<unknown>,
      (error) => {
        if (!this.#closed) step?.fail(error)
        this.#close(error)
        throw error
      },
    )
  }

  #stopped(run: Run, error: unknown): unknown {
    if (this.#closed) throw error
    const { id } = this.request
    if (error instanceof UnjudgeableError) this.#parts.failed(error)
    else if (!isDenied(error) || run.fatal !== undefined) {
      this.#close(error)
      throw error
    }
    this.#close()
    return this.#parts.reply(errorFor(id, error.message))
  }

  /** Judges the answer and passes on what became of it. */
  answer(frame: Frame, pass: (frame: Frame) => unknown): Awaitable<unknown> {
    this.#answer = frame
    return this.line.add(() => this.#settle(frame, pass))
  }

  #settle(frame: Frame, pass: (frame: Frame) => unknown): Awaitable<unknown> {
    const run = this.#run
    const ticket = this.#ticket
    if (this.#cancelled) return undefined
    if (run === undefined || (ticket === undefined && !isJudged(run))) {
      this.#close()
      return pass(frame) as Awaitable<unknown>
    }
    if (ticket === undefined || run.state === 'closed') {
      const alone = this.#parts.alone(frame, run, pass)
      this.#close()
      return alone
    }
    const judged = attempt(
      () => this.#judged(frame, ticket),
      (error) => this.#withheld(ticket, error),
    )
    return whenReady(judged, (given) => (this.#cancelled ? undefined : (pass(given) as Awaitable<unknown>)))
  }

  #judged(frame: Frame, ticket: Ticket): Awaitable<Frame> {
    const { run, step } = ticket
    run.throwIfFatal()
    const body = bodyOf(frame, run)
    const failure = failureOf(frame)
    const judge = (): Awaitable<unknown> => judgeAnswer(ticket, body, failure !== undefined)
    return whenReady(run.enter(judge, step), (value) => {
      run.throwIfFatal()
      this.#parts.learnt(step)
      if (!this.#cancelled) endAnswered(ticket, value, failure)
      this.#close()
      return withBody(frame, value)
    })
  }

  #withheld({ run, step }: Ticket, error: unknown): Frame {
    const { id } = this.request
    if (isDenied(error) && run.fatal === undefined) {
      this.#close()
      return errorFor(id, error.message)
    }
    step.fail(error)
    this.#parts.failed(error)
    if (error instanceof UnjudgeableError) {
      this.#close()
      return errorFor(id, error.message)
    }
    this.#close(error)
    return errorFor(id, RUN_ENDED)
  }

  /** Ends it without an answer: who has asked does not wait any more. */
  cancel(): void {
    if (this.#closed) return
    this.#cancelled = true
    this.#ticket?.step.end('cancelled')
    this.#close(new CancelledError())
  }

  /** Ends it because its run has ended; who has asked is told. */
  abandon(error: unknown): void {
    if (this.#closed) return
    this.cancel()
    this.#parts.failed(error)
    this.#parts.reply(errorFor(this.request.id, RUN_ENDED))
  }

  #close(error?: unknown): void {
    if (this.#closed) return
    this.#closed = true
    this.#parts.over()
    if (error === undefined) this.#end?.resolve()
    else this.#end?.reject(error)
  }
}

/** What whoever waits is told where a run has ended and nothing can be judged any more. */
export const RUN_ENDED = 'the run has ended'

class CancelledError extends Error {
  constructor() {
    super('the request was cancelled, or its connection closed')
    this.name = 'AbortError'
  }
}

class FailedAnswer extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

// the conventions for MCP call the failure of a tool a tool_error
function failureOf({ error, result }: Frame): { readonly error: Error } | undefined {
  if (error !== undefined) {
    const message = memberOf(error, 'message')
    return { error: new FailedAnswer('McpError', typeof message === 'string' ? message : 'an error') }
  }
  return memberOf(result, 'isError') === true
    ? { error: new FailedAnswer('tool_error', 'the tool reports an error') }
    : undefined
}
