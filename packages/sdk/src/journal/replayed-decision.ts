import type { Verdict } from '../hooks/answer.ts'
import { isDeepStrictEqual } from '../values/deep-equal.ts'
import type { RecordedValue } from './entries.ts'

/** What was decided, in the recorded run or in its replay. */
export interface DecisionSide {
  readonly verdict: Verdict | 'throw'
  /** Handler or guard that decided. */
  readonly by?: string | undefined
  readonly reason?: string | undefined
  readonly codes: readonly string[]
  readonly policies?: readonly string[] | undefined
  /** What the value was changed into. */
  readonly value?: RecordedValue | undefined
  /** What a person said where one was asked. */
  readonly approved?: boolean | undefined
}

/** Why a decision says nothing about its replay. */
export type NotReproducible =
  /** A handler that had a say is not registered. */
  | 'handler_not_registered'
  /** A guard that refused is not registered. */
  | 'guard_not_registered'
  /** JSON could not hold what was judged. */
  | 'input_opaque'
  /** Somebody outside of the process had a say; the recorded answer was taken. */
  | 'outside'
  /** A handler had run out of time, which is repeated as recorded. */
  | 'handler_timeout'
  /** A kill switch or a disabled component, repeated as recorded. */
  | 'agent_state'
  /** It is not in the journal, or not whole. */
  | 'entry_missing'
  /** A person's approval is not in the journal. */
  | 'approval_missing'
  /** What it is about did not happen any more, because of an earlier decision. */
  | 'after_divergence'

/** One decision of the recorded run beside that of the replay. */
export interface ReplayedDecision {
  readonly decisionId?: string | undefined
  readonly stepId: string
  /** Name of the tool, model, store or protocol method, or the role of a message. */
  readonly name: string
  /** `admission` for what no hook has decided. */
  readonly hook: string
  readonly phase: 'request' | 'result'
  readonly outcome: 'same' | 'different' | 'not_reproducible'
  readonly why?: NotReproducible | undefined
  readonly detail?: string | undefined
  /** States that the replay had to make up, because the journal has none of them: the decision is a guess where they matter. */
  readonly unknownStates: readonly string[]
  readonly recorded?: DecisionSide | undefined
  readonly replayed?: DecisionSide | undefined
  /** Whether an earlier decision differs, so that the recorded run went on otherwise than this one would have. */
  readonly afterDivergence: boolean
}

/** Whether two sides come to the same, to the word. */
export function isSameSide(left: DecisionSide | undefined, right: DecisionSide | undefined): boolean {
  return isDeepStrictEqual(bare(left), bare(right))
}

function bare(side: DecisionSide | undefined): object | undefined {
  if (side === undefined) return undefined
  const { verdict, by, reason, codes, policies, value, approved } = side
  const isSilent = verdict === 'abstain'
  // who abstains has decided nothing, whoever it was
  return isSilent ? { verdict } : { verdict, by, reason, codes, policies: policies ?? [], value, approved }
}
