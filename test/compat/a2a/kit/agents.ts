import { allow, AOSInstrument, type AOSHandle, type HookContext } from '@aos/sdk'

/** What a test's handler of the a2a hook does. */
export type Judge = (context: HookContext) => unknown

/** An instrumented agent, with a handler of the a2a hook. */
export type Guarded = AOSHandle<(input: unknown) => Promise<unknown>>

/** Makes one; its own turn is the given work. */
export function guarded(judge: Judge = () => allow(), work: () => unknown = () => 'unused'): Guarded {
  const agent = new AOSInstrument(async (_input: unknown) => work(), {
    agent: { id: 'tests', name: 'tests' },
  })
  agent.registerHook('a2a', judge as never)
  return agent
}
