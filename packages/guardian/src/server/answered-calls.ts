import { hash } from 'node:crypto'
import { BoundedMap } from '../policy/bounded-map.ts'
import type { JsonRpcResponse } from '../wire/codec.ts'

interface Answered {
  readonly digest: string
  readonly until: number
  readonly answer: Promise<JsonRpcResponse>
}

// longer than a client retries, and no longer: what is asked anew is judged anew
const KEPT_MS = 10_000
const CAPACITY = 10_000

/** A request that may come twice. */
export interface AskedCall {
  readonly caller: string
  readonly id: string | number
  readonly body: Uint8Array
  /** Place in its batch. */
  readonly at: number
  /** Changes once answers given before no longer stand. */
  readonly epoch: number
}

/** Answers of the last seconds, so that a request which is sent again is not judged again. */
export class AnsweredCalls {
  readonly #kept = new BoundedMap<Answered>(CAPACITY)
  readonly #clock: () => number

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Gives the answer to exactly this request of this caller, made now unless it is there. */
  once(
    { caller, id, body, at, epoch }: AskedCall,
    make: (forget: () => void) => Promise<JsonRpcResponse>,
  ): Promise<JsonRpcResponse> {
    const key = JSON.stringify([caller, id, at, epoch])
    const digest = hash('sha256', body, 'base64')
    const known = this.#kept.get(key)
    if (known?.digest === digest && known.until > this.#clock()) return known.answer
    this.#kept.delete(key)
    const answer = make(() => this.#kept.delete(key))
    this.#kept.getOrMake(key, () => ({ digest, until: this.#clock() + KEPT_MS, answer }))
    return answer
  }
}
