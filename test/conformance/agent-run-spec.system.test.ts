// Outside data about agent-run, found through AOS_SPEC_DIR: vectors, examples and schemas written by others.
import { canonicalJson, childLineage, configHash, parseAgentRun, runHash, verifyRun, type AgentRun, type Provenance, type RunHashInputs } from '@agent-run/types'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const spec = process.env['AOS_SPEC_DIR']

function read<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(spec ?? '', 'agent-run', ...path), 'utf8')) as T
}

describe.skipIf(spec === undefined)('agent-run vectors of others (needs AOS_SPEC_DIR)', () => {
  test('run_hash', () => {
    const { vectors } = read<{ vectors: { name: string; input: RunHashInputs; run_hash: string }[] }>('vectors', 'run-hash.json')
    expect(vectors.length).toBeGreaterThan(5)
    for (const { name, input, run_hash } of vectors) {
      if (input.agent_id.includes('|') || input.model?.includes('|') === true) {
        expect(() => runHash(input), name).toThrow(/holds a "\|"/)
        const run = { ...minimal(), ...input, provenance: { run_hash } }
        expect(verifyRun(run).checks.find((check) => check.name === 'run_hash')?.ok, name).toBe(true)
      } else {
        expect(runHash(input), name).toBe(run_hash)
      }
    }
  })

  test('config_hash', () => {
    const { vectors } = read<{ vectors: { input: unknown; jcs: string; jcs_text: string }[] }>('vectors', 'config-hash.json')
    for (const { input, jcs, jcs_text } of vectors) expect([configHash(input), canonicalJson(input)]).toEqual([jcs, jcs_text])
  })

  test('lineage', () => {
    const { runs } = read<{ runs: { provenance: Provenance }[] }>('vectors', 'lineage.json')
    for (const [index, { provenance }] of runs.entries()) {
      const parent = runs[index - 1]
      if (parent !== undefined) expect(childLineage(parent.provenance)).toEqual({ lineage: provenance.lineage, parent_run_hash: provenance.parent_run_hash })
    }
  })

  test('a signed provenance', () => {
    const vector = read<{ provenance: Provenance; signed_text: string }>('vectors', 'provenance-signature.json')
    const { signature: _signature, ...unsigned } = vector.provenance
    expect(canonicalJson(unsigned)).toBe(vector.signed_text)
    const check = verifyRun({ ...minimal(), provenance: vector.provenance }).checks.find(({ name }) => name === 'signature')
    expect(check?.ok).toBe(true)
  })

  test('examples', () => {
    expect(parseAgentRun(read('examples', 'minimal.valid.json')).ok).toBe(true)
    expect(parseAgentRun(read('examples', 'tool-denied.valid.json')).ok).toBe(true)
    expect(parseAgentRun(read('examples', 'readme-quickstart.invalid.json')).ok).toBe(false)
  })

  test('what our schemas accept, theirs accept, over runs with one member changed', () => {
    const ajv = new Ajv2020.default({ strict: false })
    addFormats.default(ajv)
    for (const name of ['step', 'cost', 'provenance', 'eval']) ajv.addSchema(read<object>('schemas', `${name}.json`))
    const theirs = ajv.compile(read<object>('schemas', 'agent-run.json'))
    const full = read<AgentRun>('examples', 'tool-denied.valid.json')
    const junk = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant([]), fc.constant({}), fc.constant('failed'), fc.constant('a'.repeat(64)), fc.constant('x'.repeat(501)))
    const places = placesOf(full)
    fc.assert(
      fc.property(fc.constantFrom(...places), junk, (path, value) => {
        const run = structuredClone(full) as unknown
        put(run, path, value)
        if (parseAgentRun(run).ok) expect(theirs(run), JSON.stringify(theirs.errors)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

function minimal(): AgentRun {
  return read<AgentRun>('examples', 'minimal.valid.json')
}

function placesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [...(path.length === 0 ? [] : [path]), ...Object.entries(value).flatMap(([key, member]) => placesOf(member, [...path, key]))]
}

function put(run: unknown, path: readonly string[], value: unknown): void {
  let holder = run as Record<string, unknown>
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>
  holder[path.at(-1) ?? ''] = value
}
