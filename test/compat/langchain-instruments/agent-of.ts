import { AOSInstrument, type AOSHandle, type AOSOptions, type GuardedRun } from '@aos/sdk'

/** An instrumented agent whose turns give this. */
export interface AgentOf<T> extends Omit<AOSHandle<object>, 'run'> {
  run(input: string): Promise<T>
}

/** An agent whose turn is the given work, with the run it does it in. */
export function agentOf<T>(work: (aos: GuardedRun) => Promise<T>, options?: AOSOptions): AgentOf<T> {
  const agent = async (_input: unknown, aos: GuardedRun): Promise<T> => work(aos)
  return new AOSInstrument(agent, options) as unknown as AgentOf<T>
}

/** Does work, and rejects where a promise that nobody waits for has rejected. */
export async function withoutUnhandled<T>(work: () => Promise<T>): Promise<T> {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  const before = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
  try {
    const result = await work()
    // they are reported once the queue of promises is empty
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    if (unhandled.length > 0) throw new Error(`unhandled: ${unhandled.map(String).join(', ')}`)
    return result
  } finally {
    process.removeListener('unhandledRejection', note)
    for (const listener of before) process.on('unhandledRejection', listener)
  }
}
