import type { LifecycleKind } from '@aos/records/peac'
import type { Command } from 'commander'
import type { IssuerRequest } from './issuer-request.ts'

/** What `aos emit lifecycle` is told by its options. */
export interface LifecycleRequest extends IssuerRequest {
  readonly eventKind: LifecycleKind
  readonly subjectRef: string
  readonly observedAt?: string
  readonly out?: string
  readonly [member: string]: unknown
}

/** What can be seen in the life of some work. */
export const LIFECYCLE_KINDS: readonly LifecycleKind[] = [
  'approval-requested',
  'approval-granted',
  'approval-denied',
  'evaluation-started',
  'evaluation-completed',
  'experiment-assigned',
  'experiment-result',
  'workflow-transition',
  'mode-observed',
]

/** Members of an observation that not each kind has, and what they are. */
export const MEMBERS: Readonly<Record<string, string>> = {
  approval_ref: 'the approval',
  approver_ref: 'who approved or denied',
  rubric_ref: 'what was evaluated by',
  score_ref: 'the score',
  result_ref: 'the result',
  result_digest: 'digest of the result',
  experiment_ref: 'the experiment',
  cohort_ref: 'the cohort',
  variant_ref: 'the variant',
  from_state: 'state before a transition',
  to_state: 'state after it',
  observed_mode: 'the mode that was seen',
  parent_ref: 'what it belongs to',
  policy_ref: 'the policy in force',
  policy_digest: 'its digest',
  upstream_artifact_ref: 'what it came from',
  upstream_artifact_digest: 'its digest',
}

/** Adds an option for each member of an observation. */
export function withObservation(command: Command): Command {
  command
    .requiredOption('--subject-ref <ref>', 'what it is about')
    .option('--observed-at <time>', 'when it was seen, ISO 8601; now by default')
  for (const [member, meaning] of Object.entries(MEMBERS))
    command.option(`--${member.replaceAll('_', '-')} <${member.split('_').at(-1) ?? 'value'}>`, meaning)
  return command
}
