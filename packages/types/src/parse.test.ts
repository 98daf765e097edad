import { describe, expect, test } from 'vitest'

import { isAgentRun, parseAgentRun, parseCost, parseEvalResult, parseProvenance, parseStep } from './parse.ts'
import { runHash } from './run-hash.ts'

const at = '2026-01-31T10:30:00.000Z'
const run = {
  id: 'r1',
  agent_id: 'a',
  status: 'completed',
  started_at: at,
  steps: [],
  cost: { input_tokens: 1, output_tokens: 0 },
  provenance: { run_hash: runHash({ agent_id: 'a' }) },
}

function issuesOf(value: unknown): readonly string[] {
  const result = parseAgentRun(value)
  return result.ok ? [] : result.issues.map(({ path, message }) => `${path} ${message}`)
}

describe('a run', () => {
  test('needs seven members and takes any other', () => {
    expect(isAgentRun(run)).toBe(true)
    expect(
      isAgentRun({ ...run, made_up: 1, steps: [{ id: 's', type: 'error', started_at: at, made_up: 1 }] }),
    ).toBe(true)
    expect(issuesOf({})).toEqual(Object.keys(run).map((name) => `/${name} is missing`))
  })

  test('is given back as it is', () => {
    expect(parseAgentRun(run)).toEqual({ ok: true, value: run })
  })

  test.each<[string, object, string]>([
    ['a status of its own', { status: 'done' }, '/status must be one of: "pending", "running", "completed"'],
    [
      'a time without zone',
      { started_at: '2026-01-31T10:30:00' },
      '/started_at must be a date-time, such as',
    ],
    ['a date that is none', { ended_at: '2026-02-30T00:00:00Z' }, '/ended_at must be a date-time'],
    ['a negative duration', { duration_ms: -1 }, '/duration_ms must be >= 0'],
    ['a text for a time span', { duration_ms: '5' }, '/duration_ms must be integer or null'],
    ['no cost', { cost: { input_tokens: 1 } }, '/cost/output_tokens is missing'],
    [
      'half a token',
      { cost: { input_tokens: 1, output_tokens: 0.5 } },
      '/cost/output_tokens must be integer',
    ],
    [
      'a placeholder',
      { provenance: { run_hash: '...' } },
      '/provenance/run_hash must be a SHA-256 in 64 lowercase hexadecimal digits (^[a-f0-9]{64}$), as runHash() gives it',
    ],
    [
      'a wrong config_hash',
      { provenance: { ...run.provenance, config_hash: 'x' } },
      '/provenance/config_hash must be a SHA-256',
    ],
    [
      'a wrong ancestor',
      { provenance: { ...run.provenance, lineage: ['x'] } },
      '/provenance/lineage/0 must be a SHA-256',
    ],
    [
      'a step of no type',
      { steps: [{ id: 's', type: 'thought', started_at: at }] },
      '/steps/0/type must be one of',
    ],
    [
      'a long preview',
      { steps: [{ id: 's', type: 'message', started_at: at, input_preview: 'x'.repeat(501) }] },
      '/steps/0/input_preview must NOT have more than 500 characters',
    ],
    ['an evaluation that is none', { eval: 5 }, '/eval must be object'],
    ['too good a score', { eval: { pass: true, score: 101 } }, '/eval/score must be <= 100'],
  ])('with %s gives one issue that says so', (_name, change, issue) => {
    const issues = issuesOf({ ...run, ...change })
    expect(issues).toEqual([expect.stringContaining(issue)])
  })

  test('has previews of 500 code points, not code units', () => {
    const step = { id: 's', type: 'message', started_at: at, output_preview: '😀'.repeat(500) }
    expect(isAgentRun({ ...run, steps: [step] })).toBe(true)
  })
})

test.each<[string, (value: unknown) => { ok: boolean }, { good: object; bad: object }]>([
  [
    'Step',
    parseStep,
    { good: { id: 's', type: 'handoff', started_at: at }, bad: { id: 's', type: 'handoff' } },
  ],
  [
    'Cost',
    parseCost,
    {
      good: { input_tokens: 0, output_tokens: 0, cost_usd: null },
      bad: { input_tokens: -1, output_tokens: 0 },
    },
  ],
  [
    'Provenance',
    parseProvenance,
    { good: run.provenance, bad: { run_hash: run.provenance.run_hash.toUpperCase() } },
  ],
  ['EvalResult', parseEvalResult, { good: { pass: false, score: 0 }, bad: { pass: 'yes', score: 0 } }],
])('%s is checked on its own', (_name, parse, { good, bad }) => {
  expect([parse(good).ok, parse(bad).ok]).toEqual([true, false])
})
