// An assistant of the AI SDK that finds tools in a registry while it runs, as agents with plugins do.
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { ToolLoopAgent, tool, type ToolSet } from 'ai'
import { z } from 'zod'

/** Tools that were really executed. */
export const executed: string[] = []

const search = tool({
  description: 'Search the web for information',
  inputSchema: z.object({ query: z.string() }),
  execute: ({ query }) => {
    executed.push('web-search')
    return `three papers about ${query}`
  },
})

/** Tools that the registry offers by and by; somebody else writes them. */
export const registry: ToolSet = {}

/** Makes a tool of the registry, with the version that it says it has. */
export function plugin(name: string, description: string, version: string): ToolSet {
  const made = tool({
    description,
    inputSchema: z.object({ path: z.string() }),
    execute: ({ path }) => {
      executed.push(name)
      return `${name} read ${path}`
    },
  })
  return { [name]: Object.assign(made, { version }) }
}

/** The assistant; its model uses whatever tool it is offered last. */
export function createAssistant(): ToolLoopAgent<never, ToolSet> {
  const model = scriptedModel({
    modelId: 'gpt-5.2',
    provider: 'openai',
    steps: ({ prompt, tools }) => {
      const offered = tools as readonly { readonly name: string }[]
      const used = offered.at(-1)?.name
      if (used === undefined || JSON.stringify(prompt).includes('tool-result')) return 'Done.'
      return toolCall(used, used === 'web-search' ? { query: 'AI safety' } : { path: 'contract.pdf' })
    },
  })
  return new ToolLoopAgent({
    id: 'research-assistant',
    model,
    tools: { 'web-search': search } as ToolSet,
    prepareCall: async (settings) => ({ ...settings, tools: { ...settings.tools, ...registry } }),
  })
}
