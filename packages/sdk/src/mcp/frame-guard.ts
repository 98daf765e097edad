import type { Reach } from '../objects/reach.ts'
import { heardIf } from '../objects/judged.ts'
import type { Run } from '../run/run.ts'
import type { Awaitable } from '../values/awaitable.ts'
import { FrameExchange, RUN_ENDED, type ExchangeParts } from './exchange.ts'
import { callOf, frameOperation, type Ends, type GuardSettings } from './frame-operation.ts'
import {
  errorFor,
  idAt,
  INVALID_REQUEST,
  kindOf,
  type Direction,
  type Frame,
  type FrameKind,
  type RequestFrame,
} from './frames.ts'
import { attempt, Line } from './line.ts'
import { withLinks } from './links.ts'
import { judgeAlone } from './lone-frame.ts'
import { Pending } from './pending.ts'

/** What is known of a message that is about to be sent, beside the message. */
export interface SendFacts {
  /** The request of the other side in whose service it is sent. */
  readonly related?: string | number | undefined
  /** Ends the wait for an answer. */
  readonly signal?: AbortSignal | undefined
}

/** Judges the messages of one MCP connection in both directions; a request and its answer are one exchange. */
export class FrameGuard {
  readonly #settings: GuardSettings
  /** Requests of this side. */
  readonly #sent = new Pending()
  /** Requests of the other side. */
  readonly #received = new Pending()
  readonly #told = new Line()

  constructor(settings: GuardSettings) {
    this.#settings = settings
  }

  /** Sends what was decided of a message; a denied request is answered with an error and never sent. */
  outbound(frame: Frame, ends: Ends, facts: SendFacts = {}): Awaitable<unknown> {
    const kind = readKind(frame)
    if (kind === undefined)
      return Promise.reject(new Error('this is no message of JSON-RPC; it was not sent'))
    if (kind === 'request') return this.#ask(frame as RequestFrame, ends, facts)
    const around = this.#received.get(facts.related)
    if (kind === 'answer') {
      const exchange = this.#received.get(frame.id)
      if (exchange?.forwarded === true)
        return this.#answer(exchange, frame, { asked: 'inbound', pass: ends.send })
      return judgeAlone(this.#settings, frame, {
        direction: 'outbound',
        ends,
        carried: around?.run,
        pass: ends.send,
      })
    }
    if (frame.method === 'notifications/cancelled') {
      const given = this.#sent.get(idAt(frame.params, 'requestId'))
      given?.cancel()
      return this.#tell(frame, ends, given?.run)
    }
    const served = this.#received.about(progressToken(frame)) ?? around
    if (served === undefined) return this.#tell(frame, ends, undefined)
    return served.line.add(() => this.#tell(frame, ends, served.run))
  }

  #tell(frame: Frame, ends: Ends, carried: Run | undefined): Awaitable<unknown> {
    return judgeAlone(this.#settings, frame, { direction: 'outbound', ends, carried, pass: ends.send })
  }

  /** Hands over what was decided of a message; nothing is thrown. */
  inbound(frame: Frame, ends: Ends, version?: string): void {
    this.#settings.peers.known({ version })
    const received = attempt(() => this.#receive(frame, ends), ends.failed)
    if (received instanceof Promise) received.catch(ends.failed)
  }

  #receive(frame: Frame, ends: Ends): Awaitable<unknown> {
    const kind = readKind(frame)
    if (kind === undefined) throw new Error('received what is no message of JSON-RPC; it was dropped')
    if (kind === 'request') return this.#serve(frame as RequestFrame, ends)
    if (kind === 'answer') {
      const exchange = this.#sent.get(frame.id)
      if (exchange === undefined) return this.#hearUnasked(frame, ends)
      if (exchange.forwarded) return this.#answer(exchange, frame, { asked: 'outbound', pass: ends.deliver })
      throw new Error('received an answer to what was not sent; it was dropped')
    }
    if (frame.method === 'notifications/cancelled') return this.#cancelled(frame, ends)
    const asked = this.#sent.about(progressToken(frame))
    if (asked !== undefined) return asked.line.add(() => this.#hear(frame, ends, asked.run))
    return this.#told.add(() => this.#hear(frame, ends, this.#servedRun()))
  }

  #hear(frame: Frame, ends: Ends, carried: Run | undefined): Awaitable<unknown> {
    return judgeAlone(this.#settings, frame, { direction: 'inbound', ends, carried, pass: ends.deliver })
  }

  /** An answer to nothing that waits, which must not become one to what is asked while it is judged. */
  #hearUnasked(frame: Frame, ends: Ends): Awaitable<unknown> {
    const pass = (given: Frame): unknown => {
      if (this.#sent.get(frame.id) === undefined) return ends.deliver(given)
      throw new Error('received an answer to what was not asked; it was dropped')
    }
    const carried = this.#servedRun()
    return judgeAlone(this.#settings, frame, { direction: 'inbound', ends, carried, pass })
  }

  #cancelled(frame: Frame, ends: Ends): Awaitable<unknown> {
    const exchange = this.#received.get(idAt(frame.params, 'requestId'))
    if (exchange === undefined) return this.#told.add(() => this.#hear(frame, ends, undefined))
    const pass = (given: Frame): unknown => {
      ends.deliver(given)
      exchange.cancel()
      return undefined
    }
    // the application must have the request before it hears that it is not wanted
    return exchange.line.add(() =>
      judgeAlone(this.#settings, frame, { direction: 'inbound', ends, carried: exchange.run, pass }),
    )
  }

  /** No answer to a request of this side comes any more. */
  forget({ id }: Frame): void {
    this.#sent.get(id)?.cancel()
  }

  /** The connection is gone: nobody waits for an answer any more. */
  closed(): void {
    this.#sent.cancelAll()
    this.#received.cancelAll()
  }

  #ask(frame: RequestFrame, ends: Ends, { related, signal }: SendFacts): Awaitable<unknown> {
    this.#sent.get(frame.id)?.cancel()
    this.#settings.peers.asked(frame, 'outbound')
    const exchange: FrameExchange = new FrameExchange({
      request: frame,
      forward: ends.send,
      reply: ends.deliver,
      ...this.#partsOf(frame, 'outbound', ends),
      over: () => {
        signal?.removeEventListener('abort', cancel)
        this.#sent.delete(exchange)
      },
    })
    const cancel = (): void => exchange.cancel()
    signal?.addEventListener('abort', cancel, { once: true })
    this.#sent.add(exchange)
    const begun = this.#begin(exchange, this.#settings.reach, this.#received.get(related)?.run)
    if (!(begun instanceof Promise)) return begun
    const ended = {
      get byHandler(): boolean {
        return exchange.run?.fatal !== undefined
      },
    }
    return heardIf(ended, begun)
  }

  #serve(frame: RequestFrame, ends: Ends): Awaitable<unknown> {
    if (this.#received.get(frame.id) !== undefined) {
      ends.failed(new Error('received a second request of one id; it was refused'))
      return ends.send(errorFor(frame.id, 'a request of this id is being answered', INVALID_REQUEST))
    }
    this.#settings.peers.asked(frame, 'inbound')
    const exchange: FrameExchange = new FrameExchange({
      request: frame,
      forward: ends.deliver,
      reply: (answer) => attempt(() => ends.send(answer) as Awaitable<unknown>, ends.failed),
      ...this.#partsOf(frame, 'inbound', ends),
      over: () => this.#received.delete(exchange),
    })
    this.#received.add(exchange)
    const reach = this.#settings.reach.from(callOf(this.#settings, frame))
    const begun = exchange.line.add(() => this.#begin(exchange, reach, this.#servedRun()))
    if (!(begun instanceof Promise)) return begun
    return begun.catch((error: unknown) => {
      ends.failed(error)
      return ends.send(errorFor(frame.id, RUN_ENDED))
    })
  }

  #begin(
    exchange: FrameExchange,
    reach: Pick<Reach, 'within'>,
    carried: Run | undefined,
  ): Awaitable<unknown> {
    const failing = (error: unknown): Promise<never> => Promise.reject(error as Error)
    let begun: Awaitable<unknown>
    const begin = (run: Run | undefined): Promise<void> => {
      begun = attempt(() => exchange.begin(run), failing)
      return exchange.over
    }
    try {
      reach.within(begin, carried).catch((error: unknown) => exchange.abandon(error))
      return begun
    } catch (error) {
      // there is no run for it, so nobody can judge it, and nobody waits for its end
      exchange.over.catch(() => undefined)
      exchange.cancel()
      return failing(error)
    }
  }

  #partsOf(
    frame: RequestFrame,
    direction: Direction,
    ends: Ends,
  ): Pick<ExchangeParts, 'operation' | 'linked' | 'learnt' | 'alone' | 'failed'> {
    const settings = this.#settings
    const back = direction === 'outbound' ? 'inbound' : 'outbound'
    return {
      operation: (run, body) => frameOperation(settings, frame, { direction, run, body }),
      linked: (decided, run) =>
        direction === 'outbound' && settings.propagate ? withLinks(decided, run) : decided,
      learnt: (step) => {
        if (OPENING.has(frame.method)) step.setProtocol(settings.peers.message(frame, direction))
      },
      alone: (answer, run, pass) =>
        judgeAlone(settings, answer, { direction: back, ends, carried: run, answers: frame, pass }),
      failed: ends.failed,
    }
  }

  #answer(
    exchange: FrameExchange,
    frame: Frame,
    { asked, pass }: { readonly asked: Direction; readonly pass: (given: Frame) => unknown },
  ): Awaitable<unknown> {
    if (exchange.answered) throw new Error('a second answer to one request; it was dropped')
    const { peers } = this.#settings
    const learnt = peers.answered(exchange.request, frame, { asked, run: exchange.run })
    if (learnt) exchange.learnt(peers.message(exchange.request, asked))
    return exchange.answer(frame, pass)
  }

  /**
   * The run in whose service the other side acts: a server does for the client that waits, a client for nobody here. Where
   * several runs wait it is nobody's, and the agent that owns the client has a run of its own for it.
   */
  #servedRun(): Run | undefined {
    if (this.#settings.peers.role !== 'client') return undefined
    const waiting = this.#sent.runs()
    return waiting.size > 1 && this.#settings.reach.owner !== undefined ? undefined : this.#sent.latest()?.run
  }
}

// what both sides say who they are with
const OPENING: ReadonlySet<string> = new Set(['initialize', 'server/discover'])

// a message from within the process may have members that throw
function readKind(frame: unknown): FrameKind | undefined {
  try {
    return kindOf(frame)
  } catch {
    return undefined
  }
}

function progressToken(frame: Frame): string | number | undefined {
  return frame.method === 'notifications/progress' ? idAt(frame.params, 'progressToken') : undefined
}
