import { PolicyResponse } from '@aos/guardian'
// the types of the wire, which the package does not export
import type { Codec, WireStep } from '../../packages/guardian/src/wire/codec.ts'

/** A dialect of tests, which takes a decision as it is; `name` decides where it is posted to. */
export function plainCodec(name: Codec['name'] = 'aos-0.1'): Codec {
  return {
    name,
    encodeRequest: ({ id, hook, agent, user, reasoning, query, keywords, value, trigger }) => ({
      jsonrpc: '2.0',
      id,
      method: name === 'landing' ? 'guardian/evaluate' : `steps/${hook}`,
      params: { agent, user, reasoning, query, keywords, value, trigger },
    }),
    decodeResponse(_sent, answer) {
      const result = (answer as { result: Record<string, unknown> }).result
      const { decision, message, modifications } = result
      if (decision !== 'allow' && decision !== 'deny' && decision !== 'modify' && decision !== 'ask')
        return { ok: false, code: 'guardian_invalid_response', problem: 'it holds no decision' }
      return {
        ok: true,
        decision: new PolicyResponse({ decision, message: String(message), modifications }),
      }
    },
    encodeResponse: ({ id }, { decision, message, modifications }) => ({
      jsonrpc: '2.0',
      id,
      result: { decision, message, modifications },
    }),
  }
}

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
