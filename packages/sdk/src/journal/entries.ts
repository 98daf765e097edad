import type { RunStatus, RunTrigger, StepKind, StepStatus } from '../events/event.ts'
import type { Verdict } from '../hooks/answer.ts'
import type { AgentInfo, SessionInfo } from '../hooks/hook-context.ts'
import type { HookName } from '../hooks/hook-names.ts'
import type { AOSOptions } from '../instrument/options.ts'
import type { ApprovalState, Operation, ToolKind } from '../run/operation.ts'
import type { ModelFacts } from '../run/step.ts'
import type { Json } from '../values/snapshot.ts'

/** Version of the entries that are written. */
export const JOURNAL_VERSION = 1

/**
 * A value as it was: JSON, none at all, the very value of the operation (`same`), or `opaque` with the reason why JSON
 * cannot hold it. What a model is told and says in objects of a framework stands there as plain `messages`.
 */
export type RecordedValue =
  | { readonly json: Json }
  | { readonly messages: readonly Json[] }
  | { readonly none: true }
  | { readonly same: true }
  | { readonly opaque: string }

/** States by name, in the order in which they were kept; a name may stand there several times. */
export type RecordedStates = readonly (readonly [name: string, state: Json])[]

/** Options that decide how a run is judged, and can be told as JSON. */
export type RecordedOptions = Pick<
  AOSOptions,
  | 'retrievalModify'
  | 'onDeny'
  | 'notice'
  | 'toolKinds'
  | 'limits'
  | 'handlerTimeoutMs'
  | 'approvalTimeoutMs'
  | 'requiredHooks'
>

interface Base {
  readonly v: typeof JOURNAL_VERSION
  /** Counts up from 1 in each file; a gap is an entry that was dropped. */
  readonly n: number
  /** The clock of the instrument, in milliseconds since the epoch. */
  readonly at: number
}

/** What a run started with; the first entry of its file. */
export interface RunEntry extends Base {
  readonly t: 'run'
  readonly run: {
    readonly id: string
    readonly turnId: string
    readonly parentRunId?: string | undefined
    readonly parentStepId?: string | undefined
    readonly session: SessionInfo
    readonly user?: RecordedValue | undefined
    readonly agent: AgentInfo
    readonly trigger?: RunTrigger | undefined
    readonly model?: string | undefined
    readonly provider?: string | undefined
    readonly tools?: readonly string[] | undefined
    readonly config?: RecordedValue | undefined
    readonly runtime: string
    readonly startedAt: number
  }
  readonly options: RecordedOptions
}

/** An operation that is about to be decided; `again` where its step has been before. */
export interface OperationEntry extends Base {
  readonly t: 'operation'
  readonly step: string
  readonly again?: true | undefined
  readonly parent?: string | undefined
  readonly kind: StepKind
  readonly name: string
  readonly value: RecordedValue
  readonly executionId?: string | undefined
  readonly toolKind?: ToolKind | undefined
  readonly facts?: Readonly<Record<string, RecordedValue>> | undefined
  readonly approval?: ApprovalState | undefined
  readonly refusal?: Operation['refusal']
  readonly enforceable?: boolean | undefined
  readonly answered?: boolean | undefined
  readonly coveredBy?: string | undefined
  readonly model?: Operation['model']
}

/** What an admission guard said, and the state it had. */
export interface AdmitEntry extends Base {
  readonly t: 'admit'
  readonly step: string
  readonly guard: string
  readonly states?: RecordedStates | undefined
  readonly code?: string | undefined
  readonly reason?: string | undefined
}

/** Admission has refused an operation. */
export interface RefusedEntry extends Base {
  readonly t: 'refused'
  readonly step: string
  readonly phase: string
  readonly code: string
  readonly reason: string
  readonly by?: string | undefined
}

/** A question to one hook. */
export interface AskEntry extends Base {
  readonly t: 'ask'
  readonly step: string
  /** The `decisionId`. */
  readonly q: string
  readonly hook: HookName
  readonly phase: 'request' | 'result'
  readonly value: RecordedValue
  readonly isError?: boolean | undefined
  /** Names of the handlers that may be asked, in their order. */
  readonly handlers: readonly string[]
}

/** What one handler said. */
export interface SayEntry extends Base {
  readonly t: 'say'
  readonly q: string
  readonly handler: string
  readonly pass: 'first' | 'recheck'
  readonly verdict: Verdict | 'throw'
  readonly reason?: string | undefined
  readonly codes: readonly string[]
  readonly replacement?: RecordedValue | undefined
  readonly failOpen?: string | undefined
  readonly policies?: readonly string[] | undefined
  /** Name and message of what was thrown. */
  readonly error?: RecordedError | undefined
  readonly states?: RecordedStates | undefined
  /** Answers from outside of the process. */
  readonly outside?: readonly (readonly [name: string, answer: RecordedValue])[] | undefined
  /** When the handler was asked. */
  readonly askedAt: number
}

/** A changed value was checked against what the operation accepts. */
export interface CheckEntry extends Base {
  readonly t: 'check'
  readonly q: string
  readonly value: RecordedValue
  readonly problem?: string | undefined
}

/** What the handlers came to. */
export interface DecisionEntry extends Base {
  readonly t: 'decision'
  readonly q: string
  readonly verdict: Verdict | 'throw'
  readonly by?: string | undefined
  readonly reason?: string | undefined
  readonly codes: readonly string[]
  readonly policies?: readonly string[] | undefined
  /** The value to go on with, where it was modified. */
  readonly value?: RecordedValue | undefined
}

/** What a person said. */
export interface ApprovalEntry extends Base {
  readonly t: 'approval'
  readonly q: string
  readonly approved: boolean
  readonly by?: string | undefined
  readonly reason: string
  readonly codes: readonly string[]
}

/** The effect begins. */
export interface StartEntry extends Base {
  readonly t: 'start'
  readonly step: string
  readonly value: RecordedValue
}

/** What the effect brought back, before anybody had judged it. */
export interface ResultEntry extends Base {
  readonly t: 'result'
  readonly step: string
  readonly value: RecordedValue
}

/** What was thrown. */
export interface RecordedError {
  readonly name: string
  readonly message: string
  /** Whether it was a denial further down. */
  readonly denied?: true | undefined
}

/** The effect has failed. */
export interface FailureEntry extends Base {
  readonly t: 'failure'
  readonly step: string
  readonly error: RecordedError
  /** The run had been ended before, so that nobody was asked about it. */
  readonly late?: true | undefined
}

/** The answer to a message that asks, or one piece of it. */
export interface AnswerEntry extends Base {
  readonly t: 'answer'
  readonly step: string
  readonly value: RecordedValue
  readonly isError: boolean
}

/** What a model said. */
export interface OutputEntry extends Base {
  readonly t: 'output'
  readonly step: string
  readonly value: RecordedValue
}

/** A step has ended. */
export interface CloseEntry extends Base {
  readonly t: 'close'
  readonly step: string
  readonly status: StepStatus
  readonly facts?: ModelFacts | undefined
  readonly costUsd?: number | undefined
}

/** A run was started inside of this one; it has a file of its own. */
export interface ChildEntry extends Base {
  readonly t: 'child'
  readonly run: string
  readonly step?: string | undefined
}

/** The run has ended; the last entry of its file. */
export interface EndEntry extends Base {
  readonly t: 'end'
  readonly status: RunStatus
  readonly error?: RecordedError | undefined
  /** Entries that are missing in this file. */
  readonly dropped: number
}

/** One line of a journal. */
export type JournalEntry =
  | RunEntry
  | OperationEntry
  | AdmitEntry
  | RefusedEntry
  | AskEntry
  | SayEntry
  | CheckEntry
  | DecisionEntry
  | ApprovalEntry
  | StartEntry
  | ResultEntry
  | FailureEntry
  | AnswerEntry
  | OutputEntry
  | CloseEntry
  | ChildEntry
  | EndEntry

/** An entry before it is numbered. */
export type NewEntry<E = JournalEntry> = E extends JournalEntry ? Omit<E, 'v' | 'n' | 'at'> : never
