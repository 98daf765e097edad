import { hash } from 'node:crypto'
import { BoundedMap } from '../policy/bounded-map.ts'
import type { JsonRpcResponse } from '../wire/codec.ts'

interface Answered {
  readonly digest: string
  readonly until: number
  readonly answer: Promise<JsonRpcResponse>
}

const KEPT_MS = 60_000
const CAPACITY = 10_000

/** Answers of the last minute, so that a request which is sent again is not judged again. */
export class AnsweredCalls {
  readonly #kept = new BoundedMap<Answered>(CAPACITY)
  readonly #clock: () => number

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Gives the answer to exactly this request of this caller, made now unless it is there. */
  once(
    call: { readonly caller: string; readonly id: string | number; readonly body: Uint8Array },
    make: () => Promise<JsonRpcResponse>,
  ): Promise<JsonRpcResponse> {
    const key = `${typeof call.id} ${call.id}\n${call.caller}`
    const digest = hash('sha256', call.body, 'base64')
    const known = this.#kept.get(key)
    if (known?.digest === digest && known.until > this.#clock()) return known.answer
    this.#kept.delete(key)
    const answer = make()
    this.#kept.getOrMake(key, () => ({ digest, until: this.#clock() + KEPT_MS, answer }))
    return answer
  }
}
