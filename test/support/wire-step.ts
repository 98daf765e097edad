// a type of the wire, which the package does not export
import type { WireStep } from '../../packages/guardian/src/wire/codec.ts'

/** A step on its way to a guardian: a tool call, unless said otherwise. */
export function wireStep(step: Partial<WireStep> = {}): WireStep {
  return {
    id: crypto.randomUUID(),
    hook: 'toolCallRequest',
    decisionId: 'dec_1',
    turnId: 'turn_1',
    runId: 'run_1',
    pass: 'first',
    timestamp: Date.parse('2026-01-01T00:00:00Z'),
    agent: { id: 'agent_1', name: 'researcher', instructions: 'Be brief.' },
    session: { id: 'sess_1', generated: false },
    executionId: 'exec_1',
    toolName: 'send_email',
    value: { to: 'bob@example.com' },
    ...step,
  }
}
