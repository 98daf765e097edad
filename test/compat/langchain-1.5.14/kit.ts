import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import { BaseChatModel, type BaseChatModelCallOptions } from '@langchain/core/language_models/chat_models'
import {
  AIMessage,
  AIMessageChunk,
  type AIMessageChunkFields,
  type AIMessageFields,
  type BaseMessage,
  type UsageMetadata,
} from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'
import { tool, type DynamicStructuredTool } from '@langchain/core/tools'
import { z } from 'zod'

/** What a scripted model answers: a text, calls of tools, both, or a failure. */
export interface Turn {
  readonly text?: string
  readonly calls?: readonly { readonly tool: string; readonly args: object; readonly id?: string }[]
  readonly reasoning?: string
  readonly error?: Error
}

const USAGE: UsageMetadata = {
  input_tokens: 10,
  output_tokens: 5,
  total_tokens: 15,
  input_token_details: { cache_read: 4 },
  output_token_details: { reasoning: 2 },
}

/** A chat model that answers as written, streams in pieces of five characters, and keeps what it was asked. */
export class ScriptedModel extends BaseChatModel {
  readonly prompts: BaseMessage[][] = []
  readonly streamed: number[] = []
  readonly #turns: readonly Turn[]
  // what the framework calls the tool that structured output comes through
  #extract = 'extract'

  constructor(...turns: readonly Turn[]) {
    super({})
    this.#turns = turns
  }

  get lastPrompt(): string {
    return JSON.stringify(this.prompts.at(-1))
  }

  override _llmType(): string {
    return 'scripted'
  }

  override getLsParams(): { ls_provider: string; ls_model_name: string; ls_model_type: 'chat' } {
    return { ls_provider: 'script', ls_model_name: 'scripted-1', ls_model_type: 'chat' }
  }

  override bindTools(tools: readonly unknown[] = []): this {
    for (const one of tools) {
      const { name } = (Reflect.get(Object(one) as object, 'function') ?? {}) as { name?: string }
      if (name?.startsWith('extract-') === true) this.#extract = name
    }
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const message = this.#answer(messages)
    return { generations: [{ text: message.text, message }] }
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _options: BaseChatModelCallOptions,
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const message = this.#answer(messages)
    this.streamed.push(this.prompts.length)
    const id = `msg-${this.prompts.length}`
    const pieces = message.text.match(/.{1,5}/gs) ?? []
    const chunks = [
      ...pieces.map((content) => new AIMessageChunk({ content, id })),
      ...(message.tool_calls ?? []).map(
        ({ name, args, id: callId }, index) =>
          new AIMessageChunk({
            content: '',
            id,
            tool_call_chunks: [
              {
                name,
                args: JSON.stringify(args),
                index: index + 1,
                type: 'tool_call_chunk',
                ...(callId === undefined ? {} : { id: callId }),
              },
            ],
          }),
      ),
      new AIMessageChunk({
        content: '',
        id,
        usage_metadata: USAGE,
        response_metadata: message.response_metadata,
      } as AIMessageChunkFields),
    ]
    for (const chunk of chunks) {
      const generation = new ChatGenerationChunk({ text: chunk.text, message: chunk })
      yield generation
      await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, {
        chunk: generation,
      })
    }
  }

  #answer(messages: BaseMessage[]): AIMessage {
    const turn = this.#turns[this.prompts.length]
    this.prompts.push(messages)
    if (turn === undefined) throw new Error('the script has ended')
    if (turn.error !== undefined) throw turn.error
    const calls = (turn.calls ?? []).map(({ tool: name, args, id }, index) => ({
      id: id ?? `call-${this.prompts.length}-${index}`,
      name: name === 'extract' ? this.#extract : name,
      args: { ...args },
      type: 'tool_call' as const,
    }))
    const fields = {
      content: turn.text ?? '',
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      usage_metadata: USAGE,
      response_metadata: {
        model_name: 'scripted-1-0426',
        finish_reason: calls.length === 0 ? 'stop' : 'tool_calls',
      },
      additional_kwargs: turn.reasoning === undefined ? {} : { reasoning_content: turn.reasoning },
    }
    return new AIMessage(fields as unknown as AIMessageFields)
  }
}

/** A tool named `search` that counts what it was executed with. */
export function searchTool(
  name = 'search',
  work: (query: string) => unknown = (query) => `found ${query}`,
): { readonly search: DynamicStructuredTool; readonly done: string[] } {
  const done: string[] = []
  const search = tool(
    async ({ query }: { query: string }) => {
      done.push(query)
      return work(query)
    },
    { name, description: name, schema: z.object({ query: z.string() }) },
  )
  return { search: search as unknown as DynamicStructuredTool, done }
}

/** A turn that calls `search`. */
export function calls(query: string, id?: string): Turn {
  return { calls: [{ tool: 'search', args: { query }, ...(id === undefined ? {} : { id }) }] }
}

/** What an agent is asked. */
export function ask(content = 'go'): { messages: { role: 'user'; content: string }[] } {
  return { messages: [{ role: 'user', content }] }
}

/** The text of the last message of a result. */
export function lastText(result: { readonly messages: readonly BaseMessage[] }): string {
  return result.messages.at(-1)?.text ?? ''
}

/** Everything a stream gave, as text. */
export async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  let all = ''
  for await (const chunk of stream) all += `${JSON.stringify(chunk)}\n`
  return all
}
