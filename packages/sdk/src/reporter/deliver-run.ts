import type { AgentRun } from '@agent-run/types/seal'
import type { OutboxIncident } from '../outbox/accounting.ts'
import type { DeliveryResult, OutboxItem } from '../outbox/index.ts'
import type { Start } from './announcer.ts'
import { documentKindOf } from './run-document.ts'
import { fromRunItem, toUpdate } from './run-item.ts'
import {
  isAmbiguous,
  isTemporary,
  refusesUpdates,
  neverConnected,
  type Answer,
  type RunRequest,
  type RunsClient,
} from './runs-client.ts'

/** What {@link RunDelivery} needs. */
export interface RunDeliveryOptions {
  readonly client: RunsClient
  /** Resolves when no request about the start of a run is under way any more. */
  readonly startSettled: (id: string) => Promise<void>
  /** Says that a server cannot complete what it has as running, so that no further start should be sent. */
  readonly onNoUpdates: () => void
  readonly report: (incident: OutboxIncident) => void
}

const NOT_UPDATED: OutboxIncident = {
  kind: 'fault',
  reason: 'provenance_not_updated',
  count: 1,
  fix: 'The server keeps the provenance of the start, so its records do not verify: pass announceAfterMs: false.',
}
const NO_UPDATES: OutboxIncident = {
  kind: 'fault',
  reason: 'updates_unsupported',
  count: 1,
  fix: 'The server cannot complete a run that it has as running: pass announceAfterMs: false.',
}

/** Brings records of ended runs to the server, whatever it already knows of them. */
export class RunDelivery {
  readonly #options: RunDeliveryOptions
  /** Items that no request of an earlier attempt, here or in another process, can have brought to the server. */
  readonly #untold = new WeakSet<OutboxItem>()
  readonly #starts = new WeakMap<OutboxItem, Start>()
  #provenanceChecked = false

  constructor(options: RunDeliveryOptions) {
    this.#options = options
  }

  /** Notes that an item is new, and what may have been told of the start of its run. */
  isNew(item: OutboxItem, start?: Start): void {
    this.#untold.add(item)
    if (start !== undefined) this.#starts.set(item, start)
  }

  async deliver(item: OutboxItem, signal: AbortSignal): Promise<DeliveryResult> {
    const document = documentKindOf(item)
    if (document !== undefined)
      return resultOf(await this.#options.client.putDocument(item.id, document, { body: item.body, signal }))
    await this.#options.startSettled(item.id)
    const delivery = new Delivery(this.#options.client, item, signal)
    const told = !this.#untold.delete(item)
    try {
      const result = await this.#outcome(delivery, item, told)
      if (!told && !delivery.ambiguous) this.#untold.add(item)
      return result
    } catch (error) {
      if (!told && neverConnected(error)) this.#untold.add(item)
      throw error
    }
  }

  async #outcome(delivery: Delivery, item: OutboxItem, told: boolean): Promise<DeliveryResult> {
    if (item.kind === 'agent-run' || isUntold(this.#starts.get(item)))
      return this.#create(delivery, told ? 'whole' : 'absent')
    if (item.kind === 'agent-run.unfinished') {
      const known = await delivery.get()
      // no record that was only begun is that long
      if (known.isTooLong === true || (known.ok && hasEnded(known.body))) return { status: 'delivered' }
      if (isTemporary(known) && known.status !== 501) return resultOf(known)
      if (known.status === 404) return this.#create(delivery, 'running')
    }
    return this.#update(delivery, told)
  }

  async #update(delivery: Delivery, told: boolean): Promise<DeliveryResult> {
    const answer = await delivery.update(!this.#provenanceChecked)
    if (answer.ok) return this.#updated(delivery, answer)
    // what has ended is not updated again: an earlier attempt of ours was the one
    if (answer.status === 409 && told) return { status: 'delivered' }
    if (answer.status !== 404 && !refusesUpdates(answer)) return resultOf(answer)
    if (refusesUpdates(answer)) this.#noUpdates()
    return this.#create(delivery, refusesUpdates(answer) ? 'stuck' : 'running')
  }

  /** Creates the record; `there` is what the server may have under its id already. */
  async #create(
    delivery: Delivery,
    there: 'absent' | 'whole' | 'running' | 'stuck',
  ): Promise<DeliveryResult> {
    const answer = await delivery.create()
    const isTaken = answer.status === 409 || answer.status === 500
    if (there === 'absent' || !isTaken) return resultOf(answer)
    if (there !== 'stuck') {
      const update = await delivery.update(!this.#provenanceChecked)
      if (update.ok) return this.#updated(delivery, update)
      if (update.status !== 404 && !refusesUpdates(update)) return resultOf(update)
    }
    if (answer.status === 500) return resultOf(answer)
    if (there === 'whole') return { status: 'delivered' }
    this.#noUpdates()
    return resultOf(answer)
  }

  #updated(delivery: Delivery, { body }: Answer): DeliveryResult {
    const kept = provenanceOf(body)
    const ours = delivery.run.provenance.metadata?.['record_hash']
    if (kept !== undefined && ours !== undefined) {
      this.#provenanceChecked = true
      if (kept.metadata?.['record_hash'] !== ours) this.#options.report(NOT_UPDATED)
    }
    return { status: 'delivered' }
  }

  #noUpdates(): void {
    this.#options.report(NO_UPDATES)
    this.#options.onNoUpdates()
  }
}

/** The requests of one attempt to deliver one item. */
class Delivery {
  readonly #client: RunsClient
  readonly #item: OutboxItem
  readonly #signal: AbortSignal
  #run: AgentRun | undefined
  /** Whether the server may have done something without a clear answer. */
  ambiguous = false

  constructor(client: RunsClient, item: OutboxItem, signal: AbortSignal) {
    this.#client = client
    this.#item = item
    this.#signal = signal
  }

  get run(): AgentRun {
    return (this.#run ??= fromRunItem(this.#item))
  }

  get(): Promise<Answer> {
    return this.#client.get(this.#item.id, { signal: this.#signal, read: 'wholly' })
  }

  create(): Promise<Answer> {
    return this.#change((request) => this.#client.create(request), { body: this.#item.body })
  }

  update(reads: boolean): Promise<Answer> {
    const request = { body: toUpdate(this.run), read: reads ? ('briefly' as const) : undefined }
    return this.#change((each) => this.#client.update(this.#item.id, each), request)
  }

  async #change(
    send: (request: RunRequest) => Promise<Answer>,
    request: Omit<RunRequest, 'signal'>,
  ): Promise<Answer> {
    const answer = await send({ ...request, signal: this.#signal })
    this.ambiguous ||= isAmbiguous(answer)
    return answer
  }
}

/** Whether the server has refused a start, or never heard of it. */
function isUntold(start: Start | undefined): boolean {
  return start?.state === 'unknown' || start?.state === 'refused'
}

function resultOf(answer: Answer): DeliveryResult {
  if (answer.ok) return { status: 'delivered' }
  const reason = `the server answered ${answer.status}`
  if (!isTemporary(answer)) return { status: 'rejected', reason }
  return { status: 'retry', reason, retryAfterMs: answer.retryAfterMs }
}

function hasEnded(body: unknown): boolean {
  const status = memberOf(body, 'status')
  return typeof status === 'string' && status !== 'running' && status !== 'pending'
}

function provenanceOf(body: unknown): AgentRun['provenance'] | undefined {
  const provenance = memberOf(body, 'provenance')
  return typeof memberOf(provenance, 'run_hash') === 'string'
    ? (provenance as AgentRun['provenance'])
    : undefined
}

function memberOf(value: unknown, member: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined
}
