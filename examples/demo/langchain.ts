import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { BaseMessage } from '@langchain/core/messages'
import { createAgent, tool } from 'langchain'
import { scriptedModel } from '../langchain/scripted-model.ts'
import type { Framework } from './framework.ts'
import { chooseModel, type ModelSource } from './model.ts'
import { SCRIPT } from './script.ts'
import { createTools, SYSTEM } from './tools.ts'

const MODELS: ModelSource<BaseChatModel> = {
  providers: [
    { key: 'OPENAI_API_KEY', package: '@langchain/openai', member: 'ChatOpenAI', modelId: 'gpt-5-mini' },
    {
      key: 'ANTHROPIC_API_KEY',
      package: '@langchain/anthropic',
      member: 'ChatAnthropic',
      modelId: 'claude-haiku-4-5',
    },
  ],
  real: (Chat, model) => new (Chat as new (fields: { model: string }) => BaseChatModel)({ model }),
  scripted: () => scriptedModel(...SCRIPT.map((step) => (typeof step === 'string' ? step : [step]))),
}

/** The research agent on the real LangChain. */
export const langchain: Framework = {
  title: 'a LangChain agent',
  async createAgent(effects) {
    const { model, ...chosen } = await chooseModel(MODELS)
    const tools = Object.entries(createTools(effects)).map(
      ([name, { description, parameters: schema, execute }]) =>
        tool(async (parameters) => JSON.stringify(await execute(parameters)), { name, description, schema }),
    )
    const agent = createAgent({ name: 'research-assistant', model, systemPrompt: SYSTEM, tools })
    const textOf = (result: unknown): string =>
      (result as { readonly messages: readonly BaseMessage[] }).messages.at(-1)?.text ?? ''
    return { agent, ...chosen, textOf }
  },
}
