import type { DecisionRecord, StepRecord } from '@aos/sdk'
import { isoTime } from './record-times.ts'

/** A decision as it is digested into a record: everything that was decided, redacted, with keyed digests of values. */
export interface DecisionDocument {
  readonly decision_id: string
  readonly step_id: string
  readonly run_id: string
  readonly hook: string
  readonly phase: string
  readonly verdict: string
  readonly enforced: string
  readonly source: string
  readonly by?: string
  readonly reason?: string
  readonly reason_codes: readonly string[]
  readonly policies?: readonly string[]
  readonly value_digest?: string
  readonly modified_digest?: string
  readonly fail_open?: string
  readonly at: string
}

/**
 * The document that `upstream_artifact_digest` of an agent action is the digest of: whoever has the decision, from any other
 * record of the run, makes it again and compares `documentDigest(…)`.
 */
export function decisionDocument(
  decision: DecisionRecord,
  step: Pick<StepRecord, 'id' | 'runId'>,
): DecisionDocument {
  const { by, reason, policies, valueDigest, modifiedDigest, failOpen } = decision
  return {
    decision_id: text(decision.decisionId),
    step_id: text(step.id),
    run_id: text(step.runId),
    hook: text(decision.hook),
    phase: decision.phase,
    verdict: decision.verdict,
    enforced: decision.enforced,
    source: decision.source,
    ...(by === undefined ? {} : { by: text(by) }),
    ...(reason === undefined ? {} : { reason: text(reason) }),
    reason_codes: decision.reasonCodes.map(text),
    ...(policies === undefined ? {} : { policies: policies.map(text) }),
    ...(valueDigest === undefined ? {} : { value_digest: text(valueDigest) }),
    ...(modifiedDigest === undefined ? {} : { modified_digest: text(modifiedDigest) }),
    ...(failOpen === undefined ? {} : { fail_open: text(failOpen) }),
    at: isoTime(decision.at),
  }
}

// canonical JSON has no form for a lone surrogate
function text(value: string): string {
  return Buffer.from(value, 'utf8').toString('utf8')
}
