import { canonicalJson, sha256Hex } from '@agent-run/types/seal'
import type { DecisionRecord, StepRecord } from '@aos/sdk'

/** A decision as records outside of the telemetry name it by its digest; it holds no content, only keyed digests of it. */
export interface DecisionDocument {
  readonly decision_id: string
  readonly run_id: string
  readonly step_id: string
  readonly execution_id?: string
  readonly operation: string
  readonly target: string
  readonly hook: string
  readonly phase: DecisionRecord['phase']
  readonly verdict: DecisionRecord['verdict']
  readonly enforced: DecisionRecord['enforced']
  readonly source: DecisionRecord['source']
  readonly by?: string
  readonly reason?: string
  readonly reason_codes: readonly string[]
  readonly policies?: readonly string[]
  readonly fail_open?: string
  readonly shadow?: true
  readonly value_digest?: string
  readonly modified_digest?: string
  /** RFC 3339, in milliseconds. */
  readonly decided_at: string
}

/** The document of a decision: who has it and the step can recompute its digest. */
export function decisionDocument(step: StepRecord, decision: DecisionRecord): DecisionDocument {
  const { by, reason, policies, failOpen, shadow, valueDigest, modifiedDigest } = decision
  return {
    decision_id: decision.decisionId,
    run_id: step.runId,
    step_id: step.id,
    ...(step.executionId === undefined ? {} : { execution_id: step.executionId }),
    operation: step.kind,
    target: step.name,
    hook: decision.hook,
    phase: decision.phase,
    verdict: decision.verdict,
    enforced: decision.enforced,
    source: decision.source,
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
    reason_codes: decision.reasonCodes,
    ...(policies === undefined ? {} : { policies }),
    ...(failOpen === undefined ? {} : { fail_open: failOpen }),
    ...(shadow === true ? { shadow } : {}),
    ...(valueDigest === undefined ? {} : { value_digest: valueDigest }),
    ...(modifiedDigest === undefined ? {} : { modified_digest: modifiedDigest }),
    decided_at: new Date(Number.isFinite(decision.at) ? decision.at : 0).toISOString(),
  }
}

/** `sha256:<hex>` of the RFC 8785 text of a decision's document. */
export function decisionDigest(step: StepRecord, decision: DecisionRecord): string {
  return documentDigest(decisionDocument(step, decision))
}

/** `sha256:<hex>` of the RFC 8785 text of a JSON value, half surrogate pairs replaced. */
export function documentDigest(document: unknown): string {
  return `sha256:${sha256Hex(canonicalJson(wellFormed(document)))}`
}

/** A JSON value with valid texts only: half a surrogate pair has no canonical form. */
export function wellFormed<T>(value: T): T {
  const text = JSON.stringify(value)
  if (text === undefined || !/\\ud[89a-f]/i.test(text)) return value
  const replace = (_key: string, member: unknown): unknown =>
    typeof member === 'string' ? member.replaceAll(/\p{Surrogate}/gu, '\ufffd') : member
  return JSON.parse(text, replace) as T
}
