import { AosError } from '../errors.ts'
import type { ScriptItem } from './scripted-items.ts'
import {
  contentOf,
  finishOf,
  metadataOf,
  usageOf,
  type FinishReasonOf,
  type ScriptedContent,
  type ScriptedStreamPart,
  type ScriptedVersion,
  type UsageOf,
} from './scripted-shapes.ts'
import { openStream } from './scripted-stream.ts'
import {
  finishReasonOf,
  stopIfAborted,
  tokensOf,
  waitAt,
  type ScriptedCall,
  type ScriptedCallOptions,
  type ScriptedReply,
  type ScriptedTurn,
} from './scripted-turn.ts'

/** One model call of a script: a sentence, an item, several items, or a whole reply. */
export type ScriptStep = string | ScriptItem | readonly ScriptItem[] | ScriptedReply

/** What a scripted model answers to a call that does not stream. */
export interface ScriptedResult<V extends ScriptedVersion> {
  content: ScriptedContent[]
  finishReason: FinishReasonOf<V>
  usage: UsageOf<V>
  warnings: []
  response: { id: string; modelId: string; timestamp: Date }
  providerMetadata?: NonNullable<ReturnType<typeof metadataOf>['providerMetadata']>
}

/** A language model for the AI SDK that follows a script and remembers its calls. */
export interface ScriptedModel<V extends ScriptedVersion = 'v4'> {
  readonly specificationVersion: V
  readonly provider: string
  readonly modelId: string
  readonly supportedUrls: Record<string, RegExp[]>
  readonly calls: readonly ScriptedCall[]
  doGenerate(options: ScriptedCallOptions): Promise<ScriptedResult<V>>
  doStream(options: ScriptedCallOptions): Promise<{ stream: ReadableStream<ScriptedStreamPart<V>> }>
}

/** How to make a {@link ScriptedModel}. */
export interface ScriptedModelOptions<V extends ScriptedVersion> {
  /** One step per model call, or a function that answers each call. */
  readonly steps: readonly ScriptStep[] | ((call: ScriptedCall) => ScriptStep)
  /** Defaults to `v4`, which AI SDK 7 speaks. */
  readonly specificationVersion?: V
  readonly provider?: string
  readonly modelId?: string
  /** Milliseconds since 1970 for response timestamps; stands still by default. */
  readonly clock?: () => number
  /** Awaited before each part of a stream, as parts of a provider arrive one by one; by default nothing is. */
  readonly pace?: () => PromiseLike<unknown>
}

const STANDSTILL = Date.UTC(2025, 0, 1)

/** Makes a language model for the AI SDK that follows a script, streaming or not, and needs no provider. */
export function scriptedModel<V extends ScriptedVersion = 'v4'>(
  options: ScriptedModelOptions<V>,
): ScriptedModel<NoInfer<V>> {
  const { steps, provider = 'scripted', modelId = 'scripted-model', clock = () => STANDSTILL } = options
  const version = options.specificationVersion ?? ('v4' as V)
  const calls: ScriptedCall[] = []
  const newId = idCounter()

  function begin(mode: ScriptedCall['mode'], callOptions: ScriptedCallOptions): ScriptedTurn<V> {
    const index = calls.length
    const call = recordCall(index, mode, callOptions)
    calls.push(call)
    const step = typeof steps === 'function' ? steps(call) : steps[index]
    if (step === undefined) throw scriptTooShort(index)
    const reply = replyOf(step)
    const metadata = {
      id: reply.response?.id ?? `response-${index + 1}`,
      modelId: reply.response?.modelId ?? modelId,
      timestamp: reply.response?.timestamp ?? new Date(clock()),
    }
    return { version, call, reply, newId, metadata, pace: options.pace }
  }

  return {
    specificationVersion: version,
    provider,
    modelId,
    supportedUrls: {},
    calls,
    async doGenerate(callOptions) {
      return await generate(begin('generate', callOptions))
    },
    async doStream(callOptions) {
      return { stream: openStream(begin('stream', callOptions)) }
    },
  }
}

function recordCall(index: number, mode: ScriptedCall['mode'], options: ScriptedCallOptions): ScriptedCall {
  const { prompt, tools, toolChoice, abortSignal } = options
  return { index, mode, options, prompt, tools, toolChoice, abortSignal, state: 'open', partsRead: 0 }
}

async function generate<V extends ScriptedVersion>(turn: ScriptedTurn<V>): Promise<ScriptedResult<V>> {
  const { version, call, reply, newId, metadata } = turn
  const content: ScriptedContent[] = []
  for (const item of reply.items) {
    stopIfAborted(call)
    if (item.kind === 'error') {
      call.state = 'failed'
      throw item.error
    }
    if (item.kind === 'hang') await waitAt(item.gate, call)
    else content.push(contentOf(version, item, newId))
  }
  stopIfAborted(call)
  call.state = 'finished'
  return {
    content,
    finishReason: finishOf(version, finishReasonOf(reply)),
    usage: usageOf(version, tokensOf(reply)),
    warnings: [],
    response: metadata,
    ...metadataOf(reply.providerMetadata),
  }
}

function replyOf(step: ScriptStep): ScriptedReply {
  if (typeof step === 'string') return { items: [{ kind: 'text', text: step }] }
  if ('items' in step) return step
  return { items: 'kind' in step ? [step] : step }
}

function idCounter(): (prefix: string) => string {
  const counts = new Map<string, number>()
  return (prefix) => {
    const count = (counts.get(prefix) ?? 0) + 1
    counts.set(prefix, count)
    return `${prefix}-${count}`
  }
}

function scriptTooShort(index: number): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `The script has no step for model call ${index + 1}`,
    why: 'the model was called more often than the script foresees',
    fix: 'add a step, or pass a function as `steps`',
  })
}
