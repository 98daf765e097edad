import type { CapturedText, ContentCapture } from '../run/content.ts'
import type { Message, Part } from './message.ts'
import type { RecordedTexts } from './recorded-texts.ts'

/** Type of a part whose text was recorded before; `of` is its own type, `digest` that of the text. */
export const REFERENCE = 'aos.reference'

const OMITTED = 'aos.omitted'
const PART_LENGTH = 64
const REFERENCE_LENGTH = 128

/** Messages as they are recorded, and how many of the oldest ones found no room. */
export interface RecordedMessages extends CapturedText {
  readonly omitted: number
}

/** What messages are recorded with. */
export interface Recorder {
  readonly content: Pick<ContentCapture, 'maxBytes' | 'name' | 'message'>
  readonly texts: RecordedTexts
  readonly capture: (value: unknown) => CapturedText | undefined
}

interface Recording extends Recorder {
  readonly redactions: CapturedText['redactions'][number][]
  /** How much room is left; the part that passes it is the last. */
  left: number
}

/**
 * Writes messages as JSON (OpenTelemetry GenAI, `gen_ai.input.messages`): each part redacted and cut by itself, what
 * was recorded before as a reference to it, the newest first where not all find room.
 */
export function recordMessages(
  messages: readonly Message[],
  { finishReason, ...recorder }: Recorder & { readonly finishReason?: string | undefined },
): RecordedMessages {
  const recording: Recording = { ...recorder, redactions: [], left: recorder.content.maxBytes }
  const written: string[] = []
  for (const { role, parts } of messages.toReversed()) {
    if (recording.left <= 0) break
    const message = { role: recorder.content.name(role), parts: recordParts(parts, recording) }
    written.push(
      JSON.stringify(finishReason === undefined ? message : { ...message, finish_reason: finishReason }),
    )
  }
  return {
    text: `[${written.toReversed().join(',')}]`,
    redactions: recording.redactions,
    omitted: messages.length - written.length,
  }
}

function recordParts(parts: readonly Part[], recording: Recording): readonly object[] {
  const recorded: object[] = []
  for (const part of parts) {
    if (recording.left <= 0) return [...recorded, { type: OMITTED, count: parts.length - recorded.length }]
    recorded.push(recordPart(part, recording))
  }
  return recorded
}

function recordPart(part: Part, recording: Recording): object {
  const { content, texts, capture } = recording
  const named = namesOf(part, content)
  const { text, redactions } = capture(part.content ?? '') ?? { text: '', redactions: [] }
  const digest = texts.known(text)
  recording.left -= digest === undefined ? text.length + PART_LENGTH : REFERENCE_LENGTH
  if (digest !== undefined) return { type: REFERENCE, of: part.type, id: named.id, digest }
  recording.redactions.push(...redactions)
  texts.add(text)
  return { type: TYPES[part.type] ?? part.type, ...named, [MEMBERS[part.type] ?? 'content']: text }
}

/** How the conventions call what a part holds, and the types that they leave to others. */
const MEMBERS: Partial<Record<Part['type'], string>> = {
  tool_call: 'arguments',
  tool_call_response: 'response',
}
const TYPES: Partial<Record<Part['type'], string>> = { value: 'aos.value', file: 'aos.file' }

// ids and names are made by models and clients, with anything in them
function namesOf(part: Part, content: Recorder['content']): Readonly<Record<string, string | undefined>> {
  const name = (value: unknown): string | undefined =>
    typeof value === 'string' ? content.message(value) : undefined
  switch (part.type) {
    case 'tool_call':
      return { id: name(part.id), name: name(part.name) }
    case 'tool_call_response':
      return { id: name(part.id) }
    case 'file':
      return { mime_type: name(part.mimeType) }
    default:
      return {}
  }
}
