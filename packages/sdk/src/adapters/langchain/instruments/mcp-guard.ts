import type { AosDeniedError } from '../../../errors.ts'
import { inOpenRun } from '../../../run/boundary.ts'
import type { Operation } from '../../../run/operation.ts'
import type { Run } from '../../../run/run.ts'
import { heardIf, judgedIn } from '../../../objects/judged.ts'
import {
  bodyOf,
  bodyProblem,
  errorFor,
  isRequest,
  isResponse,
  requestOf,
  withBody,
  type Frame,
} from './mcp-frames.ts'
import type { Reach } from '../../../objects/reach.ts'

/** The far and the near end of a connection. */
export interface Ends {
  /** Sends to the server, past the guard. */
  readonly send: (frame: Frame) => unknown
  /** Hands over to the client, past the guard. */
  readonly deliver: (frame: Frame) => void
  readonly failed: (error: unknown) => void
}

interface Pending {
  readonly run: Run | undefined
  /** What was received for this request before, so that progress stays ahead of the answer. */
  last: Promise<void>
}

/** Judges the messages of one MCP connection in both directions; an answer in the run of its request. */
export class FrameGuard {
  readonly #reach: Reach
  readonly #server: () => string | undefined
  readonly #pending = new Map<string | number, Pending>()
  #notified: Promise<void> = Promise.resolve()

  constructor(reach: Reach, server: () => string | undefined) {
    this.#reach = reach
    this.#server = server
  }

  /** Sends what was decided of a message; a denied request is answered with an error and never sent. */
  outbound(frame: Frame, ends: Ends): Promise<unknown> {
    const ended = { byHandler: false }
    const sending = this.#reach.within(async (run) => {
      if (isRequest(frame)) this.#pending.set(frame.id, { run, last: Promise.resolve() })
      if (frame.method === 'notifications/cancelled') this.#pending.delete(requestOf(frame) ?? '')
      if (run === undefined || run.quiet) return ends.send(frame)
      try {
        return await judgedIn(run, {
          operation: () => this.#operation(frame, 'outbound'),
          effect: (body) => ends.send(withBody(frame, body)),
          give: (sent) => sent,
          denied: (denial) => this.#refuse(frame, denial, ends),
        })
      } catch (error) {
        ended.byHandler = run.fatal !== undefined
        if (isRequest(frame)) this.#pending.delete(frame.id)
        throw error
      }
    })
    return heardIf(ended, sending)
  }

  #refuse(frame: Frame, { message }: AosDeniedError, { send, deliver }: Ends): unknown {
    if (isRequest(frame)) {
      this.#pending.delete(frame.id)
      deliver(errorFor(frame.id, message))
    }
    // whoever asked gets an answer all the same
    return isResponse(frame) ? send(errorFor(frame.id, message)) : undefined
  }

  /** Hands over what was decided of a message; nothing is thrown. */
  inbound(frame: Frame, ends: Ends): void {
    const about = isResponse(frame) ? frame.id : requestOf(frame)
    const pending = about === undefined ? undefined : this.#pending.get(about)
    if (isResponse(frame)) this.#pending.delete(frame.id)
    const received = (): Promise<void> => this.#receive(frame, ends, pending)
    if (pending !== undefined) pending.last = pending.last.then(received)
    else if (isRequest(frame)) void received()
    else this.#notified = this.#notified.then(received)
  }

  async #receive(frame: Frame, ends: Ends, pending: Pending | undefined): Promise<void> {
    const judge = (run: Run | undefined): Promise<void> => this.#judgeReceived(frame, ends, run)
    try {
      if (pending === undefined) await this.#reach.within(judge)
      else await (pending.run === undefined ? judge(undefined) : inOpenRun(pending.run, judge))
    } catch (error) {
      await this.#unprocessed(frame, ends, error)
    }
  }

  async #judgeReceived(frame: Frame, ends: Ends, run: Run | undefined): Promise<void> {
    if (run === undefined || run.quiet) return ends.deliver(frame)
    return judgedIn<void>(run, {
      operation: () => this.#operation(frame, 'inbound'),
      effect: (body) => ends.deliver(withBody(frame, body)),
      give: () => undefined,
      denied: ({ message }) => answered(frame, message, ends),
    })
  }

  // the run keeps what has ended it; who waits for this message must not wait for ever
  async #unprocessed(frame: Frame, ends: Ends, error: unknown): Promise<void> {
    try {
      answered(frame, 'the run has ended', ends)
      ends.failed(error)
    } catch (failure) {
      ends.failed(failure)
    }
  }

  #operation(frame: Frame, direction: 'inbound' | 'outbound'): Operation {
    const { method } = frame
    const server = this.#server()
    return {
      kind: 'mcp',
      name: method ?? direction,
      value: frame[bodyOf(frame)] ?? {},
      facts: { protocol: { name: 'mcp', direction, method }, mcpServer: server },
      validate: bodyProblem(frame),
      ...(server === undefined ? {} : { component: { id: `mcp:${server}`, type: 'mcp', name: server } }),
    }
  }
}

/** Answers for a received message that is not processed: the client's request, or the server's, with an error. */
function answered(frame: Frame, message: string, { send, deliver, failed }: Ends): void {
  if (isResponse(frame)) deliver(errorFor(frame.id, message))
  else if (isRequest(frame)) Promise.resolve(send(errorFor(frame.id, message))).catch(failed)
}
