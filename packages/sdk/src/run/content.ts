import type { HandlerRecord } from '../hooks/chain.ts'
import { keyedDigest } from '../values/digest.ts'
import { preview } from '../privacy/preview.ts'
import { DROPPED, type Redactor } from '../privacy/redact.ts'
import { renderBounded } from '../values/render.ts'

/** How much of messages, arguments and results telemetry carries. */
export type Capture = 'off' | 'preview' | 'full'

/** Redacted text of a value, and how often what was replaced. */
export interface CapturedText {
  readonly text: string
  readonly redactions: readonly { readonly kind: string; readonly count: number }[]
}

const PREVIEW_BYTES = 8 * 1024
const PREVIEW_CODE_POINTS = 500
const FULL_BYTES = 256 * 1024

/** Turns values into what telemetry may carry: bounded, redacted, never a whole large value. */
export class ContentCapture {
  readonly mode: Capture
  readonly #redactor: Redactor
  readonly #digestKey: string | Uint8Array

  constructor(mode: Capture, redactor: Redactor, digestKey: string | Uint8Array) {
    this.mode = mode
    this.#redactor = redactor
    this.#digestKey = digestKey
  }

  /** Gives the text to record, or nothing when capture is off. */
  text(value: unknown): CapturedText | undefined {
    if (this.mode === 'off' || value === undefined) return undefined
    const full = this.mode === 'full'
    return this.#preview(value, {
      windowBytes: full ? FULL_BYTES : PREVIEW_BYTES,
      maxCodePoints: full ? FULL_BYTES : PREVIEW_CODE_POINTS,
    })
  }

  // a redactor that fails in whatever way drops the content: neither the content nor the failure goes on
  #preview(
    value: unknown,
    bounds: { readonly windowBytes: number; readonly maxCodePoints: number },
  ): CapturedText {
    try {
      const { text, redactions } = preview(value, this.#redactor, bounds)
      if (typeof text === 'string' && Array.isArray(redactions)) return { text, redactions }
    } catch {
      // told by what stands in the place of the content
    }
    return { text: DROPPED, redactions: [{ kind: 'dropped', count: 1 }] }
  }

  /** Redacts a text that is recorded whatever the capture mode, such as a reason or an error message. */
  message(text: string): string {
    return this.#preview(text, { windowBytes: PREVIEW_BYTES, maxCodePoints: PREVIEW_CODE_POINTS }).text
  }

  /** Redacts what handlers said, whatever the capture mode. */
  handlers(records: readonly HandlerRecord[]): readonly HandlerRecord[] {
    return records.map((record) => ({
      ...record,
      reason: this.#maybe(record.reason),
      code: this.#maybe(record.code),
    }))
  }

  #maybe(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.message(text)
  }

  /** Keyed digest of a value, so that equal contents can be found without being readable or guessable. */
  digest(value: unknown): string {
    return keyedDigest(this.#digestKey, renderBounded(value, FULL_BYTES).text)
  }
}
