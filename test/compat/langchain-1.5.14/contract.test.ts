import { AOSInstrument } from '@aos/sdk'
import { describeAdapter, type AdapterSubject, type CaseTurn } from '@aos/sdk/testing'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import { tool } from '@langchain/core/tools'
import { createAgent } from 'langchain'
import { describe, test } from 'vitest'
import { z } from 'zod'

class ScriptedChatModel extends BaseChatModel {
  readonly #turns: readonly CaseTurn[]
  readonly prompts: BaseMessage[][] = []

  constructor(turns: readonly CaseTurn[]) {
    super({})
    this.#turns = turns
  }

  override _llmType(): string {
    return 'scripted'
  }

  override bindTools(): this {
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const turn = this.#turns[this.prompts.length]
    this.prompts.push(messages)
    if (turn === undefined) throw new Error('the script has ended')
    const message =
      'text' in turn
        ? new AIMessage(turn.text)
        : new AIMessage({
            content: '',
            tool_calls: turn.calls.map(({ tool: name, args }, index) => ({
              id: `call-${this.prompts.length}-${index}`,
              name,
              args: { ...args },
              type: 'tool_call' as const,
            })),
          })
    return { generations: [{ text: message.text, message }] }
  }
}

const subject: AdapterSubject = {
  name: 'LangChain createAgent',
  modes: ['invoke', 'stream', 'run'],
  hasModel: true,
  create({ tools, turns, options }) {
    const model = new ScriptedChatModel(turns)
    const structured = Object.entries(tools).map(([name, execute]) =>
      tool(async (args: { query: string }) => execute(args), {
        name,
        description: name,
        schema: z.object({ query: z.string() }),
      }),
    )
    const agent = createAgent({ model, tools: structured })
    const instrumented = new AOSInstrument(agent, options)
    return {
      instrumented,
      async run(mode, input) {
        const state = { messages: [{ role: 'user' as const, content: input }] }
        if (mode === 'stream') {
          let leaked = ''
          let text = ''
          for await (const chunk of await instrumented.stream(state, {
            streamMode: ['values', 'messages', 'updates'],
          })) {
            leaked += JSON.stringify(chunk)
            const [kind, value] = chunk as unknown as [string, { messages: BaseMessage[] }]
            if (kind === 'values') text = value.messages.at(-1)?.text ?? ''
          }
          return { text, leaked }
        }
        const result = (await (mode === 'run' ? instrumented.run(input) : instrumented.invoke(state))) as {
          messages: BaseMessage[]
        }
        const text = result.messages.at(-1)?.text ?? ''
        return { text, leaked: JSON.stringify(result.messages) }
      },
      modelCalls: () => model.prompts.length,
      lastPrompt: () => JSON.stringify(model.prompts.at(-1)),
    }
  },
}

describeAdapter(subject, { describe, test })
