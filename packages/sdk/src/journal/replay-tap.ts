import { canonicalUuid } from './replay-ids.ts'
import type { AdmissionRefusal } from '../run/admission-guard.ts'
import type { Refusal } from '../run/admission.ts'
import type { Operation } from '../run/operation.ts'
import type { AdmissionTap, HookTap, RunJournal, RunTap, TappedQuestion } from '../run/run-tap.ts'
import type { Step } from '../run/step.ts'
import type { Journal } from './read-journal.ts'
import { QuestionReplay, sideOf } from './replay-question.ts'
import { admitKey, type Group, type RecordedQuestion, type ReplayPlan } from './replay-plan.ts'
import { ReplaySheet } from './replay-sheet.ts'
import {
  isSameSide,
  type DecisionSide,
  type NotReproducible,
  type ReplayedDecision,
} from './replayed-decision.ts'
import type { RefusedEntry } from './entries.ts'

/** Refusals that come from the state of the agent, which no replay can bring about. */
const OF_AGENT: ReadonlySet<string> = new Set([
  'kill_switch',
  'component_disabled',
  'component_refused',
  'policy_unsettled',
])

/** Whether a refusal is repeated as it was recorded. */
export function isOfAgent({
  code,
  by,
}: {
  readonly code: string
  readonly by?: string | undefined
}): boolean {
  return by === undefined && OF_AGENT.has(code)
}

/** Listens in on the replay: gives it the recorded time, ids and states, and compares its decisions. */
export class ReplayTap implements RunJournal, RunTap {
  readonly decisions: ReplayedDecision[] = []
  readonly #journal: Journal
  readonly #plan: ReplayPlan
  readonly #ids: string[] = []
  readonly #steps = new WeakMap<Operation, string>()
  readonly #open = new Set<QuestionReplay>()
  #now: number
  #made = 0
  #group: Group | undefined
  #diverged = false
  #fatal: { readonly error: unknown } | undefined

  constructor(journal: Journal, plan: ReplayPlan) {
    this.#journal = journal
    this.#plan = plan
    this.#now = journal.run.run.startedAt
  }

  readonly clock = (): number => this.#now

  readonly newId = (): string => this.#ids.shift() ?? canonicalUuid(this.#journal.run.run.id, ++this.#made)

  get diverged(): boolean {
    return this.#diverged
  }

  open(): RunTap {
    return this
  }

  /** The error that has ended the run, or would have. */
  get fatal(): { readonly error: unknown } | undefined {
    return this.#fatal
  }

  // what came after it in the recorded run is judged all the same
  outlives(error: unknown): boolean {
    this.#fatal ??= { error }
    return true
  }

  /** Sets the time, and the ids that are made next. */
  prepare(now: number, ids: readonly string[] = []): void {
    this.#now = now
    this.#ids.splice(0, this.#ids.length, ...ids)
  }

  /** Begins what one entry has made happen. */
  enter(group: Group | undefined): void {
    this.#group = group
  }

  /** Ends it: what was decided there in the recorded run, and was not asked now, is told of. */
  leave(why: NotReproducible): void {
    this.#conclude()
    const group = this.#group
    this.#group = undefined
    if (group === undefined) return
    for (const question of group.questions.splice(0)) this.#unasked(group, question, why)
  }

  /** Tells of refusals of a step that did not come again. */
  leaveRefusal(group: Group, refused: RefusedEntry): void {
    const { operation } = group
    const recorded = sideOfRefusal(refused)
    const isKnown = refused.by === undefined
    const whole = {
      stepId: operation.step,
      name: operation.name,
      hook: 'admission',
      unknownStates: [],
      recorded,
    }
    const phase = refused.phase === 'result' ? 'result' : 'request'
    this.#add(
      isKnown
        ? { ...whole, phase, outcome: 'different', afterDivergence: this.#diverged }
        : {
            ...whole,
            phase,
            outcome: 'not_reproducible',
            why: 'guard_not_registered',
            detail: refused.by,
            afterDivergence: this.#diverged,
          },
    )
  }

  decides(step: Step, operation: Operation): void {
    // the id is made when it is first read
    this.#steps.set(operation, step.id)
  }

  admits(guard: string, operation: Operation): AdmissionTap {
    const step = this.#steps.get(operation)
    const recorded = step === undefined ? undefined : this.#plan.admits.get(admitKey(step, guard))?.shift()
    return { sheet: new ReplaySheet(recorded ?? {}), admitted: ignore }
  }

  refused(step: Step, refusal: Refusal, phase: string): void {
    const group = this.#group
    const at = group?.refusals.findIndex((other) => other.phase === phase) ?? -1
    const recorded = at < 0 ? undefined : group?.refusals.splice(at, 1)[0]
    const replayed = sideOfRefusal(refusal)
    const sides = { recorded: recorded && sideOfRefusal(recorded), replayed }
    const why = this.#whyRefused(step.id, refusal, recorded)
    const outcome = isSameSide(sides.recorded, replayed) ? 'same' : 'different'
    this.#add({
      stepId: step.id,
      name: group?.operation.name ?? '',
      hook: 'admission',
      phase: phase === 'result' ? 'result' : 'request',
      outcome: why === undefined ? outcome : 'not_reproducible',
      why,
      unknownStates: [],
      ...sides,
      afterDivergence: this.#diverged,
    })
  }

  #whyRefused(
    step: string,
    refusal: Refusal,
    recorded: RefusedEntry | undefined,
  ): NotReproducible | undefined {
    if (isOfAgent(refusal)) return 'agent_state'
    return recorded === undefined && !this.#isWhole(step) ? 'entry_missing' : undefined
  }

  asks(asked: TappedQuestion): HookTap {
    this.#conclude()
    const group = this.#group
    const at = group?.questions.findIndex(({ ask }) => ask.hook === asked.subject.hook) ?? -1
    const recorded = at < 0 ? undefined : group?.questions.splice(at, 1)[0]
    if (recorded !== undefined) this.prepare(recorded.ask.at, [recorded.ask.q])
    // made now, so that it is the recorded one
    void asked.subject.decisionId
    if (group === undefined) return new QuestionReplay(this.#loose(asked))
    const question = new QuestionReplay({
      group,
      recorded,
      asked,
      complete: this.#isWhole(group.operation.step),
      setTime: (now) => {
        this.#now = now
      },
    })
    this.#open.add(question)
    return question
  }

  // where the journal breaks off, or has gaps, what was asked need not be there
  #isWhole(step: string): boolean {
    return this.#journal.missing === 0 && (this.#journal.end !== undefined || this.#plan.closed.has(step))
  }

  #loose(asked: TappedQuestion): ConstructorParameters<typeof QuestionReplay>[0] {
    const [operation] = this.#plan.operations
    if (operation === undefined) throw new TypeError('a journal without operations asks nothing')
    const group = { operation, questions: [], refusals: [] }
    return { group, recorded: undefined, asked, complete: false, setTime: ignore }
  }

  // a question is asked to its end before the next one
  #conclude(): void {
    for (const question of this.#open) this.#add(question.result(this.#diverged))
    this.#open.clear()
  }

  #unasked({ operation }: Group, question: RecordedQuestion, why: NotReproducible): void {
    const { ask } = question
    this.#add({
      decisionId: ask.q,
      stepId: operation.step,
      name: operation.name,
      hook: ask.hook,
      phase: ask.phase,
      outcome: 'not_reproducible',
      why,
      detail: why === 'handler_not_registered' ? ask.handlers.join(', ') : undefined,
      unknownStates: [],
      recorded: sideOf(question),
      afterDivergence: this.#diverged,
    })
  }

  #add(decision: ReplayedDecision): void {
    this.decisions.push(decision)
    this.#diverged ||= decision.outcome === 'different'
  }

  // what happened stands in the journal; only decisions are made anew
  starts(): void {}
  brought(): void {}
  failed(): void {}
  answered(): void {}
  said(): void {}
  closed(): void {}
  nested(): void {}
  ended(): void {}
}

function ignore(): void {
  // the journal says what happened; only decisions are made anew
}

function sideOfRefusal({
  code,
  reason,
  by,
}: Refusal | RefusedEntry | (AdmissionRefusal & { by?: string })): DecisionSide {
  return { verdict: 'deny', by: by ?? 'aos.admission', reason, codes: [code] }
}
