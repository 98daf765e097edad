import type { AOSInstrument } from '../instrument/handle.ts'
import type { AOSOptions } from '../instrument/options.ts'
import { denialCases } from './adapter-cases/denials.ts'
import { lifecycleCases } from './adapter-cases/lifecycle.ts'
import { messageCases } from './adapter-cases/messages.ts'
import { modificationCases } from './adapter-cases/modifications.ts'

/** A tool call that the scripted agent makes. */
export interface CaseCall {
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
}

/** What the scripted agent does, in order: calls (several are made in parallel), then a text. */
export type CaseTurn = { readonly calls: readonly CaseCall[] } | { readonly text: string }

/** Tools of the scripted agent: each takes `{ query: string }` and its function does the work. */
export type CaseTools = Readonly<Record<string, (args: { readonly query: string }) => unknown>>

/** How one mode of an agent is run: its text, or the error it ended with. */
export interface CaseOutcome {
  readonly text: string
  /** Everything that left the agent before the end, as text: the chunks of a stream, or the text again. */
  readonly leaked: string
}

/** An agent made for one case, by the framework under test. */
export interface CaseAgent {
  readonly instrumented: AOSInstrument<object>
  /** Runs one turn in the given mode; rejects with what the agent rejects with. */
  run(mode: string, input: string): Promise<CaseOutcome>
  /** How often the model was called. */
  modelCalls(): number
  /** Text of everything the model was shown in its last call. */
  lastPrompt(): string
}

/** What a framework adapter brings to be checked against the contract. */
export interface AdapterSubject {
  readonly name: string
  /** Modes in which agents run, for example `generate` and `stream`. */
  readonly modes: readonly string[]
  /** Whether a model call is made that sees tool results (a hand-written agent has none). */
  readonly hasModel: boolean
  create(script: {
    readonly tools: CaseTools
    readonly turns: readonly CaseTurn[]
    readonly options?: AOSOptions
  }): CaseAgent
}

/** The test functions the contract is declared with, for example those of vitest or node:test. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => void
  readonly test: (name: string, body: () => Promise<void>) => void
}

/** One case of the contract. */
export interface AdapterCase {
  readonly name: string
  /** Cases about what the model sees are left out for subjects without one. */
  readonly needsModel?: boolean
  run(subject: AdapterSubject, mode: string): Promise<void>
}

/** Declares the contract every adapter keeps: denied did not happen, modified arrives, thrown ends the run, each step is recorded once. */
export function describeAdapter(subject: AdapterSubject, { describe, test }: TestFunctions): void {
  const cases = [...denialCases, ...modificationCases, ...messageCases, ...lifecycleCases].filter(
    (one) => subject.hasModel || one.needsModel !== true,
  )
  describe(`${subject.name} keeps the adapter contract`, () => {
    for (const mode of subject.modes) {
      describe(mode, () => {
        for (const one of cases) test(one.name, () => one.run(subject, mode))
      })
    }
  })
}
