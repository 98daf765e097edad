import { createHash } from 'node:crypto'
import type { CliStream } from '../../generated/peac-types.ts'
import { secretCategory } from './secret-category.ts'

/** Bytes behind a sample that are looked through with it, so that no secret hides at its end. */
const LOOKAHEAD_BYTES = 4_096

/** Digests what a stream carries, and keeps its beginning where that was asked for. */
export class OutputCapture {
  readonly #hash = createHash('sha256')
  readonly #kept: Uint8Array[] = []
  readonly #sampleBytes: number | undefined
  #length = 0

  constructor(sampleBytes: number | undefined) {
    this.#sampleBytes = sampleBytes
  }

  take(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    if (this.#sampleBytes !== undefined) {
      const room = this.#sampleBytes + LOOKAHEAD_BYTES - this.#length
      if (room > 0) this.#kept.push(Uint8Array.from(chunk.subarray(0, room)))
    }
    this.#length += chunk.byteLength
  }

  end(): CliStream {
    const told = { length: this.#length, sha256: `sha256:${this.#hash.digest('hex')}` }
    if (this.#sampleBytes === undefined) return { ...told, truncated: false }
    const kept = Buffer.concat(this.#kept)
    const truncated = this.#length > this.#sampleBytes
    const category = secretCategory(kept.toString('utf8'))
    return category === undefined
      ? { ...told, truncated, sample_base64: kept.subarray(0, this.#sampleBytes).toString('base64') }
      : {
          ...told,
          truncated,
          sample_suppressed_reason: 'secret_pattern_detected',
          matched_pattern_category: category,
        }
  }
}
