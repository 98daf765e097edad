import { sha256Hex } from '@agent-run/types/seal'
import type { DecisionRecord, StepRecord } from '@aos/sdk'
import { isoTime } from './iso-time.ts'
import { wellFormed } from './well-formed.ts'

/** A decision as records outside of the telemetry name it by its digest; it holds no content, only keyed digests of it. */
export interface DecisionDocument {
  readonly by?: string
  /** RFC 3339, in milliseconds. */
  readonly decided_at: string
  readonly decision_id: string
  readonly enforced: DecisionRecord['enforced']
  readonly execution_id?: string
  readonly fail_open?: string
  readonly hook: string
  readonly modified_digest?: string
  readonly operation: string
  readonly phase: DecisionRecord['phase']
  readonly policies?: readonly string[]
  readonly reason?: string
  readonly reason_codes: readonly string[]
  readonly run_id: string
  readonly shadow?: true
  readonly source: DecisionRecord['source']
  readonly step_id: string
  readonly target: string
  readonly value_digest?: string
  readonly verdict: DecisionRecord['verdict']
}

/** The document of a decision: who has it and the step can recompute its digest. */
export function decisionDocument(step: StepRecord, decision: DecisionRecord): DecisionDocument {
  const { by, reason, policies, failOpen, shadow, valueDigest, modifiedDigest } = decision
  // in the order of their names, as the digest has them
  return {
    ...(by === undefined ? {} : { by }),
    decided_at: isoTime(decision.at),
    decision_id: decision.decisionId,
    enforced: decision.enforced,
    ...(step.executionId === undefined ? {} : { execution_id: step.executionId }),
    ...(failOpen === undefined ? {} : { fail_open: failOpen }),
    hook: decision.hook,
    ...(modifiedDigest === undefined ? {} : { modified_digest: modifiedDigest }),
    operation: step.kind,
    phase: decision.phase,
    ...(policies === undefined ? {} : { policies }),
    ...(reason === undefined ? {} : { reason }),
    reason_codes: decision.reasonCodes,
    run_id: step.runId,
    ...(shadow === true ? { shadow } : {}),
    source: decision.source,
    step_id: step.id,
    target: step.name,
    ...(valueDigest === undefined ? {} : { value_digest: valueDigest }),
    verdict: decision.verdict,
  }
}

/**
 * `sha256:<hex>` of the RFC 8785 text of a decision's document: `upstream_artifact_digest` of an agent action, `hash` of a
 * check in evidence.
 */
export function decisionDigest(step: StepRecord, decision: DecisionRecord): string {
  const document = wellFormed(decisionDocument(step, decision))
  // its members are in order and hold texts only, so that this is its RFC 8785 text
  return `sha256:${sha256Hex(JSON.stringify(document))}`
}
