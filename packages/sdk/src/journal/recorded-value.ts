import { judgedValue, type JudgedValue } from '../hooks/judged-value.ts'
import { AosDeniedError, isDenied } from '../errors.ts'
import { copyJson } from '../values/snapshot.ts'
import type { RecordedError, RecordedValue } from './entries.ts'

/** Takes down a value exactly, or why JSON cannot hold it. */
export function recordedValue(value: unknown): RecordedValue {
  return value === undefined ? { none: true } : recordedJudged(judgedValue(value))
}

/** The same for a value whose snapshot was taken. */
export function recordedJudged(value: JudgedValue): RecordedValue {
  if (value.kind === 'json') return { json: value.json }
  return value.raw === undefined ? { none: true } : { opaque: value.reason }
}

/** Stands in a replay for a value that JSON could not hold. */
export class OpaqueValue {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}

/** Gives a recorded value back, as a copy of its own. */
export function valueOf(recorded: RecordedValue, same?: unknown): unknown {
  if ('json' in recorded) return copyJson(recorded.json)
  if ('messages' in recorded) return recorded.messages.map(copyJson)
  if ('opaque' in recorded) return new OpaqueValue(recorded.opaque)
  return 'same' in recorded ? same : undefined
}

/** Takes down what was thrown, by name and message. */
export function recordedError(error: unknown): RecordedError {
  try {
    const { name, message } = Object(error) as { name?: unknown; message?: unknown }
    return {
      name: typeof name === 'string' ? name : 'Error',
      message: typeof message === 'string' ? message : String(error),
      ...(isDenied(error) ? { denied: true as const } : {}),
    }
  } catch {
    return { name: 'Error', message: 'an error that cannot be read' }
  }
}

/** Gives an error like the one that was thrown. */
export function errorOf({ name, message, denied }: RecordedError, runId: string): Error {
  if (denied === true) {
    const reason = message.replace(/^Denied: /, '')
    return new AosDeniedError({ hook: 'admission', reason, reasonCodes: [], decisionId: '', runId })
  }
  const error = new Error(message)
  error.name = name
  return error
}
