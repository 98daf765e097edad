import { standingRefusal } from '../run/admission.ts'
import { orAborted } from '../run/boundary.ts'
import { consume, decideNow, endAnswered, judgeAnswer, type Ticket } from '../run/gate.ts'
import type { Run } from '../run/run.ts'
import { isOurs, Judging, judges, NOWHERE, onward, settled, unrecorded, type Call } from './call.ts'
import { Handoff } from './handoff.ts'
import { judgeableAnswer, withheld } from './judgeable.ts'
import { isFinalEvent, member } from './methods.ts'

/**
 * One request and the stream of events that answers it, as one step that ends with the stream. Whoever leaves early, a
 * denial and the end of the run stop reading from the other side.
 */
export async function* judgedStream(call: Call): AsyncGenerator<unknown, void, undefined> {
  const handoff = new Handoff()
  const served = serve(call, handoff)
  try {
    for (let item = await handoff.next(); item !== undefined; item = await handoff.next()) yield item.value
  } finally {
    handoff.leave()
    await served
  }
}

/** Reads the stream in the run that judges it, as fast as it is wanted; tells whoever waits of each end. */
async function serve(call: Call, handoff: Handoff): Promise<void> {
  try {
    const denied = await settled(call, async (run) =>
      judges(run) ? new JudgedEvents(run, call).read(handoff) : passOn(call, handoff),
    )
    handoff.end(denied === undefined ? undefined : { error: await call.denied(denied) })
  } catch (error) {
    handoff.end({ error })
  }
}

async function passOn(call: Call, handoff: Handoff): Promise<ReturnType<typeof unrecorded>> {
  const denied = unrecorded(call)
  if (denied !== undefined) return denied
  const events = iteratorOf(call.forward(call.params, NOWHERE))
  try {
    while (await handoff.wanted()) {
      const event = await events.next()
      if (event.done === true) return undefined
      handoff.give(event.value)
    }
  } finally {
    stop(events)
  }
  return undefined
}

type Events = Pick<AsyncIterator<unknown>, 'next' | 'return'>

/** The events of one stream, each judged before it is given on. */
class JudgedEvents {
  readonly #run: Run
  readonly #call: Call
  readonly #judging: Judging
  readonly #controller = new AbortController()
  #last: unknown

  constructor(run: Run, call: Call) {
    this.#run = run
    this.#call = call
    this.#judging = new Judging(call, run)
  }

  async read(handoff: Handoff): Promise<undefined> {
    const ticket = await decideNow(this.#run, this.#judging.operation)
    consume(ticket)
    const forget = this.#run.onAbort(() => this.#controller.abort(this.#run.fatal?.error))
    let events: Events | undefined
    try {
      this.#call.admitted?.(this.#run)
      const opened = (events = this.#open(ticket))
      while (await handoff.wanted()) {
        const event = await this.#next(ticket, opened)
        if (event === undefined) {
          endAnswered(ticket, this.#last)
          return
        }
        handoff.give(event.value)
      }
      ticket.step.end('cancelled')
    } catch (error) {
      ticket.step.fail(error)
      throw this.#run.fatal === undefined ? error : this.#run.fatal.error
    } finally {
      forget()
      this.#controller.abort()
      stop(events)
    }
  }

  #open({ step, value }: Ticket): Events {
    const { signal } = this.#controller
    return this.#run.enter(
      () =>
        iteratorOf(
          this.#call.forward(this.#judging.decided(value), onward(this.#call, this.#run, { step, signal })),
        ),
      step,
    )
  }

  async #next(ticket: Ticket, events: Events): Promise<{ readonly value: unknown } | undefined> {
    const run = this.#run
    run.throwIfFatal()
    let event: IteratorResult<unknown>
    try {
      event = await orAborted(
        run,
        run.enter(() => events.next(), ticket.step),
      )
    } catch (error) {
      if (isOurs(this.#call, run, error)) throw error
      throw await this.#failure(ticket, error)
    }
    run.throwIfFatal()
    if (event.done === true) return undefined
    this.#admit(ticket)
    return { value: await this.#judged(ticket, event.value) }
  }

  // an agent that is stopped, or another that is disabled, does so in the middle of a stream too
  #admit({ step }: Ticket): void {
    const refusal = standingRefusal(this.#run, this.#judging.operation)
    if (refusal !== undefined) throw withheld(this.#run, step, refusal)
  }

  async #judged(ticket: Ticket, event: unknown): Promise<unknown> {
    const { method, settings } = this.#call
    const own = method.answer.toWire(event)
    const { streamEvents } = settings
    this.#last = own
    if (streamEvents === 'none' || (streamEvents === 'final' && !isFinalEvent(own))) return event
    const wire = judgeableAnswer(this.#run, ticket.step, own)
    const decided = await judgeAnswer(ticket, wire)
    this.#last = decided
    return decided === wire ? event : method.answer.fromWire(decided, [])
  }

  async #failure(ticket: Ticket, error: unknown): Promise<unknown> {
    const answer = this.#judging.failed(error)
    const value = await judgeAnswer(ticket, answer.value, true)
    endAnswered(ticket, value, { error })
    return this.#judging.decidedError({ ...answer, value })
  }
}

function iteratorOf(stream: unknown): Events {
  const make = member(stream, Symbol.asyncIterator as never)
  if (typeof make !== 'function') throw new TypeError('the method of a stream gave no stream')
  return Reflect.apply(make as () => Events, stream, [])
}

// what has not ended by then ends in its own time
function stop(events: Events | undefined): void {
  if (events?.return === undefined) return
  const ended = Reflect.apply(events.return as () => unknown, events, [])
  Promise.resolve(ended).catch(() => undefined)
}
