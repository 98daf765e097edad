import type { AOSInstrument } from './handle.ts'

interface Executor {
  invoke(input: object): Promise<{ readonly output: string }>
  run(input: string): Promise<string>
}

declare const agent: AOSInstrument<Executor>

// where an agent has a `run` of its own, ours is the one that is called
export const output: Promise<{ readonly output: string }> = agent.run('hello')
