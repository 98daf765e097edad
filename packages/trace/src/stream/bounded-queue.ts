import type { TraceEvent } from './trace-event.ts'

/** Bounds of what waits for one consumer. */
export interface QueueBounds {
  readonly maxEvents: number
  readonly maxBytes: number
}

const OVERHEAD = 256

/** Events that wait for one consumer; what does not fit is dropped, the newest first, and counted. */
export class BoundedQueue {
  readonly #bounds: QueueBounds
  readonly #waiting: { readonly event: TraceEvent; readonly bytes: number }[] = []
  #head = 0
  #bytes = 0
  #dropped = 0

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds
  }

  get size(): number {
    return this.#waiting.length - this.#head
  }

  get dropped(): number {
    return this.#dropped
  }

  push(event: TraceEvent): boolean {
    const bytes = bytesOf(event)
    if (this.size >= this.#bounds.maxEvents || this.#bytes + bytes > this.#bounds.maxBytes) {
      this.#dropped += 1
      return false
    }
    this.#bytes += bytes
    this.#waiting.push({ event, bytes })
    return true
  }

  shift(): TraceEvent | undefined {
    const first = this.#waiting[this.#head]
    if (first === undefined) return undefined
    this.#head += 1
    this.#bytes -= first.bytes
    // the front is given back in pieces, so that taking one event costs no copy of all others
    if (this.#head * 2 >= this.#waiting.length) {
      this.#waiting.splice(0, this.#head)
      this.#head = 0
    }
    return first.event
  }

  /** Gives up what waits. */
  clear(): number {
    const { size } = this
    this.#waiting.length = 0
    this.#head = 0
    this.#bytes = 0
    this.#dropped += size
    return size
  }
}

function bytesOf({ data }: TraceEvent): number {
  let bytes = OVERHEAD
  for (const value of Object.values(data) as readonly unknown[])
    if (typeof value === 'string') bytes += value.length
  return bytes
}
