// a wrapped agent keeps its type with the AI SDK this folder pins
import { AOSInstrument } from '@aos/sdk'
import type { instrumentAI } from '@aos/sdk/vercel-ai'
import * as ai from 'ai'
import type { InferAgentUIMessage, LanguageModel } from 'ai'
import { z } from 'zod'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_Claim extends true>(): void => undefined

declare const model: LanguageModel
const tools = {
  search: ai.tool({
    inputSchema: z.object({ query: z.string() }),
    execute: async ({ query }) => query.length,
  }),
}
const agent = new ai.ToolLoopAgent({ model, tools })
const wrapped = new AOSInstrument(agent)
type Original = typeof agent
type Wrapped = typeof wrapped

const asOriginal: Original = wrapped
holds<Same<InferAgentUIMessage<Wrapped>, InferAgentUIMessage<Original>>>()
holds<Same<Wrapped['tools'], Original['tools']>>()
holds<Same<Awaited<ReturnType<Wrapped['run']>>, Awaited<ReturnType<Original['generate']>>>>()
holds<Same<ReturnType<typeof instrumentAI<typeof ai>>['streamText'], (typeof ai)['streamText']>>()

export const checked: readonly unknown[] = [asOriginal]
