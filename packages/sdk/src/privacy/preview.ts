import { surelyFits, utf8Prefix } from '../values/bounded-writer.ts'
import { type Rendered, renderMasked } from '../values/render.ts'
import type { Redactor } from './redact.ts'
import { countRedaction, type Counts, type Redaction, toRedactions } from './redaction-counts.ts'
import { dropCutToken } from './window-edge.ts'

/** Bounds of {@link preview}. */
export interface PreviewOptions {
  /** Most UTF-8 bytes of the value that are looked at; 8192 unless given. */
  readonly windowBytes?: number
  /** Most code points of the result; 500 unless given. */
  readonly maxCodePoints?: number
}

/** A short text that tells what a value is and may leave the process. */
export interface Preview {
  readonly text: string
  /** Whether a part of the value is not in the text. */
  readonly truncated: boolean
  readonly redactions: readonly Redaction[]
}

/**
 * Renders the beginning of a value, redacts it, then cuts it to its length; never throws. A string is shown as it is,
 * anything else as JSON-like text. A token that touches the end of the window is dropped, as it may be half a secret.
 */
export function preview(value: unknown, redactor: Redactor, options: PreviewOptions = {}): Preview {
  const { windowBytes = 8192, maxCodePoints = 500 } = options
  const counts: Counts = new Map()
  const rendered =
    typeof value === 'string'
      ? windowOf(value, windowBytes)
      : renderValue(value, { redactor, windowBytes, counts })
  const whole = rendered.truncated ? dropCutToken(rendered.text) : rendered.text
  const redacted = redactor.redactText(whole)
  for (const { kind, count } of redacted.redactions) countRedaction(counts, kind, count)
  const text = firstCodePoints(redacted.text, maxCodePoints)
  return {
    text,
    truncated: rendered.truncated || text.length < redacted.text.length,
    redactions: toRedactions(counts),
  }
}

function windowOf(text: string, windowBytes: number): Rendered {
  if (surelyFits(text, windowBytes)) return { text, truncated: false }
  const { end } = utf8Prefix(text, windowBytes)
  return { text: text.slice(0, end), truncated: end < text.length }
}

function renderValue(
  value: unknown,
  { redactor, windowBytes, counts }: { redactor: Redactor; windowBytes: number; counts: Counts },
): Rendered {
  return renderMasked(value, windowBytes, (key, member, holder) => {
    const kind = redactor.sensitiveMember(key, member, holder)
    if (kind === undefined) return undefined
    countRedaction(counts, kind)
    return `[REDACTED:${kind}]`
  })
}

/** Cuts a text to a number of code points; a surrogate pair is one. */
function firstCodePoints(text: string, count: number): string {
  if (text.length <= count) return text
  let end = 0
  for (let taken = 0; taken < count && end < text.length; taken++) {
    const code = text.codePointAt(end) ?? 0
    end += code > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}
