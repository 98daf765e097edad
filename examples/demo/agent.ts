import { createAgent } from '@aos/sdk/vercel-ai/create-agent'
import { z } from 'zod'
import type { DemoModel } from './model.ts'

/** What the tools really did, so that a denial can be seen not to have happened. */
export interface Effects {
  webSearches: number
  imagesMade: number
  readonly employeeSearches: string[]
  readonly queries: string[]
}

const SYSTEM = `You are a research assistant. Use the tools for each part of a request, one at a time and in the order
in which the request names them. Go on when a tool call is denied, and say so in your answer.`

/** Makes the research agent; its tools count in `effects` what they do. */
export function createResearchAgent(model: DemoModel, effects: Effects): ReturnType<typeof createAgent> {
  return createAgent({
    id: 'research-assistant',
    model,
    system: SYSTEM,
    tools: {
      web_search: {
        description: 'Search the web for information',
        parameters: z.object({ query: z.string() }),
        execute: async () => {
          effects.webSearches += 1
          return [{ title: 'Concrete problems in AI safety', year: 2016 }]
        },
      },
      employee_search: {
        description: 'Search the employee records',
        parameters: z.object({ query: z.string() }),
        execute: async ({ query }: { readonly query: string }) => {
          effects.employeeSearches.push(query)
          return [{ name: 'Ada Lovelace', ssn: '078-05-1120' }]
        },
      },
      database_query: {
        description: 'Run a SQL query on the customer database',
        parameters: z.object({ query: z.string() }),
        execute: async ({ query }: { readonly query: string }) => {
          effects.queries.push(query)
          return [{ id: 1, name: 'Grace Hopper' }]
        },
      },
      generate_images: {
        description: 'Generate images with DALL-E',
        parameters: z.object({ prompt: z.string(), count: z.number().int() }),
        execute: async ({ count }: { readonly count: number }) => {
          effects.imagesMade += count
          return { made: count }
        },
      },
    },
  })
}
