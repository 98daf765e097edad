import { createHash } from 'node:crypto'

/** Texts below this many characters are recorded again: a reference would be no shorter. */
const MIN_LENGTH = 96
const MAX_TEXTS = 20_000
const DIGEST_LENGTH = 32

/** Which texts the trace of a run has already, so that nothing is recorded twice that a digest can refer to. */
export class RecordedTexts {
  readonly #digests = new Set<string>()

  /** Digest of a text that was recorded before. */
  known(text: string): string | undefined {
    if (text.length < MIN_LENGTH || this.#digests.size === 0) return undefined
    const digest = textDigest(text)
    return this.#digests.has(digest) ? digest : undefined
  }

  /** Notes that a text was recorded. */
  add(text: string | undefined): void {
    if (text === undefined || text.length < MIN_LENGTH || this.#digests.size >= MAX_TEXTS) return
    this.#digests.add(textDigest(text))
  }
}

/** What refers to a text that was recorded: the first 128 bits of its SHA-256, in hexadecimal. */
export function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH)
}
