// A chat model of LangChain that says what it was told to say, so that a story needs no provider.
import { randomUUID } from 'node:crypto'
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import { BaseChatModel, type BindToolsInput } from '@langchain/core/language_models/chat_models'
import {
  AIMessage,
  AIMessageChunk,
  type BaseMessage,
  type StandardMessageStructure,
  type ToolCall,
  type UsageMetadata,
} from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'

type Bound = ReturnType<NonNullable<BaseChatModel['bindTools']>>
type Options = BaseChatModel['ParsedCallOptions']

/** What a scripted model answers one call with: a text, or the tools it calls. */
export type ScriptedStep = string | readonly { readonly tool: string; readonly args: object }[]

/** A chat model that answers its first call with the first step, the next one with the next. */
export class ScriptedModel extends BaseChatModel {
  /** What it was asked, call by call. */
  readonly prompts: BaseMessage[][] = []
  readonly #steps: readonly ScriptedStep[]

  constructor(steps: readonly ScriptedStep[]) {
    super({})
    this.#steps = steps
  }

  override _llmType(): string {
    return 'scripted'
  }

  override getLsParams(): ReturnType<BaseChatModel['getLsParams']> {
    return { ls_provider: 'scripted', ls_model_name: 'scripted-model', ls_model_type: 'chat' }
  }

  override bindTools(tools: BindToolsInput[], options: object = {}): Bound {
    return this.withConfig({ tools, ...options } as Options)
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const message = new AIMessage<StandardMessageStructure>(this.#answer(messages))
    return { generations: [{ text: message.text, message }] }
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _options: Options,
    run?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const { id, content, tool_calls, usage_metadata } = this.#answer(messages)
    const words: string[] = content.match(/\S+\s*/g) ?? []
    const spoken = words.map((word) => ({ id, content: word }))
    for (const fields of [...spoken, { id, content: '', tool_calls, usage_metadata }]) {
      const message = new AIMessageChunk<StandardMessageStructure>(fields)
      const chunk = new ChatGenerationChunk({ text: message.text, message })
      yield chunk
      await run?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, { chunk })
    }
  }

  #answer(messages: BaseMessage[]): Answer {
    const turn = this.prompts.push([...messages])
    const step = this.#steps[turn - 1]
    if (step === undefined) throw new Error(`the script has no step for model call ${turn}`)
    const calls = typeof step === 'string' ? [] : step
    return {
      id: randomUUID(),
      content: typeof step === 'string' ? step : '',
      tool_calls: calls.map(({ tool, args }) => ({
        type: 'tool_call',
        id: randomUUID(),
        name: tool,
        args,
      })),
      usage_metadata: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
    }
  }
}

interface Answer {
  readonly id: string
  readonly content: string
  readonly tool_calls: ToolCall[]
  readonly usage_metadata: UsageMetadata
}

/** Makes a chat model that answers one step per call. */
export function scriptedModel(...steps: readonly ScriptedStep[]): ScriptedModel {
  return new ScriptedModel(steps)
}
