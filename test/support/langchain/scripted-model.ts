import {
  toolCall,
  type ScriptedReply,
  type ScriptItem,
  type ScriptJson,
  type ScriptStep,
} from '@aos/sdk/testing'
import type { ChatModel, LangChainModules } from '../../compat/langchain-1.5.14/index.ts'
import { answerOf, type Answer, type AiMessage, type GenerationChunk } from './scripted-message.ts'

type Messages = Parameters<ChatModel['_generate']>[0]
type CallOptions = Parameters<ChatModel['_generate']>[1]
type RunManager = Parameters<ChatModel['_generate']>[2]
type Result = Awaited<ReturnType<ChatModel['_generate']>>

/** One call a scripted chat model got, and what became of it. */
export interface ScriptedChatCall {
  /** Place among all calls of the model, from 0. */
  readonly index: number
  readonly mode: 'invoke' | 'stream'
  readonly messages: Messages
  /** Names of the tools that were bound for this call. */
  readonly tools: readonly string[]
  /** Everything that was bound or passed: tool choice, response format, stop words, signal. */
  readonly options: Readonly<Record<string, unknown>>
  /** `cancelled`: the reader of the stream gave up. */
  state: 'open' | 'finished' | 'failed' | 'aborted' | 'cancelled'
  /** Pieces of the stream that were taken. */
  chunksRead: number
}

/** One model call of a script; a function sees the call it answers. */
export type ScriptedChatStep = ScriptStep | ((call: ScriptedChatCall) => ScriptStep)

/** How to make a {@link ScriptedChatModel}. */
export interface ScriptedChatOptions {
  /** One step per model call, or a function that answers each call. */
  readonly steps: readonly ScriptedChatStep[] | ((call: ScriptedChatCall) => ScriptStep)
  readonly provider?: string
  readonly modelId?: string
  /** Where thoughts stand: in blocks of the content (default), or in `additional_kwargs.reasoning_content`. */
  readonly reasoning?: 'blocks' | 'kwargs'
  /** Says of itself that it answers in the form of a schema, so that agents ask for that and bind no tool for it. */
  readonly structuredOutput?: boolean
  /** Awaited before the answer, and before each piece of a stream; by default nothing is. */
  readonly pace?: () => PromiseLike<unknown>
  readonly disableStreaming?: boolean
}

/** A chat model of one LangChain version that follows a script, streaming or not, and remembers its calls. */
export type ScriptedChatModel = ChatModel & {
  readonly calls: readonly ScriptedChatCall[]
  /** The messages of the last call, as JSON. */
  lastPrompt(): string
}

let made = 0

/** Makes a chat model of the classes of one LangChain version; it needs no provider. */
export function scriptedChatModel(
  modules: Pick<LangChainModules, 'chatModels' | 'messages' | 'outputs'>,
  options: ScriptedChatOptions,
): ScriptedChatModel {
  const script = scriptOf(modules, options)
  const { provider = 'scripted', modelId = 'scripted-model', structuredOutput = false } = options

  class ScriptedChat extends modules.chatModels.BaseChatModel {
    readonly calls: readonly ScriptedChatCall[] = script.calls
    readonly model: string = modelId

    static override lc_name(): string {
      return 'ScriptedChatModel'
    }

    constructor() {
      super({ disableStreaming: options.disableStreaming ?? false })
    }

    override get profile(): { structuredOutput: boolean; toolCalling: boolean } {
      return { structuredOutput, toolCalling: true }
    }

    lastPrompt(): string {
      return JSON.stringify(script.calls.at(-1)?.messages)
    }

    override _llmType(): string {
      return provider
    }

    override getLsParams(): ReturnType<ChatModel['getLsParams']> {
      return { ls_provider: provider, ls_model_name: modelId, ls_model_type: 'chat' }
    }

    override bindTools(
      tools: unknown[],
      kwargs: object = {},
    ): ReturnType<NonNullable<ChatModel['bindTools']>> {
      return this.withConfig({ tools, ...kwargs } as never)
    }

    override async _generate(messages: Messages, callOptions: CallOptions): Promise<Result> {
      const message = await script.whole(messages, callOptions)
      return { generations: [{ text: message.text, message }] }
    }

    override async *_streamResponseChunks(
      messages: Messages,
      callOptions: CallOptions,
      runManager?: RunManager,
    ): AsyncGenerator<GenerationChunk> {
      for await (const chunk of script.stream(messages, callOptions)) {
        yield chunk
        await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, { chunk })
      }
    }
  }
  return new ScriptedChat()
}

/** Answers an agent that gives its response in a form: with the call of the tool that was bound for it. */
export function structured(value: ScriptJson): (call: ScriptedChatCall) => ScriptStep {
  return ({ tools, index }) => {
    const form = tools.find((name) => name.startsWith('extract-'))
    if (form === undefined)
      throw new Error(`model call ${index + 1} was given no tool for a structured response`)
    return toolCall(form, value)
  }
}

interface Script {
  readonly calls: readonly ScriptedChatCall[]
  whole(messages: Messages, options: CallOptions): Promise<AiMessage>
  stream(messages: Messages, options: CallOptions): AsyncGenerator<GenerationChunk, void>
}

function scriptOf(
  modules: Pick<LangChainModules, 'messages' | 'outputs'>,
  {
    steps,
    pace,
    provider = 'scripted',
    modelId = 'scripted-model',
    reasoning = 'blocks',
  }: ScriptedChatOptions,
): Script {
  const calls: ScriptedChatCall[] = []
  // the state of a graph replaces a message by another of the same id
  const model = `model-${++made}`
  const counts = new Map<string, number>()
  const newId = (prefix: string): string => {
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
    return `${model}-${prefix}-${counts.get(prefix)}`
  }

  function begin(mode: ScriptedChatCall['mode'], messages: Messages, options: CallOptions): Turn {
    const call: ScriptedChatCall = {
      index: calls.length,
      mode,
      messages: [...messages],
      tools: toolNames(options),
      options: { ...options },
      state: 'open',
      chunksRead: 0,
    }
    calls.push(call)
    const reply = replyFor(steps, call)
    const id = reply.response?.id ?? `${model}-message-${call.index + 1}`
    const answer = answerOf(modules, reply, { id, provider, modelId, reasoning, newId })
    return { call, items: reply.items, answer }
  }

  return {
    calls,
    async whole(messages, options) {
      const turn = begin('invoke', messages, options)
      const said: Speech[] = []
      return await followed(turn.call, async () => {
        await pace?.()
        for await (const item of spoken(turn)) said.push(item)
        return turn.answer.message(said)
      })
    },
    async *stream(messages, options) {
      const { call, answer, items } = begin('stream', messages, options)
      try {
        for await (const item of spoken({ call, answer, items }))
          for (const piece of answer.pieces(item)) yield await paced(call, piece)
        yield await paced(call, answer.lastPiece())
        call.state = 'finished'
      } catch (error) {
        call.state = isAborted(call) ? 'aborted' : 'failed'
        throw error
      } finally {
        if (call.state === 'open') call.state = 'cancelled'
      }
    },
  }

  async function paced(call: ScriptedChatCall, piece: GenerationChunk): Promise<GenerationChunk> {
    await pace?.()
    stopIfAborted(call)
    call.chunksRead += 1
    return piece
  }
}

interface Turn {
  readonly call: ScriptedChatCall
  readonly items: readonly ScriptItem[]
  readonly answer: Answer
}

type Speech = Exclude<ScriptItem, { kind: 'error' | 'hang' }>

/** The items that are said; errors are thrown and waits are waited for at their place. */
async function* spoken({ call, items }: Turn): AsyncGenerator<Speech, void> {
  stopIfAborted(call)
  for (const item of items) {
    if (item.kind === 'error') throw item.error
    if (item.kind === 'hang') await waitAt(item.gate, call)
    else yield item
    stopIfAborted(call)
  }
}

async function followed<T>(call: ScriptedChatCall, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work()
    call.state = 'finished'
    return result
  } catch (error) {
    call.state = isAborted(call) ? 'aborted' : 'failed'
    throw error
  }
}

function replyFor(steps: ScriptedChatOptions['steps'], call: ScriptedChatCall): ScriptedReply {
  const listed = typeof steps === 'function' ? steps : steps[call.index]
  const step = typeof listed === 'function' ? listed(call) : listed
  if (step === undefined) throw new Error(`the script has no step for model call ${call.index + 1}`)
  if (typeof step === 'string') return { items: [{ kind: 'text', text: step }] }
  if ('items' in step) return step
  return { items: 'kind' in step ? [step] : step }
}

function toolNames(options: CallOptions): string[] {
  const { tools = [] } = options as { tools?: readonly { name?: string; function?: { name: string } }[] }
  return tools.map((tool) => tool.name ?? tool.function?.name ?? '')
}

function signalOf({ options }: ScriptedChatCall): AbortSignal | undefined {
  return options['signal'] instanceof AbortSignal ? options['signal'] : undefined
}

function isAborted(call: ScriptedChatCall): boolean {
  return signalOf(call)?.aborted === true
}

function stopIfAborted(call: ScriptedChatCall): void {
  signalOf(call)?.throwIfAborted()
}

async function waitAt(gate: PromiseLike<unknown> | undefined, call: ScriptedChatCall): Promise<void> {
  await new Promise<void>((resolve, refuse) => {
    signalOf(call)?.addEventListener('abort', () => resolve(), { once: true })
    gate?.then(() => resolve(), refuse)
  })
}
