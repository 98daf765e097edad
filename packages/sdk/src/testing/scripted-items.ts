/** A value that JSON holds. */
export type ScriptJson =
  | null
  | boolean
  | number
  | string
  | readonly ScriptJson[]
  | { readonly [key: string]: ScriptJson }

/** What a provider adds to a part or a response, under its own name. */
export type ScriptMetadata = Record<string, Record<string, ScriptJson>>

/** A tool call as the script tells it; `input` is the JSON text the provider would send. */
export interface ScriptedToolCall {
  readonly kind: 'tool-call'
  readonly toolName: string
  readonly input: string
  readonly id?: string | undefined
  readonly providerExecuted?: boolean | undefined
  readonly dynamic?: boolean | undefined
  readonly providerMetadata?: ScriptMetadata | undefined
}

/** One thing a scripted model says or does; items happen in their order. */
export type ScriptItem =
  | { readonly kind: 'text'; readonly text: string; readonly providerMetadata?: ScriptMetadata | undefined }
  | {
      readonly kind: 'reasoning'
      readonly text: string
      readonly providerMetadata?: ScriptMetadata | undefined
    }
  | ScriptedToolCall
  | {
      readonly kind: 'tool-result'
      readonly toolCallId: string
      readonly toolName: string
      readonly result: ScriptJson
      readonly isError: boolean
      readonly dynamic?: boolean | undefined
    }
  | {
      readonly kind: 'source'
      readonly url: string
      readonly title?: string | undefined
      readonly id?: string | undefined
    }
  | { readonly kind: 'raw'; readonly part: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly error: unknown; readonly how: 'reject' | 'part' | 'throw' }
  | { readonly kind: 'hang'; readonly gate: PromiseLike<unknown> | undefined }

/** Says a block of text; several of them make several blocks. */
export function text(value: string, options: { providerMetadata?: ScriptMetadata } = {}): ScriptItem {
  return { kind: 'text', text: value, ...options }
}

/** Thinks aloud, as a reasoning block. */
export function reasoning(value: string, options: { providerMetadata?: ScriptMetadata } = {}): ScriptItem {
  return { kind: 'reasoning', text: value, ...options }
}

/** Answers with a JSON document, as models do for structured output. */
export function json(value: ScriptJson): ScriptItem {
  return { kind: 'text', text: JSON.stringify(value) }
}

/** How a scripted tool call differs from the usual one. */
export interface ToolCallOptions {
  /** Defaults to `call-<n>`, counted over the life of the model. */
  readonly id?: string
  /** The provider runs the tool itself. */
  readonly providerExecuted?: boolean
  /** The tool is not known when the agent is built. */
  readonly dynamic?: boolean
  readonly providerMetadata?: ScriptMetadata
}

/** Calls a tool. A string is sent as it is, so that malformed or empty arguments can be scripted. */
export function toolCall(
  toolName: string,
  input: ScriptJson = {},
  options: ToolCallOptions = {},
): ScriptedToolCall {
  return {
    kind: 'tool-call',
    toolName,
    input: typeof input === 'string' ? input : JSON.stringify(input),
    ...options,
  }
}

/** Reports the result of a tool the provider ran itself. */
export function toolResult(
  toolName: string,
  result: ScriptJson,
  options: { id: string; isError?: boolean; dynamic?: boolean },
): ScriptItem {
  const { id, isError = false, dynamic } = options
  return { kind: 'tool-result', toolCallId: id, toolName, result, isError, dynamic }
}

/** Cites a page. */
export function source(url: string, options: { title?: string; id?: string } = {}): ScriptItem {
  return { kind: 'source', url, ...options }
}

/** Sends a part that has no helper of its own, in the provider's own shape. */
export function rawPart(part: Readonly<Record<string, unknown>>): ScriptItem {
  return { kind: 'raw', part }
}

/** Refuses the call: it rejects before anything is answered. */
export function reject(error: unknown): ScriptItem {
  return { kind: 'error', error, how: 'reject' }
}

/** Sends an `error` part at this point of a stream and goes on; a call that does not stream rejects. */
export function errorPart(error: unknown): ScriptItem {
  return { kind: 'error', error, how: 'part' }
}

/** Breaks the stream at this point; a call that does not stream rejects. */
export function breakOff(error: unknown): ScriptItem {
  return { kind: 'error', error, how: 'throw' }
}

/** Says nothing more until the gate opens; without a gate, until the call is aborted. */
export function hang(gate?: PromiseLike<unknown>): ScriptItem {
  return { kind: 'hang', gate }
}
