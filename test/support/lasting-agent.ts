import { AOSInstrument, type AOSOptions, type GuardedRun } from '@aos/sdk'

/** An agent each of whose runs lasts until it is told to end. */
export interface LastingAgent {
  readonly agent: AOSInstrument<(input: string, aos: GuardedRun) => Promise<string>>
  /** Starts a run that is under way once this resolves; gives how to end it. */
  readonly begin: () => Promise<() => Promise<void>>
}

/** Creates an agent that does some work in each run, and then waits. */
export function createLastingAgent(
  options: AOSOptions = {},
  work: (aos: GuardedRun) => unknown = () => undefined,
): LastingAgent {
  const begun: ((finish: () => void) => void)[] = []
  const agent = new AOSInstrument(async (input: string, aos: GuardedRun) => {
    await work(aos)
    return new Promise<string>((resolve) => {
      begun.shift()?.(() => resolve(input))
    })
  }, options)
  return {
    agent,
    begin: async () => {
      const finisher = new Promise<() => void>((resolve) => begun.push(resolve))
      const ended = agent.run('go')
      const finish = await Promise.race([finisher, ended.then(() => () => undefined)])
      return async () => {
        finish()
        await ended
      }
    },
  }
}
