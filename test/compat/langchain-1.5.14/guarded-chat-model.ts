import type { GuardedRun } from '@aos/sdk/adapter'
import { BaseChatModel, type BindToolsInput } from '@langchain/core/language_models/chat_models'
import {
  AIMessage,
  type AIMessageFields,
  type BaseMessage,
  type UsageMetadata,
} from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import type { Runnable } from '@langchain/core/runnables'

/** What is judged of a model's answer before anybody else sees it. */
export interface AnswerJudge {
  readonly aos: GuardedRun
  /** Decides the tool calls of an answer and gives it back with the arguments that were decided. */
  readonly judgeCalls: (answer: AIMessage) => Promise<AIMessage>
}

/** Delegates to the user's model out of sight of every callback, and returns what was decided: no stream mode shows more. */
export class GuardedChatModel extends BaseChatModel {
  readonly #inner: BaseChatModel
  readonly #bound: Runnable
  readonly #judge: AnswerJudge

  constructor(inner: BaseChatModel, judge: AnswerJudge, bound: Runnable = inner) {
    super({})
    this.#inner = inner
    this.#judge = judge
    this.#bound = bound
  }

  // asked for before the constructor has run
  override _llmType(): string {
    return 'aos-guarded'
  }

  override bindTools(tools: BindToolsInput[], options?: object): Runnable {
    return new GuardedChatModel(this.#inner, this.#judge, this.#inner.bindTools?.(tools, options))
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const { aos, judgeCalls } = this.#judge
    const answer = await aos.model(
      { model: this.#inner.getName(), provider: this.#inner._llmType(), messages: messages.map(textOf) },
      async (_given, report) => {
        const message = (await this.#bound.invoke(messages, { callbacks: [] })) as AIMessage
        const usage = message.usage_metadata as UsageMetadata | undefined
        if (usage !== undefined)
          report({ usage: { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens } })
        return message
      },
    )
    const calls = answer.tool_calls ?? []
    const message = calls.length > 0 ? await judgeCalls(answer) : await this.#judgeText(answer)
    aos.run.throwIfFatal()
    return { generations: [{ text: message.text, message }] }
  }

  async #judgeText(answer: AIMessage): Promise<AIMessage> {
    const text = await this.#judge.aos.message<unknown>(
      { role: 'agent', content: answer.text, final: true },
      (decided) => decided,
    )
    return text === answer.text ? answer : rewritten(answer, { content: String(text) })
  }
}

/** An answer with other content or calls; its id and what is known of its making stay. */
export function rewritten(
  answer: AIMessage,
  change: Pick<AIMessageFields, 'content' | 'tool_calls'>,
): AIMessage {
  const kept = {
    id: answer.id,
    response_metadata: answer.response_metadata,
    usage_metadata: answer.usage_metadata,
  }
  return new AIMessage({ content: answer.content, ...kept, ...change } as AIMessageFields)
}

function textOf(message: BaseMessage): { readonly role: string; readonly content: string } {
  return { role: message.getType(), content: message.text }
}
