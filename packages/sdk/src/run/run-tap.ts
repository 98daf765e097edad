import type { RunStatus } from '../events/event.ts'
import type { QuestionTap } from '../hooks/question-tap.ts'
import type { HookSubject } from '../hooks/hook-context.ts'
import type { JudgedValue } from '../hooks/judged-value.ts'
import type { JournalSheet } from '../hooks/journal-sheet.ts'
import type { Registration } from '../hooks/registry.ts'
import type { AdmissionRefusal } from './admission-guard.ts'
import type { Refusal } from './admission.ts'
import type { Approval } from './approval.ts'
import type { Operation } from './operation.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'

/** Keeps everything that decisions depend on: what `createDecisionJournal` of `@aos/sdk/journal` makes. */
export interface RunJournal {
  /** Takes up a run; must not throw. */
  open(run: Run): RunTap
}

/** One question to one hook, as it was about to be asked. */
export interface TappedQuestion {
  readonly step: Step
  readonly phase: 'request' | 'result'
  readonly subject: HookSubject
  /** The value as the operation has it, and as the handlers are shown it. */
  readonly given: unknown
  readonly shown: JudgedValue
  /** Whether it is shown as it is. */
  readonly isWhole: boolean
  readonly registrations: readonly Registration[]
}

/** The question to one admission guard. */
export interface AdmissionTap {
  readonly sheet: JournalSheet
  admitted(refusal: AdmissionRefusal | undefined): void
}

/** What listens in on one run, from inside of its gate; nothing of it throws. */
export interface RunTap {
  /** An operation is about to be decided; `again` where its step has been before. */
  decides(step: Step, operation: Operation, again: boolean): void
  admits(guard: string, operation: Operation): AdmissionTap
  refused(step: Step, refusal: Refusal, phase: string): void
  asks(question: TappedQuestion): HookTap
  /** The effect begins, with this value. */
  starts(step: Step, value: unknown): void
  /** The effect brought this back, before anybody has judged it. */
  brought(step: Step, output: unknown): void
  failed(step: Step, error: unknown): void
  /** A message that asks was answered, as a whole or with one piece. */
  answered(step: Step, value: unknown, isError: boolean): void
  /** What a model said. */
  said(step: Step, output: unknown): void
  closed(step: Step, costUsd: number | undefined): void
  nested(run: Run): void
  /** Whether the run goes on after an error that would end it, as one that is replayed does. */
  outlives?(error: unknown): boolean
  ended(status: RunStatus, error: unknown): void
}

/** What listens in on one question, as far as the gate knows of it. */
export interface HookTap extends QuestionTap {
  /** A changed value was checked against what the operation accepts. */
  checked(value: unknown, problem: string | undefined): void
  /** The approval that stands for asking a person, in a replay. */
  approval(value: unknown): Approval | undefined
  approved(approval: Approval): void
}
