/** Bounds of a {@link LineBatch}. */
export interface BatchBounds {
  readonly maxLines: number
  readonly maxBytes: number
  readonly delayMs: number
}

/** Collects lines until there are enough of them, or the first has waited long enough. */
export class LineBatch {
  readonly #bounds: BatchBounds
  readonly #send: (lines: readonly string[]) => void
  #lines: string[] = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(bounds: BatchBounds, send: (lines: readonly string[]) => void) {
    this.#bounds = bounds
    this.#send = send
  }

  get size(): number {
    return this.#lines.length
  }

  add(line: string): void {
    const { maxLines, maxBytes, delayMs } = this.#bounds
    const bytes = Buffer.byteLength(line) + 1
    if (this.#bytes + bytes > maxBytes) this.seal()
    this.#lines.push(line)
    this.#bytes += bytes
    if (this.#lines.length >= maxLines || this.#bytes >= maxBytes) return this.seal()
    this.#timer ??= setTimeout(() => this.seal(), delayMs).unref()
  }

  /** Sends what has been collected. */
  seal(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = this.#lines
    if (lines.length === 0) return
    this.#lines = []
    this.#bytes = 0
    this.#send(lines)
  }
}
