import { AOSInstrument, type AOSOptions, type GuardedRun } from '@aos/sdk'
import { stepRecorder, type StepRecorder } from '@aos/sdk/testing'

type Work = (aos: GuardedRun, input: unknown) => unknown

/** A hand-written agent under an instrument, with what was recorded of it. */
export interface GuardedAgent {
  readonly agent: AOSInstrument<(input: unknown, aos: GuardedRun) => Promise<unknown>>
  readonly recorder: StepRecorder
}

/** Instruments a piece of work and records its events. */
export function guardedAgent(work: Work, options: AOSOptions = {}): GuardedAgent {
  const recorder = stepRecorder()
  const sinks = [recorder, ...(options.sinks ?? [])]
  const agent = new AOSInstrument(async (input: unknown, aos: GuardedRun) => work(aos, input), {
    agent: { name: 'worker' },
    ...options,
    sinks,
  })
  return { agent, recorder }
}

/** What a piece of work came to: its value, or what it was rejected with. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** Waits for a promise whichever way it goes. */
export async function outcomeOf(work: PromiseLike<unknown>): Promise<Outcome> {
  try {
    return { value: await work }
  } catch (error) {
    return { error }
  }
}

/** A promise and how to settle it. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** Makes a {@link Deferred}. */
export function deferred<T = void>(): Deferred<T> {
  let settle: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return {
    promise,
    resolve: (value) => settle?.resolve(value),
    reject: (error) => settle?.reject(error),
  }
}
