import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { createAgent, type CreateAgentOptions } from '@aos/sdk/vercel-ai/create-agent'
import type { Framework } from './framework.ts'
import { chooseModel, type ModelSource } from './model.ts'
import { SCRIPT } from './script.ts'
import { createTools, SYSTEM } from './tools.ts'

type Model = Exclude<CreateAgentOptions['model'], string>

const MODELS: ModelSource<Model> = {
  providers: [
    { key: 'OPENAI_API_KEY', package: '@ai-sdk/openai', member: 'openai', modelId: 'gpt-5-mini' },
    {
      key: 'ANTHROPIC_API_KEY',
      package: '@ai-sdk/anthropic',
      member: 'anthropic',
      modelId: 'claude-haiku-4-5',
    },
  ],
  real: (provider, modelId) => (provider as (modelId: string) => Model)(modelId),
  scripted: () =>
    scriptedModel({
      modelId: 'scripted-model',
      steps: SCRIPT.map((step) => (typeof step === 'string' ? step : toolCall(step.tool, step.args))),
    }),
}

/** The research agent on the real AI SDK. */
export const vercel: Framework = {
  title: 'a Vercel AI SDK agent',
  async createAgent(effects) {
    const { model, ...chosen } = await chooseModel(MODELS)
    const tools = { ...createTools(effects) } as unknown as NonNullable<CreateAgentOptions['tools']>
    const agent = createAgent({ id: 'research-assistant', model, system: SYSTEM, tools })
    return { agent, ...chosen, textOf: (result) => (result as { readonly text: string }).text }
  },
}
