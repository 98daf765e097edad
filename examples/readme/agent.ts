// What the code in the Markdown files runs with, where it does not make its own.
import { scriptedModel, toolCall, type ScriptedModel } from '@aos/sdk/testing'
import { tool, type Tool } from 'ai'
import { z } from 'zod'

/** Searches that really happened. */
export const searched: string[] = []

/** A model that searches for social security numbers, then for papers, then answers. */
export const model: ScriptedModel = scriptedModel({
  modelId: 'gpt-4',
  provider: 'openai',
  steps: [
    toolCall('search', { query: 'employee SSN records' }),
    toolCall('search', { query: 'AI safety papers' }),
    'The employee records are off limits. Two new papers are out.',
  ],
})

/** A tool of the AI SDK that searches the web. */
export const search: Tool<{ query: string }, string[]> = tool({
  description: 'Search the web for information',
  inputSchema: z.object({ query: z.string() }),
  execute: async ({ query }) => {
    searched.push(query)
    return ['Concrete problems in AI safety', 'Unsolved problems in ML safety']
  },
})
