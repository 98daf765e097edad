import { describe, expect, test } from 'vitest'
import { PolicyResponse } from '../policy-response.ts'
import type { CodecName, WireStep } from './codec.ts'
import { codecOf } from './codecs.ts'
import { decodeRequest } from './decode-request.ts'

const STEP: WireStep = {
  id: 'q1',
  hook: 'toolCallRequest',
  decisionId: 's1',
  turnId: 't1',
  runId: 'r1',
  pass: 'first',
  timestamp: Date.UTC(2026, 0, 31),
  agent: { id: 'a1', name: 'research-assistant' },
  session: { id: 'sess_123', generated: false },
  executionId: 'call-1',
  toolName: 'database_query',
  value: { query: 'SELECT * FROM customers' },
}

function overTheWire(message: unknown): unknown {
  return JSON.parse(JSON.stringify(message))
}

const NAMES: readonly CodecName[] = ['aos-0.1', 'aos-0.1-literal', 'landing']

describe.each(NAMES)('%s', (name) => {
  const codec = codecOf(name)

  test('a request is read as the step it was made of', () => {
    const read = decodeRequest(overTheWire(codec.encodeRequest(STEP)))
    expect(read).toEqual({ ok: true, codec: name, step: STEP })
  })

  test.each(['allow', 'deny', 'modify'] as const)('the decision %s arrives', (decision) => {
    const modifications = decision === 'modify' ? { query: 'SELECT id FROM customers' } : undefined
    const given = new PolicyResponse({ decision, message: 'because', reasonCode: ['x'], modifications })
    const answer = overTheWire(codec.encodeResponse(STEP, given))
    expect(codec.decodeResponse(STEP, answer)).toEqual({ ok: true, decision: given })
  })
})
