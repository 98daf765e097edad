import type { Judgement, Say } from '../hooks/chain.ts'
import { judgedValue, settledValue } from '../hooks/judged-value.ts'
import type { Asking } from '../hooks/question-tap.ts'
import type { Registration } from '../hooks/registry.ts'
import type { Approval } from '../run/approval.ts'
import type { HookTap, TappedQuestion } from '../run/run-tap.ts'
import { isDeepStrictEqual } from '../values/deep-equal.ts'
import type { SayEntry } from './entries.ts'
import { errorOf, OpaqueValue, recordedValue } from './recorded-value.ts'
import type { Group, RecordedQuestion } from './replay-plan.ts'
import { ReplaySheet } from './replay-sheet.ts'
import {
  isSameSide,
  type DecisionSide,
  type NotReproducible,
  type ReplayedDecision,
} from './replayed-decision.ts'

/** What one question of the replay is answered with. */
export interface ReplayedQuestion {
  readonly group: Group
  readonly recorded: RecordedQuestion | undefined
  readonly asked: TappedQuestion
  /** Whether the journal of the run is whole. */
  readonly complete: boolean
  setTime(now: number): void
}

/** Of handlers, and of policies inside of them, that ran out of time. */
const TIMEOUTS: ReadonlySet<string> = new Set(['handler_timeout', 'policy_timeout'])

/** One question of the replay: hands the handlers their states, and compares what they come to. */
export class QuestionReplay implements HookTap {
  readonly #question: ReplayedQuestion
  readonly #says: SayEntry[]
  readonly #sheets: ReplaySheet[] = []
  readonly #isOpaque: boolean
  #timedOut = false
  #judgement: Judgement | undefined
  #approval: Approval | undefined
  #approvalMissing = false

  constructor(question: ReplayedQuestion) {
    this.#question = question
    this.#says = [...(question.recorded?.says ?? [])]
    const { shown, given } = question.asked
    this.#isOpaque =
      given instanceof OpaqueValue || (shown.kind === 'opaque' && shown.raw instanceof OpaqueValue)
  }

  asking(registration: Registration, pass: 'first' | 'recheck'): Asking {
    const said = this.#take(registration.name, pass)
    if (said !== undefined) this.#question.setTime(said.askedAt)
    if (said !== undefined && TIMEOUTS.has(said.codes[0] ?? '')) {
      this.#timedOut = true
      return { instead: this.#repeated(said) }
    }
    if (this.#isOpaque)
      return { instead: said === undefined ? { verdict: 'abstain', codes: [] } : this.#repeated(said) }
    const sheet = new ReplaySheet(said ?? {})
    this.#sheets.push(sheet)
    return { sheet }
  }

  #take(handler: string, pass: string): SayEntry | undefined {
    const at = this.#says.findIndex((say) => say.handler === handler && say.pass === pass)
    return at < 0 ? undefined : this.#says.splice(at, 1)[0]
  }

  #repeated({
    verdict,
    reason,
    codes,
    failOpen,
    policies,
    replacement,
    error,
  }: SayEntry): Omit<Say, 'registration'> {
    const changed = replacement !== undefined && 'json' in replacement ? replacement.json : undefined
    return {
      verdict,
      reason,
      codes,
      failOpen,
      policies,
      replacement: changed === undefined ? undefined : judgedValue(changed),
      error: error && errorOf(error, this.#question.asked.subject.runId),
    }
  }

  said(): void {
    // what they come to together is compared
  }

  judged(judgement: Judgement): void {
    this.#judgement = judgement
  }

  checked(): void {
    // the recorded outcome of the check is what it was checked with
  }

  approval(): Approval {
    const said = this.#question.recorded?.approval
    this.#approvalMissing = said === undefined
    if (said === undefined)
      return refused('approval_not_recorded', 'nobody was asked about this in the recorded run')
    const { approved, by, reason, codes } = said
    // an approval is for one value: that of the operation, or what the handlers have made of it
    return isDeepStrictEqual(this.#recordedSide()?.value, this.#replayedSide()?.value)
      ? { approved, by, reason, codes }
      : refused('approval_of_another_value', 'the recorded approval is for another value')
  }

  approved(approval: Approval): void {
    this.#approval = approval
  }

  /** What became of it, once it has been answered. */
  result(afterDivergence: boolean): ReplayedDecision {
    const { group, asked, recorded } = this.#question
    const sides = { recorded: this.#recordedSide(), replayed: this.#replayedSide() }
    const [why, detail] = this.#why(sides) ?? []
    const isSame = isSameSide(sides.recorded, sides.replayed)
    return {
      decisionId: recorded?.ask.q ?? asked.subject.decisionId,
      stepId: group.operation.step,
      name: group.operation.name,
      hook: asked.subject.hook,
      phase: asked.phase,
      outcome: why === undefined ? (isSame ? 'same' : 'different') : 'not_reproducible',
      why,
      detail,
      unknownStates: this.#sheets.flatMap(({ unknown }) => unknown),
      ...sides,
      afterDivergence,
    }
  }

  #why(
    sides: Pick<ReplayedDecision, 'recorded' | 'replayed'>,
  ): readonly [NotReproducible, string?] | undefined {
    const { recorded, complete } = this.#question
    if (recorded === undefined) return complete ? undefined : ['entry_missing']
    if (recorded.decision === undefined) return ['entry_missing', 'the journal ends before the decision']
    if (this.#isOpaque) return ['input_opaque', ...opaqueReason(this.#question)]
    const missing = this.#missingHandler(recorded)
    if (missing !== undefined) return ['handler_not_registered', missing]
    const outsider = this.#sheets.flatMap(({ outsiders }) => outsiders)[0]
    if (outsider !== undefined) return ['outside', outsider]
    if (this.#timedOut) return ['handler_timeout']
    const isLost =
      this.#approvalMissing && sides.recorded?.verdict === 'ask' && sides.replayed?.verdict === 'ask'
    return isLost ? ['approval_missing'] : undefined
  }

  /** A handler that had a say in the recorded run and has none here. */
  #missingHandler({ says, ask }: RecordedQuestion): string | undefined {
    const names = this.#question.asked.registrations.map(({ name }) => name)
    const count = (all: readonly string[], name: string): number => all.filter((one) => one === name).length
    // several may have one name
    const isMissing = (name: string): boolean => count(names, name) < count(ask.handlers, name)
    return says.find(({ verdict, handler }) => verdict !== 'abstain' && isMissing(handler))?.handler
  }

  #recordedSide(): DecisionSide | undefined {
    const { recorded, complete } = this.#question
    if (recorded === undefined) return complete ? { verdict: 'abstain', codes: [] } : undefined
    return sideOf(recorded)
  }

  #replayedSide(): DecisionSide | undefined {
    const judgement = this.#judgement
    if (judgement === undefined) return undefined
    const { verdict, by, reason, reasonCodes, policies, modified, value, thrown } = judgement
    return {
      verdict: thrown === undefined ? verdict : 'throw',
      by,
      reason,
      codes: reasonCodes,
      policies,
      value: modified ? recordedValue(settledValue(value)) : undefined,
      approved: this.#approval?.approved,
    }
  }
}

/** What was decided in the recorded run. */
export function sideOf({ decision, approval }: RecordedQuestion): DecisionSide | undefined {
  if (decision === undefined) return undefined
  const { verdict, by, reason, codes, policies, value } = decision
  return { verdict, by, reason, codes, policies, value, approved: approval?.approved }
}

function opaqueReason({ asked }: ReplayedQuestion): readonly [string?] {
  return asked.given instanceof OpaqueValue ? [asked.given.why] : []
}

function refused(code: string, reason: string): Approval {
  return { approved: false, by: undefined, reason, codes: [code] }
}
