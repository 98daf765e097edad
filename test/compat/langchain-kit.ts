import { reject, text, toolCall } from '@aos/sdk/testing'
import { z } from 'zod'
import {
  scriptedChatModel,
  structured,
  type ScriptedChatModel,
  type ScriptedChatStep,
} from '../support/langchain/scripted-model.ts'
import type { StructuredTool } from './langchain-1.5.14/index.ts'
import type { Turn } from './langchain-1.5.14/kit.ts'
import type { LangChainVersion } from './langchain-versions.ts'

/** What tests that are the same in every version build their agents of. */
export interface LangChainKit {
  readonly scripted: (...turns: readonly Turn[]) => ScriptedChatModel
  readonly searchTool: (
    name?: string,
    work?: (query: string) => unknown,
  ) => { readonly search: StructuredTool; readonly done: string[] }
}

/** The parts of agents, of the classes of one version. */
export function kitOf(version: LangChainVersion): LangChainKit {
  return {
    scripted: (...turns) => scriptedChatModel(version, { steps: turns.map(stepOf) }),
    searchTool(name = 'search', work = (query) => `found ${query}`) {
      const done: string[] = []
      const search = version.langchain.tool(
        async ({ query }: { query: string }) => {
          done.push(query)
          return work(query)
        },
        { name, description: name, schema: z.object({ query: z.string() }) },
      )
      return { search: search as unknown as StructuredTool, done }
    },
  }
}

function stepOf({ text: said, calls = [], error }: Turn): ScriptedChatStep {
  if (error !== undefined) return reject(error)
  const [form] = calls.filter(({ tool }) => tool === 'extract')
  if (form !== undefined) return structured(form.args as never)
  return [
    ...(said === undefined ? [] : [text(said)]),
    ...calls.map(({ tool, args, id }) => toolCall(tool, args as never, id === undefined ? {} : { id })),
  ]
}
