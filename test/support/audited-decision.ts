import type { AosEvent, AuditEntry, DecisionRecord, StepRecord } from '@aos/sdk'

/** A decision that denies a payment. */
export const decision: DecisionRecord = {
  decisionId: 'd1',
  hook: 'toolCallRequest',
  phase: 'request',
  verdict: 'deny',
  enforced: 'denied',
  source: 'handler',
  reason: 'no',
  reasonCodes: ['policy'],
  latencyMs: 1,
  handlers: [],
  valueDigest: 'hmac:1',
  at: 5,
}

/** The step it is about. */
export const step: StepRecord = {
  id: 's1',
  runId: 'r1',
  kind: 'toolCall',
  name: 'pay',
  executionId: 'x1',
  startedAt: 4,
  decisions: [decision],
  content: { input: 'a preview', redactions: [] },
}

/** The same as an audit trail is given it. */
export const auditEntry: AuditEntry = {
  runId: 'r1',
  sessionId: 'sess',
  agentId: 'a1',
  agentName: 'payer',
  userId: 'u1',
  step,
  decision,
}

/** The same as a sink is given it. */
export const decided: Extract<AosEvent, { readonly type: 'decision' }> = {
  type: 'decision',
  runId: 'r1',
  seq: 2,
  at: 2,
  stepId: 's1',
  step,
  decision,
}
