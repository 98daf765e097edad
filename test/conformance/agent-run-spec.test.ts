// Outside data about agent-run, found through AOS_SPEC_DIR: vectors, examples and schemas written by others.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  canonicalJson,
  childLineage,
  configHash,
  parseAgentRun,
  runHash,
  verifyRun,
  type AgentRun,
  type Provenance,
  type RunHashInputs,
} from '@agent-run/types'
import addFormats from 'ajv-formats'
import Ajv2020 from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const spec = process.env['AOS_SPEC_DIR']

function read<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(spec ?? '', 'agent-run', ...path), 'utf8')) as T
}

interface HashVector {
  name: string
  input: RunHashInputs
  run_hash: string
}

function isAmbiguous({ input }: HashVector): boolean {
  return input.agent_id.includes('|') || input.model?.includes('|') === true
}

describe.skipIf(spec === undefined)('agent-run data of others (needs AOS_SPEC_DIR)', () => {
  test('run_hash', () => {
    const { vectors } = read<{ vectors: HashVector[] }>('vectors', 'run-hash.json')
    const clear = vectors.filter((vector) => !isAmbiguous(vector))
    expect(clear.length).toBeGreaterThan(5)
    expect(clear.map(({ input }) => runHash(input))).toEqual(clear.map(({ run_hash }) => run_hash))
  })

  test('run_hash of inputs that the formula cannot tell apart: not made, but verified', () => {
    const { vectors } = read<{ vectors: HashVector[] }>('vectors', 'run-hash.json')
    const ambiguous = vectors.filter(isAmbiguous)
    expect(ambiguous.length).toBeGreaterThan(0)
    for (const { input, run_hash } of ambiguous) {
      expect(() => runHash(input)).toThrow(/holds a "\|"/)
      expect(verifyRun({ ...minimal(), ...input, provenance: { run_hash } }).status).toBe('unsigned')
    }
  })

  test('config_hash', () => {
    const { vectors } = read<{ vectors: { input: unknown; jcs: string; jcs_text: string }[] }>(
      'vectors',
      'config-hash.json',
    )
    expect(vectors.map(({ input }) => [configHash(input), canonicalJson(input)])).toEqual(
      vectors.map(({ jcs, jcs_text }) => [jcs, jcs_text]),
    )
  })

  test('lineage', () => {
    const { runs } = read<{ runs: { provenance: Provenance }[] }>('vectors', 'lineage.json')
    expect(runs.length).toBeGreaterThan(2)
    for (const [index, { provenance }] of runs.slice(1).entries()) {
      const parent = runs[index]?.provenance ?? { run_hash: '' }
      const { lineage, parent_run_hash } = provenance
      expect(childLineage(parent)).toEqual({ lineage, parent_run_hash })
    }
  })

  test('a signed provenance', () => {
    const vector = read<{ provenance: Provenance; signed_text: string; public_key_b64u: string }>(
      'vectors',
      'provenance-signature.json',
    )
    const { signature: _signature, ...unsigned } = vector.provenance
    expect(canonicalJson(unsigned)).toBe(vector.signed_text)
    const publicKey = { kty: 'OKP', crv: 'Ed25519', x: vector.public_key_b64u }
    const { checks } = verifyRun({ ...minimal(), provenance: vector.provenance }, { publicKey })
    expect(checks.find(({ name }) => name === 'signature')?.ok).toBe(true)
  })

  test('examples', () => {
    expect(parseAgentRun(read('examples', 'minimal.valid.json')).ok).toBe(true)
    expect(parseAgentRun(read('examples', 'tool-denied.valid.json')).ok).toBe(true)
    expect(parseAgentRun(read('examples', 'readme-quickstart.invalid.json')).ok).toBe(false)
  })

  test('our schemas and theirs agree on runs with members changed and taken out', () => {
    const ajv = new Ajv2020.default({ strict: false })
    addFormats.default(ajv)
    for (const name of ['step', 'cost', 'provenance', 'eval']) {
      ajv.addSchema(read<object>('schemas', `${name}.json`))
    }
    const theirs = ajv.compile(read<object>('schemas', 'agent-run.json'))
    const full = { ...read<AgentRun>('examples', 'tool-denied.valid.json'), eval: evaluation }
    const change = fc.record({ path: fc.constantFrom(...placesOf(full)), value: values })
    const answers = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
        const run: unknown = structuredClone(full)
        for (const { path, value } of changes) put(run, path, value)
        const { ok } = parseAgentRun(run)
        answers[ok ? 'accepted' : 'refused'] += 1
        expect(ok).toBe(theirs(run))
      }),
      { numRuns: 3000 },
    )
    expect(Math.min(answers.accepted, answers.refused)).toBeGreaterThan(100)
  })
})

const evaluation = {
  task_type: 'x',
  eval_layer: 'quality',
  pass: true,
  score: 90,
  expected_outcome: 'a',
  actual_outcome: null,
  metrics: {
    cost_usd: 0.1,
    duration_s: 2,
    tool_calls: 1,
    retries: 0,
    convergence_score: 1,
    total_steps: 2,
    optimal_steps: 1,
  },
  regression_from: null,
  detail: 'd',
  benchmark_id: 'b',
}

const values = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, 0, -1, 0.5, 1, 100, 101, '', [], {}, ['a'], [1]),
  fc.constantFrom(
    'failed',
    'cron',
    'handoff',
    'a'.repeat(64),
    'A'.repeat(64),
    'x'.repeat(500),
    '😀'.repeat(500),
  ),
  fc.constantFrom('x'.repeat(501), '2026-01-31T10:30:00Z', '2026-01-31T10:30:00', '2026-13-01T00:00:00Z'),
  fc.jsonValue(),
)

function minimal(): AgentRun {
  return read<AgentRun>('examples', 'minimal.valid.json')
}

function placesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  const own = path.length === 0 ? [] : [path]
  if (typeof value !== 'object' || value === null) return own
  return [...own, ...Object.entries(value).flatMap(([key, member]) => placesOf(member, [...path, key]))]
}

/** Puts a value at a place, or takes the member out for undefined; leaves alone what is no longer there. */
function put(run: unknown, path: readonly string[], value: unknown): void {
  let holder = run
  for (const key of path.slice(0, -1)) holder = (holder as Record<string, unknown> | null | undefined)?.[key]
  if (typeof holder !== 'object' || holder === null) return
  const last = path.at(-1) ?? ''
  if (value !== undefined) Object.assign(holder, { [last]: structuredClone(value) })
  else if (!Array.isArray(holder)) Reflect.deleteProperty(holder, last)
}
