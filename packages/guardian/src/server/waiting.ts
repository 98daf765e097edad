import type { ServerResponse } from 'node:http'

/** Whoever waits for an answer. */
export interface Waiting {
  /** Aborted once nobody waits any more. */
  readonly signal: AbortSignal
  /** Whether nobody waits any more. */
  readonly gone: boolean
}

/** Whoever waits at the other end of a connection; the signal is made once somebody asks for it. */
export class HttpWaiting implements Waiting {
  readonly #response: ServerResponse
  #aborter: AbortController | undefined
  #left = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get gone(): boolean {
    return this.#left
  }

  get signal(): AbortSignal {
    this.#aborter ??= new AbortController()
    if (this.#left) this.#aborter.abort()
    return this.#aborter.signal
  }

  /** Takes note that the response is closed. */
  left(): void {
    if (this.#response.writableFinished) return
    this.#left = true
    this.#aborter?.abort()
  }
}
