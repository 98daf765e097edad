import type { AuditEntry, DecisionRecord, StepRecord } from '@aos/sdk'

/** What a ledger keeps of one decision: no content, values as the keyed digests of the decision. */
export interface LedgerFacts {
  readonly runId: string
  /** These are absent where a sink was not told of the run's start. */
  readonly sessionId?: string | undefined
  readonly agentId?: string | undefined
  readonly agentName?: string | undefined
  readonly userId?: string | undefined
  readonly step: Pick<
    StepRecord,
    'id' | 'parentStepId' | 'kind' | 'name' | 'executionId' | 'toolKind' | 'mcpServer' | 'trace'
  >
  readonly decision: DecisionRecord
}

/** Takes from a decision what a ledger keeps. */
export function toLedgerFacts(given: Omit<LedgerFacts, 'step'> & { readonly step: StepRecord }): LedgerFacts {
  const { runId, sessionId, agentId, agentName, userId, decision } = given
  const { id, parentStepId, kind, name, executionId, toolKind, mcpServer, trace } = given.step
  return {
    runId,
    sessionId,
    agentId,
    agentName,
    userId,
    step: { id, parentStepId, kind, name, executionId, toolKind, mcpServer, trace },
    decision,
  } satisfies Record<keyof AuditEntry, unknown>
}
