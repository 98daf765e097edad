import * as ai from 'ai'
import type { Agent, InferAgentUIMessage, InferToolInput, LanguageModel, ToolLoopAgent } from 'ai'
import { z } from 'zod'
import { AOSInstrument } from '../../instrument/instrument.ts'
import { instrumentAI } from './index.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_Claim extends true>(): void => undefined

declare const model: LanguageModel
const tools = {
  search: ai.tool({
    inputSchema: z.object({ query: z.string() }),
    execute: async ({ query }) => ({ hits: query.length }),
  }),
}
const agent = new ai.ToolLoopAgent({
  model,
  tools,
  output: ai.Output.object({ schema: z.object({ answer: z.string() }) }),
})
type Original = typeof agent
const wrapped = new AOSInstrument(agent)
type Wrapped = typeof wrapped

// the wrapped agent goes wherever the agent went
type InterfaceOf<A> =
  A extends Agent<infer Options, infer Tools, infer Context, infer Output>
    ? Agent<Options, Tools, Context, Output>
    : never
type ClassOf<A> =
  A extends ToolLoopAgent<infer Options, infer Tools, infer Context, infer Output>
    ? ToolLoopAgent<Options, Tools, Context, Output>
    : never
holds<Same<Same<InterfaceOf<Original>, never>, false>>()
holds<Same<Same<ClassOf<Original>, never>, false>>()
const asAgent: InterfaceOf<Original> = wrapped
const asLoop: ClassOf<Original> = wrapped
const asOriginal: Original = wrapped
holds<Same<InferAgentUIMessage<Wrapped>, InferAgentUIMessage<Original>>>()
holds<Same<Wrapped['tools'], Original['tools']>>()
holds<Same<Wrapped['generate'], Original['generate']>>()
holds<Same<Wrapped['stream'], Original['stream']>>()
holds<Same<InferToolInput<Wrapped['tools']['search']>, { query: string }>>()
holds<Same<ReturnType<Wrapped['unwrap']>, Original>>()

// run gives what generate gives
type Ran = Awaited<ReturnType<Wrapped['run']>>
holds<Same<Ran, Awaited<ReturnType<Original['generate']>>>>()
const answerOf = (ran: Ran): string => ran.output.answer
const queryOf = (ran: Ran): string | undefined => ran.staticToolCalls.map(({ input }) => input.query)[0]

// call options stay required where they were
const optional = new AOSInstrument(
  new ai.ToolLoopAgent({ model, callOptionsSchema: z.object({ user: z.string() }) }),
)
const withOptions = async (): Promise<unknown> => optional.generate({ prompt: 'go', options: { user: 'me' } })
// @ts-expect-error the options are still required
const withoutOptions = async (): Promise<unknown> => optional.generate({ prompt: 'go' })

// a view is an agent of the same type
const view: Wrapped = wrapped.withSession('sess_1')

// the functions of the module keep their types
const functions = instrumentAI(ai)
holds<Same<(typeof functions)['generateText'], (typeof ai)['generateText']>>()
holds<Same<(typeof functions)['streamText'], (typeof ai)['streamText']>>()
holds<Same<(typeof functions)['generateObject'], (typeof ai)['generateObject']>>()
holds<Same<(typeof functions)['embed'], (typeof ai)['embed']>>()
const textOf = async (): Promise<string> => (await functions.generateText({ model, prompt: 'go' })).text

// handlers and options are checked
wrapped.registerHook('toolCallRequest', (context) =>
  context.toolName === 'search' ? undefined : { decision: 'deny' },
)
// @ts-expect-error there is no such hook
wrapped.registerHook('toolRequest', () => undefined)
// @ts-expect-error there is no such option
const misspelt = (): unknown => new AOSInstrument(agent, { streamgard: 'buffer' })
// @ts-expect-error only objects and functions are agents
const noAgent = (): unknown => new AOSInstrument('agent')

export const checked: readonly unknown[] = [
  asAgent,
  asLoop,
  asOriginal,
  answerOf,
  queryOf,
  withOptions,
  withoutOptions,
  view,
  textOf,
  misspelt,
  noAgent,
]
