/** A message of JSON-RPC, as it stands on the wire. */
export interface Frame {
  readonly jsonrpc?: string
  readonly id?: unknown
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly data?: unknown }
}

/** One message that crossed, and to which side. */
export interface Crossed {
  readonly to: 'client' | 'server'
  readonly frame: Frame
}

/** What we use of the transports of all lines. */
export interface RawTransport {
  start(): Promise<void>
  send(frame: Frame, options?: unknown): Promise<void>
  close(): Promise<void>
  onmessage?: ((frame: never, extra?: never) => void) | undefined
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  readonly sessionId?: string | undefined
  readonly hasPerRequestStream?: boolean
  setProtocolVersion?(version: string): void
  setSupportedProtocolVersions?(versions: string[]): void
}

/**
 * A transport that records what crosses a real one, below whatever is instrumented; every message is written and
 * read as JSON, so that the two sides share no object.
 */
export class Tap implements RawTransport {
  onmessage?: ((frame: Frame, extra?: unknown) => void) | undefined
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  readonly #inner: RawTransport
  readonly #wire: Crossed[]
  readonly #asked = new Map<unknown, (frame: Frame) => void>()
  readonly #watching = new Set<() => void>()

  constructor(inner: RawTransport, wire: Crossed[]) {
    this.#inner = inner
    this.#wire = wire
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId
  }

  get hasPerRequestStream(): boolean {
    return this.#inner.hasPerRequestStream === true
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion?.(version)
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#inner.setSupportedProtocolVersions?.(versions)
  }

  async start(): Promise<void> {
    this.#inner.onclose = () => this.onclose?.()
    this.#inner.onerror = (error) => this.onerror?.(error)
    this.#inner.onmessage = (frame: Frame, extra?: unknown) => {
      const asked = this.#asked.get(frame.id)
      if (asked !== undefined && frame.method === undefined) return asked(frame)
      this.#wire.push({ to: 'client', frame: copyOf(frame) })
      for (const look of this.#watching) look()
      this.onmessage?.(copyOf(frame), extra)
    }
    await this.#inner.start()
  }

  async send(frame: Frame, options?: unknown): Promise<void> {
    this.#wire.push({ to: 'server', frame: copyOf(frame) })
    await this.#inner.send(copyOf(frame), options)
  }

  /** Sends past everything, recorded nowhere, and gives the answer. */
  async ask(frame: Frame): Promise<Frame> {
    const answer = new Promise<Frame>((resolve) => {
      this.#asked.set(frame.id, resolve)
    })
    await this.#inner.send(frame)
    return answer.finally(() => this.#asked.delete(frame.id))
  }

  /** Ends when something holds that what comes in makes true. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!holds()) return
        this.#watching.delete(look)
        resolve()
      }
      this.#watching.add(look)
    })
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

function copyOf(frame: Frame): Frame {
  return JSON.parse(JSON.stringify(frame)) as Frame
}
