import { createHash } from 'node:crypto'
import { INPUT, messagesIn, OUTPUT, REFERENCE, textIn, type TextPlace } from './resolve-messages.ts'
import type { ViewSpan } from './view-trace.ts'

const DIGEST_LENGTH = 32

/** Finds where the texts are recorded that messages of these spans refer to by digest. */
export function recordedTexts(spans: readonly ViewSpan[]): Readonly<Record<string, TextPlace>> {
  const wanted = new Set(spans.flatMap(digestsIn))
  const places: Record<string, TextPlace> = {}
  if (wanted.size === 0) return places
  for (const [index, span] of spans.entries()) {
    for (const { text, ...place } of textsOf(span, index)) {
      const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH)
      if (wanted.has(digest) && !Object.hasOwn(places, digest)) places[digest] = place
    }
  }
  return places
}

function digestsIn(span: ViewSpan): readonly string[] {
  return [INPUT, OUTPUT].flatMap((attribute) =>
    messagesIn(span, attribute).flatMap(({ parts }) =>
      parts.flatMap(({ type, digest }) => (type === REFERENCE && typeof digest === 'string' ? [digest] : [])),
    ),
  )
}

function textsOf(span: ViewSpan, index: number): readonly (TextPlace & { readonly text: string })[] {
  return span.contents.flatMap(({ attribute }) => {
    const value = span.attributes[attribute]
    const inMessages = messagesIn(span, attribute).flatMap(({ parts }, message) =>
      parts.flatMap((each, part) => {
        const { text } = textIn(each)
        return text === undefined ? [] : [{ span: index, attribute, message, part, text }]
      }),
    )
    return inMessages.length > 0 || typeof value !== 'string'
      ? inMessages
      : [{ span: index, attribute, text: value }]
  })
}
