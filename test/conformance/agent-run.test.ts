import {
  childLineage,
  generateSigningKey,
  parseAgentRun,
  parseCost,
  parseEvalResult,
  parseStep,
  runHash,
  sealRun,
  signProvenance,
  verifyRun,
  type AgentRun,
} from '@agent-run/types'
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe } from 'vitest'
import { verifies } from './verifies.ts'

const INPUTS = { agent_id: 'agent-1', model: 'm', tools_available: ['b', 'a'], trigger: 'manual' } as const

const RUN: AgentRun = {
  ...INPUTS,
  tools_available: [...INPUTS.tools_available],
  id: 'run-1',
  status: 'completed',
  started_at: '2026-01-01T00:00:00.000Z',
  steps: [],
  cost: { input_tokens: 1, output_tokens: 2 },
  provenance: { run_hash: runHash(INPUTS) },
}

const STEP = { id: 's', type: 'tool_call', started_at: RUN.started_at }

function without(member: string): unknown {
  return Object.fromEntries(Object.entries(RUN).filter(([name]) => name !== member))
}

describe('the schema', () => {
  verifies('agent-run.required', 'each one that is missing is named', () => {
    ok(parseAgentRun(RUN).ok)
    for (const member of ['id', 'agent_id', 'status', 'started_at', 'steps', 'cost', 'provenance']) {
      const parsed = parseAgentRun(without(member))
      ok(
        !parsed.ok && parsed.issues.some(({ message, path }) => `${path} ${message}`.includes(member)),
        member,
      )
    }
  })

  verifies('agent-run.enums', 'other words are refused', () => {
    for (const wrong of [{ status: 'done' }, { outcome: 'ok' }, { trigger: 'user' }])
      ok(!parseAgentRun({ ...RUN, ...wrong }).ok)
    for (const type of ['reasoning', 'tool_call', 'tool_result', 'message', 'error', 'handoff'])
      ok(parseStep({ ...STEP, type }).ok)
    ok(!parseStep({ ...STEP, type: 'thought' }).ok)
  })

  verifies('agent-run.preview-length', '500 are taken, 501 are not', () => {
    for (const member of ['input_preview', 'output_preview']) {
      deepEqual(
        [500, 501].map((length) => parseStep({ ...STEP, [member]: 'x'.repeat(length) }).ok),
        [true, false],
      )
    }
  })

  verifies('agent-run.placeholder-hash', 'the placeholder, upper case and other lengths', () => {
    for (const run_hash of ['...', 'A'.repeat(64), 'a'.repeat(63), '']) {
      const parsed = parseAgentRun({ ...RUN, provenance: { run_hash } })
      ok(!parsed.ok && parsed.issues[0]?.path === '/provenance/run_hash', run_hash)
    }
  })

  verifies('agent-run.cost-required', 'both counts, not negative', () => {
    ok(parseCost({ input_tokens: 0, output_tokens: 0 }).ok)
    for (const wrong of [{ input_tokens: 1 }, { output_tokens: 1 }, { input_tokens: -1, output_tokens: 0 }])
      ok(!parseCost(wrong).ok)
  })

  verifies('agent-run.eval-range', 'pass and score', () => {
    ok(parseEvalResult({ pass: true, score: 100 }).ok)
    for (const wrong of [{ pass: true }, { score: 1 }, { pass: true, score: 101 }, { pass: true, score: -1 }])
      ok(!parseEvalResult(wrong).ok)
  })

  verifies('agent-run.unknown-members', 'in a run and in a step', () => {
    const parsed = parseAgentRun({ ...RUN, x_team: 'search', steps: [{ ...STEP, x_cost: 1 }] })
    ok(parsed.ok)
    equal(Reflect.get(parsed.value, 'x_team'), 'search')
  })
})

describe('provenance', () => {
  verifies('agent-run.run-hash', 'of this formula', () => {
    const expected = createHash('sha256').update('agent-1|m|["a","b"]|c0ffee|manual').digest('hex')
    equal(runHash({ ...INPUTS, config_hash: 'c0ffee' }), expected)
    equal(runHash({ agent_id: 'agent-1' }), createHash('sha256').update('agent-1||[]||').digest('hex'))
  })

  verifies('agent-run.run-hash-order', 'sorted in a copy', () => {
    const tools_available = ['b', 'a']
    equal(runHash({ ...INPUTS, tools_available }), runHash({ ...INPUTS, tools_available: ['a', 'b'] }))
    deepEqual(tools_available, ['b', 'a'])
  })

  verifies('agent-run.run-hash-delimiter', 'two agents never share one', () => {
    throws(() => runHash({ agent_id: 'a|b', model: 'c' }), { code: 'ambiguous_run_hash_input' })
    throws(() => runHash({ agent_id: 'a', model: 'b|c' }), { code: 'ambiguous_run_hash_input' })
  })

  verifies('agent-run.lineage', 'of a grandchild, and of one that claims another', () => {
    const child = childLineage(RUN.provenance)
    const grandchild = childLineage({ run_hash: 'f'.repeat(64), ...child })
    deepEqual(grandchild, {
      lineage: [RUN.provenance.run_hash, 'f'.repeat(64)],
      parent_run_hash: 'f'.repeat(64),
    })
    const run = { ...RUN, id: 'run-2', parent_run_id: RUN.id, provenance: { ...RUN.provenance, ...child } }
    equal(verifyRun(run, { parent: RUN }).status, 'unsigned')
    const forged = { ...run, provenance: { ...run.provenance, parent_run_hash: 'f'.repeat(64) } }
    equal(verifyRun(forged).status, 'refused')
  })

  verifies('agent-run.signature', 'and what it covers cannot be changed', () => {
    const { privateKey, publicKey } = generateSigningKey()
    const sealed = sealRun(RUN, privateKey)
    equal(verifyRun(sealed, { publicKey }).status, 'verified')
    const changed = {
      ...sealed,
      provenance: { ...sealed.provenance, created_at: '2026-01-02T00:00:00.000Z' },
    }
    equal(verifyRun(changed, { publicKey }).status, 'refused')
    const { signature, ...unsigned } = sealed.provenance
    equal(signProvenance(unsigned, privateKey).signature, signature)
    equal(verifyRun({ ...sealed, provenance: unsigned }, { publicKey }).status, 'refused')
  })
})
