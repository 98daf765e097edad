import { scriptedModel, toolCall } from '@aos/sdk/testing'
import type { CreateAgentOptions } from '@aos/sdk/vercel-ai/create-agent'

/** A model object of the AI SDK. */
export type DemoModel = Exclude<CreateAgentOptions['model'], string>

/** The model the demo runs on, and what the screen says about it. */
export interface ChosenModel {
  readonly model: DemoModel
  readonly scripted: boolean
  readonly label: string
}

const PROVIDERS = [
  { key: 'OPENAI_API_KEY', name: '@ai-sdk/openai', member: 'openai', modelId: 'gpt-5-mini' },
  { key: 'ANTHROPIC_API_KEY', name: '@ai-sdk/anthropic', member: 'anthropic', modelId: 'claude-haiku-4-5' },
] as const

/** Takes the provider whose API key is in the environment and whose package is installed; else the scripted model. */
export async function chooseModel(env: NodeJS.ProcessEnv = process.env): Promise<ChosenModel> {
  const wanted = PROVIDERS.find(({ key }) => env[key] !== undefined && env[key] !== '')
  if (wanted === undefined) return scripted('set OPENAI_API_KEY or ANTHROPIC_API_KEY for a real one')
  const { key, name, member } = wanted
  const modelId = env['AOS_DEMO_MODEL'] || wanted.modelId
  const provider = await loadProvider(name, member)
  if (provider !== undefined)
    return { model: provider(modelId), scripted: false, label: `${modelId} (${name})` }
  const install = `node scripts/dev.mjs exec pnpm add ${name} --filter @aos-private/examples`
  return scripted(`${key} is set, but ${name} is not installed: ${install}`)
}

async function loadProvider(
  name: string,
  member: string,
): Promise<((modelId: string) => DemoModel) | undefined> {
  try {
    const loaded: unknown = await import(name)
    const provider: unknown = Reflect.get(Object(loaded), member)
    return typeof provider === 'function' ? (provider as (modelId: string) => DemoModel) : undefined
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function scripted(note: string): ChosenModel {
  const model = scriptedModel({
    modelId: 'scripted-model',
    steps: [
      toolCall('web_search', { query: 'recent AI safety papers' }),
      toolCall('employee_search', { query: 'employee SSN records' }),
      toolCall('database_query', { query: 'SELECT * FROM customers' }),
      'I found one paper and one customer. Policy denied me the employee records.',
      toolCall('generate_images', { prompt: 'a lighthouse', count: 1000 }),
    ],
  })
  return { model, scripted: true, label: `scripted (${note})` }
}
