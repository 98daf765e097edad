import type { PolicyContext } from '@aos/guardian'

/** A step for a policy to judge: a tool call of session `sess_1`, unless said otherwise. */
export function stepOf(step: Partial<PolicyContext>): PolicyContext {
  return {
    hook: 'toolCallRequest',
    pass: 'first',
    decisionId: 'dec_1',
    turnId: 'turn_1',
    runId: 'run_1',
    executionId: 'exec_1',
    agent: { id: 'agent_1', name: 'researcher' },
    session: { id: 'sess_1', generated: false },
    user: undefined,
    toolName: 'send_email',
    toolKind: 'tool',
    mcpServer: undefined,
    reasoning: undefined,
    role: undefined,
    part: undefined,
    final: undefined,
    query: undefined,
    keywords: undefined,
    isError: undefined,
    protocol: undefined,
    value: {},
    signal: new AbortController().signal,
    ...step,
  }
}
