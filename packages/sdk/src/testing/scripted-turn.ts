import type { ScriptItem, ScriptMetadata } from './scripted-items.ts'
import type { ScriptedFinish, ScriptedTokens, ScriptedVersion } from './scripted-shapes.ts'

/** One answer of a scripted model with everything a provider may report about it. */
export interface ScriptedReply {
  readonly items: readonly ScriptItem[]
  /** Defaults to 10 tokens in and 5 out. */
  readonly usage?: ScriptedTokens
  /** Defaults to `tool-calls` if the agent has a tool to run, else `stop`. */
  readonly finishReason?: ScriptedFinish
  readonly response?: { readonly id?: string; readonly modelId?: string; readonly timestamp?: Date }
  readonly providerMetadata?: ScriptMetadata
  /** Code points per delta of a stream; defaults to 8. */
  readonly chunkSize?: number
}

/** What the AI SDK hands to a language model, as far as tests look at it. */
export interface ScriptedCallOptions {
  readonly prompt?: unknown
  readonly tools?: unknown
  readonly toolChoice?: unknown
  readonly responseFormat?: unknown
  readonly abortSignal?: AbortSignal | undefined
  readonly headers?: unknown
  readonly providerOptions?: unknown
}

/** One call a scripted model got, and what became of it. */
export interface ScriptedCall {
  /** Place among all calls of the model, from 0. */
  readonly index: number
  readonly mode: 'generate' | 'stream'
  /** Everything the caller passed. */
  readonly options: ScriptedCallOptions
  readonly prompt: unknown
  readonly tools: unknown
  readonly toolChoice: unknown
  readonly abortSignal: AbortSignal | undefined
  /** `cancelled`: the reader of the stream gave up. */
  state: 'open' | 'finished' | 'failed' | 'aborted' | 'cancelled'
  /** Parts the reader of the stream took. */
  partsRead: number
}

/** A model call on its way through the script. */
export interface ScriptedTurn<V extends ScriptedVersion> {
  readonly version: V
  readonly call: ScriptedCall
  readonly reply: ScriptedReply
  readonly newId: (prefix: string) => string
  readonly metadata: { id: string; modelId: string; timestamp: Date }
  readonly pace: (() => PromiseLike<unknown>) | undefined
}

/** The stop reason of a reply, said or implied. */
export function finishReasonOf(reply: ScriptedReply): ScriptedFinish {
  const waits = reply.items.some((item) => item.kind === 'tool-call' && item.providerExecuted !== true)
  return reply.finishReason ?? (waits ? 'tool-calls' : 'stop')
}

/** The tokens of a reply, said or usual. */
export function tokensOf(reply: ScriptedReply): ScriptedTokens {
  return reply.usage ?? { input: 10, output: 5 }
}

/** Throws the reason of the abort, as a provider's `fetch` does. */
export function stopIfAborted(call: ScriptedCall): void {
  if (call.abortSignal?.aborted !== true) return
  call.state = 'aborted'
  throw call.abortSignal.reason
}

/** Waits for the gate; an abort ends the wait with its reason. */
export async function waitAt(gate: PromiseLike<unknown> | undefined, call: ScriptedCall): Promise<void> {
  const { abortSignal } = call
  await new Promise<void>((resolve, refuse) => {
    abortSignal?.addEventListener('abort', () => resolve(), { once: true })
    gate?.then(() => resolve(), refuse)
  })
  stopIfAborted(call)
}
