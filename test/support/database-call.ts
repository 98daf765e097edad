import type { WireStep } from '../../packages/guardian/src/wire/codec.ts'

/** A tool call on its way to a guardian, with other members where they are given. */
export function databaseCall(more: Partial<WireStep> = {}): WireStep {
  return {
    id: 'q1',
    hook: 'toolCallRequest',
    decisionId: 's1',
    turnId: 't1',
    runId: 'r1',
    pass: 'first',
    timestamp: Date.UTC(2026, 0, 31, 10, 30),
    agent: { id: 'a1', name: 'research-assistant' },
    session: { id: 'sess_123', generated: false },
    executionId: 'call-1',
    toolName: 'database_query',
    value: { query: 'SELECT * FROM customers' },
    ...more,
  }
}

/** A message as the other side gets it. */
export function overTheWire<T>(message: T): T {
  return JSON.parse(JSON.stringify(message)) as T
}
