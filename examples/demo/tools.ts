import { z } from 'zod'

/** What the tools really did, so that a denial can be seen not to have happened. */
export interface Effects {
  webSearches: number
  imagesMade: number
  readonly employeeSearches: string[]
  readonly queries: string[]
}

/** A tool of the demo, which each framework makes its own kind of tool of. */
export interface DemoTool {
  readonly description: string
  readonly parameters: z.ZodObject
  readonly execute: (parameters: Readonly<Record<string, unknown>>) => Promise<unknown>
}

/** What the agent is told to be. */
export const SYSTEM = `You are a research assistant. Use the tools for each part of a request, one at a time and in the order
in which the request names them. Go on when a tool call is denied, and say so in your answer.`

/** Makes the tools of the research agent; they count in `effects` what they do. */
export function createTools(effects: Effects): Readonly<Record<string, DemoTool>> {
  const search = z.object({ query: z.string() })
  return {
    web_search: {
      description: 'Search the web for information',
      parameters: search,
      execute: async () => {
        effects.webSearches += 1
        return [{ title: 'Concrete problems in AI safety', year: 2016 }]
      },
    },
    employee_search: {
      description: 'Search the employee records',
      parameters: search,
      execute: async ({ query }) => {
        effects.employeeSearches.push(String(query))
        return [{ name: 'Ada Lovelace', ssn: '078-05-1120' }]
      },
    },
    database_query: {
      description: 'Run a SQL query on the customer database',
      parameters: search,
      execute: async ({ query }) => {
        effects.queries.push(String(query))
        return [{ id: 1, name: 'Grace Hopper' }]
      },
    },
    generate_images: {
      description: 'Generate images with DALL-E',
      parameters: z.object({ prompt: z.string(), count: z.number().int() }),
      execute: async ({ count }) => {
        effects.imagesMade += Number(count)
        return { made: count }
      },
    },
  }
}
