import type { RunStatus } from '../events/event.ts'
import type { Judgement, Say } from '../hooks/chain.ts'
import { settledValue } from '../hooks/judged-value.ts'
import type { Asking } from '../hooks/question-tap.ts'
import type { Registration } from '../hooks/registry.ts'
import type { AdmissionRefusal } from '../run/admission-guard.ts'
import type { Refusal } from '../run/admission.ts'
import type { Approval } from '../run/approval.ts'
import type { Operation } from '../run/operation.ts'
import type { Run } from '../run/run.ts'
import type { AdmissionTap, HookTap, RunTap, TappedQuestion } from '../run/run-tap.ts'
import type { Step } from '../run/step.ts'
import { ListWriter } from './continued-list.ts'
import { JOURNAL_VERSION, type NewEntry, type RecordedValue } from './entries.ts'
import type { JournalFile } from './journal-file.ts'
import { recordedModelValue } from './model-value.ts'
import { RecordedSheet } from './recorded-sheet.ts'
import { recordedError, recordedJudged, recordedValue } from './recorded-value.ts'
import { operationEntry, runEntry } from './start-entries.ts'

/** What a step was given and has brought back, so that a question about the very same value need not repeat it. */
interface Known {
  value: unknown
  failed: boolean
}

/** Takes down one run; whatever fails here is counted and changes nothing. */
export class RunRecorder implements RunTap {
  readonly #run: Run
  readonly #file: JournalFile
  readonly #onEnd: () => void
  readonly #known = new WeakMap<Step, Known>()
  readonly #steps = new WeakMap<Operation, Step>()
  readonly #prompts = new ListWriter()
  #n = 0
  #ended = false

  constructor(run: Run, file: JournalFile, onEnd: () => void) {
    this.#run = run
    this.#file = file
    this.#onEnd = onEnd
    this.write(() => runEntry(run))
  }

  get now(): number {
    return this.#run.core.now()
  }

  /** Writes an entry, made only here so that whatever throws while it is made is counted. */
  write(make: () => NewEntry | undefined): void {
    if (this.#ended) return
    const n = this.#n + 1
    try {
      const entry = make()
      if (entry !== undefined) this.#file.write(this.#line(entry))
    } catch {
      // its number stays free, so that a reader sees that it is missing
      this.#n = n
      this.#file.drop()
    }
  }

  #line(entry: NewEntry): string {
    return JSON.stringify({ v: JOURNAL_VERSION, n: ++this.#n, at: this.#run.core.now(), ...entry })
  }

  decides(step: Step, operation: Operation, again: boolean): void {
    this.#steps.set(operation, step)
    this.#known.set(step, { value: operation.value, failed: false })
    this.write(() => this.#operation(step, operation, again))
  }

  #operation(step: Step, operation: Operation, again: boolean): NewEntry {
    if (operation.kind !== 'modelCall')
      return operationEntry(step, operation, { again, value: recordedValue(operation.value) })
    // a reader gives the whole list again
    const told = this.#prompts.written(recordedModelValue(operation.value, 'user'), this.#n + 1)
    return operationEntry(step, operation, { again, value: told as RecordedValue })
  }

  admits(guard: string, operation: Operation): AdmissionTap {
    const sheet = new RecordedSheet(true)
    return { sheet, admitted: (refusal) => this.#admitted({ guard, operation, sheet }, refusal) }
  }

  #admitted(
    asked: { readonly guard: string; readonly operation: Operation; readonly sheet: RecordedSheet },
    refusal: AdmissionRefusal | undefined,
  ): void {
    const step = this.#steps.get(asked.operation)
    const { states } = asked.sheet.recorded
    if (step === undefined || (states === undefined && refusal === undefined)) return
    const { guard } = asked
    this.write(() => ({
      t: 'admit',
      step: step.id,
      guard,
      states,
      code: refusal?.code,
      reason: refusal?.reason,
    }))
  }

  refused(step: Step, { code, reason, by }: Refusal, phase: string): void {
    this.write(() => ({ t: 'refused', step: step.id, phase, code, reason, by }))
  }

  asks(question: TappedQuestion): HookTap {
    const { step, subject, phase, given, shown, isWhole, registrations } = question
    const known = this.#known.get(step)
    // a value that is shown as it is, is the one that stands in the entry before
    const isSame = isWhole && known !== undefined && known.value === given
    const value: RecordedValue = isSame ? { same: true } : recordedJudged(shown)
    this.write(() => ({
      t: 'ask',
      step: step.id,
      q: subject.decisionId,
      hook: subject.hook,
      phase,
      value,
      isError: subject.isError,
      handlers: registrations.map(({ name }) => name),
    }))
    const exact = shown.kind === 'json' || shown.raw === undefined
    return new QuestionRecorder(this, subject.decisionId, exact)
  }

  starts(step: Step, value: unknown): void {
    this.write(() => ({ t: 'start', step: step.id, value: this.#once(step, value) }))
  }

  brought(step: Step, output: unknown): void {
    // nobody judges it, and it is told as what the model said
    if (step.kind === 'modelCall') return
    this.#known.set(step, { value: output, failed: false })
    this.write(() => ({ t: 'result', step: step.id, value: recordedValue(output) }))
  }

  failed(step: Step, error: unknown): void {
    const known = this.#known.get(step)
    if (known?.failed === true) return
    this.#known.set(step, { value: known?.value, failed: true })
    const late = this.#run.fatal === undefined ? undefined : true
    this.write(() => ({ t: 'failure', step: step.id, error: recordedError(error), late }))
  }

  answered(step: Step, value: unknown, isError: boolean): void {
    this.#known.set(step, { value, failed: false })
    this.write(() => ({ t: 'answer', step: step.id, value: recordedValue(value), isError }))
  }

  said(step: Step, output: unknown): void {
    this.write(() => ({ t: 'output', step: step.id, value: recordedModelValue(output, 'assistant') }))
  }

  closed(step: Step, costUsd: number | undefined): void {
    const { status } = step
    if (status === undefined || !this.#known.has(step)) return
    const { usage, actual, finishReasons } = step.facts
    const facts = usage ?? actual ?? finishReasons
    this.write(() => ({
      t: 'close',
      step: step.id,
      status,
      facts: facts === undefined ? undefined : { usage, actual, finishReasons },
      costUsd,
    }))
  }

  nested(run: Run): void {
    this.write(() => ({ t: 'child', run: run.id, step: run.parentStep?.id }))
  }

  ended(status: RunStatus, error: unknown): void {
    if (this.#ended) return
    const dropped = this.#file.dropped
    const thrown = error === undefined ? undefined : recordedError(error)
    this.#file.end(this.#line({ t: 'end', status, error: thrown, dropped }))
    this.#ended = true
    this.#onEnd()
  }

  #once(step: Step, value: unknown): RecordedValue {
    return this.#known.get(step)?.value === value ? { same: true } : recordedValue(value)
  }
}

/** Takes down one question while it is asked. */
class QuestionRecorder implements HookTap {
  readonly #recorder: RunRecorder
  readonly #q: string
  readonly #exact: boolean
  readonly #asked = new Map<Registration, { readonly sheet: RecordedSheet; readonly askedAt: number }>()

  constructor(recorder: RunRecorder, q: string, exact: boolean) {
    this.#recorder = recorder
    this.#q = q
    this.#exact = exact
  }

  asking(registration: Registration): Asking {
    const sheet = new RecordedSheet(this.#exact)
    this.#asked.set(registration, { sheet, askedAt: this.#recorder.now })
    return { sheet }
  }

  said(say: Say, pass: 'first' | 'recheck'): void {
    const { registration, verdict, reason, codes, replacement, failOpen, policies, error } = say
    const asked = this.#asked.get(registration)
    this.#recorder.write(() => ({
      t: 'say',
      q: this.#q,
      handler: registration.name,
      pass,
      verdict,
      reason,
      codes,
      replacement: replacement && recordedJudged(replacement),
      failOpen,
      policies,
      error: verdict === 'throw' ? recordedError(error) : undefined,
      ...asked?.sheet.recorded,
      askedAt: asked?.askedAt ?? this.#recorder.now,
    }))
  }

  judged({ verdict, by, reason, reasonCodes, policies, modified, value, thrown }: Judgement): void {
    this.#recorder.write(() => ({
      t: 'decision',
      q: this.#q,
      verdict: thrown === undefined ? verdict : 'throw',
      by,
      reason,
      codes: reasonCodes,
      policies,
      value: modified ? recordedValue(settledValue(value)) : undefined,
    }))
  }

  checked(value: unknown, problem: string | undefined): void {
    this.#recorder.write(() => ({ t: 'check', q: this.#q, value: recordedValue(value), problem }))
  }

  approval(): undefined {
    return undefined
  }

  approved({ approved, by, reason, codes }: Approval): void {
    this.#recorder.write(() => ({ t: 'approval', q: this.#q, approved, by, reason, codes }))
  }
}
