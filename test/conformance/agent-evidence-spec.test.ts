// Outside data about Agent Evidence, found through AOS_SPEC_DIR: schemas, examples and test cases written by others.
import {
  createExport,
  parseEvidencePack,
  validateEvidencePack,
  type EvidencePack,
} from '@aos/records/evidence'
import addFormats from 'ajv-formats'
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EVIDENCE_SCHEMAS } from '../../packages/records/src/generated/agent-evidence-schemas.ts'
import { assembleEvidence } from '../../packages/records/src/evidence/assemble/assemble-evidence.ts'
import { toEvidenceEvents } from '../../packages/records/src/evidence/events/to-evidence-events.ts'
import { collectRun } from '../../packages/records/src/steps/collect-run.ts'
import { arbitraryEvents } from '../../packages/records/src/testing/arbitrary-run.ts'
import { packOf } from '../../packages/records/src/testing/evidence-pack.ts'
import { REQUIREMENTS } from './requirements/index.ts'

const spec = process.env['AOS_SPEC_DIR']

function read(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(spec ?? '', 'agent-evidence', ...path), 'utf8'))
}

function compiler(): Ajv2020.default {
  // a required member of theirs is described in another part of its schema
  const ajv = new Ajv2020.default({ strict: true, strictRequired: false, allErrors: true })
  addFormats.default(ajv)
  return ajv
}

function published(name: string): ValidateFunction {
  return compiler().compile(read('schemas', `agentevidence-${name}.schema.json`) as object)
}

function ours(name: string): ValidateFunction {
  const ajv = compiler()
  for (const schema of Object.values(EVIDENCE_SCHEMAS)) ajv.addSchema(schema)
  const validate = ajv.getSchema(String(Reflect.get(EVIDENCE_SCHEMAS[`${name}.json`] ?? {}, '$id')))
  if (validate === undefined) throw new Error(`there is no schema ${name}`)
  return validate
}

/** What our schemas say more about: members that theirs leave open, do not have, or have in packs and events only. */
const STRICTER: readonly RegExp[] = [
  /^\/(provenance|replay_cases|artifact_refs|x_required_checks)(\/|$)/,
  /\/conditions(\/|$)|\/x_phase$|\/policy_ref$/,
  /\/scope\/(attempt|step|tool_call|action|context|policy_decision)_id$/,
]

/** Manifests have no scope in theirs. */
const STRICTER_MANIFEST: readonly RegExp[] = [...STRICTER, /^\/scope(\/|$)/]

const PAIRS = [
  ['pack', 'pack'],
  ['claim-map', 'claim-map'],
  ['source-map', 'source-map'],
  ['provenance', 'provenance'],
  ['verification', 'verification'],
  ['replay', 'replay-case'],
  ['export-manifest', 'export-manifest'],
  ['event', 'event'],
] as const

/** A document of each kind, as full as ours are. */
function documents(): Readonly<Record<string, object>> {
  const pack: EvidencePack = {
    ...packOf(),
    artifact_refs: [{ artifact_id: 'artifact-1', version_id: 'v1', diff_ref: 'diff://1' }],
    refs: [
      { ref_id: 'run-1', kind: 'agent_run', uri: 'urn:aos:run:run-1', hash: 'sha256:0', media_type: 'x/y' },
    ],
    x_required_checks: ['policy'],
  }
  const {
    claims = [],
    sources = [],
    support_edges = [],
    provenance,
    verification_results = [],
    reviews = [],
  } = pack
  const head = { evidence_pack_id: pack.evidence_pack_id, schema_version: '0.1.0', scope: pack.scope }
  const stamps = { created_at: pack.created_at, updated_at: pack.updated_at, producer: pack.producer }
  return {
    pack,
    'claim-map': { ...head, ...stamps, claim_map_id: 'map-1', claims, support_edges },
    'source-map': {
      ...head,
      ...stamps,
      source_map_id: 'map-2',
      sources,
      omissions: [
        { source_id: 'src:x', reason: 'stale', observed_at: pack.created_at, decision_ref: 'urn:x' },
      ],
      contradictions: support_edges,
    },
    provenance: { ...head, ...provenance, provenance_id: 'provenance-1' },
    verification: { ...head, ...stamps, verification_results, reviews },
    replay: { ...head, ...stamps, ...pack.replay_cases?.[0], trace_refs: pack.telemetry },
    'export-manifest': createExport(pack, {
      exportId: 'export-1',
      at: 0,
      notes: 'x',
      access: { audience: 'y' },
    }).manifest,
    event: toEvidenceEvents(pack).at(-1) ?? {},
  }
}

type Place = readonly (string | number)[]

function placesIn(value: unknown, above: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [above]
  const entries: readonly [string, unknown][] = Object.entries(value)
  return [above, ...entries.flatMap(([name, member]) => placesIn(member, [...above, name]))]
}

const ODD: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  '',
  'x',
  'a/b',
  '-a',
  'x'.repeat(257),
  '0.2.0',
  '2026-01-31',
  '2026-01-31T10:30:00Z',
  [],
  {},
  [{}],
]

/** A document with another value, or none, at one place. */
function withOdd(document: object, place: Place, odd: unknown): unknown {
  if (place.length === 0) return odd
  const copy = structuredClone(document)
  let holder: unknown = copy
  for (const name of place.slice(0, -1)) holder = Reflect.get(holder as object, name)
  const last = place.at(-1) ?? ''
  if (odd === undefined && !Array.isArray(holder)) Reflect.deleteProperty(holder as object, last)
  else Reflect.set(holder as object, last, odd === undefined ? null : odd)
  return copy
}

describe.skipIf(spec === undefined)('Agent Evidence data of others (needs AOS_SPEC_DIR)', () => {
  test.each(PAIRS)('%s: a full document follows both schemas', (name, own) => {
    const document = documents()[name]
    const [theirs, mine] = [published(name), ours(own)]
    expect([theirs(document), theirs.errors]).toEqual([true, null])
    expect([mine(document), mine.errors]).toEqual([true, null])
  })

  test.each(PAIRS)(
    '%s: both schemas judge documents alike, but for what ours says more about',
    (name, own) => {
      const document = documents()[name] ?? {}
      const [theirs, mine] = [published(name), ours(own)]
      const places = placesIn(document)
      let refused = 0
      fc.assert(
        fc.property(fc.constantFrom(...places), fc.constantFrom(...ODD), (place, odd) => {
          const changed = withOdd(document, place, odd)
          const [byThem, byUs] = [theirs(changed), mine(changed)]
          if (!byThem) refused++
          if (byThem === byUs) return
          expect([byThem, byUs]).toEqual([true, false])
          const paths = (mine.errors ?? []).map(({ instancePath, keyword, params }) =>
            keyword === 'required' ? `${instancePath}/${String(params['missingProperty'])}` : instancePath,
          )
          const stricter = name === 'export-manifest' ? STRICTER_MANIFEST : STRICTER
          expect(paths.filter((path) => !stricter.some((known) => known.test(path)))).toEqual([])
        }),
        { numRuns: 2_000 },
      )
      expect(refused).toBeGreaterThan(100)
    },
  )

  test('what our code makes of random runs follows their schemas', () => {
    const [pack, sourceMap, claimMap, event] = ['pack', 'source-map', 'claim-map', 'event'].map(published)
    const manifest = published('export-manifest')
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const recorded = collectRun(events)
        if (recorded === undefined) return
        const evidence = assembleEvidence(recorded)
        const made = createExport(evidence, { exportId: 'export-1', at: 0 })
        expect([pack?.(evidence.pack), pack?.errors]).toEqual([true, null])
        expect([pack?.(made.pack), pack?.errors]).toEqual([true, null])
        expect([sourceMap?.(evidence.sourceMap), sourceMap?.errors]).toEqual([true, null])
        expect([manifest(made.manifest), manifest.errors]).toEqual([true, null])
        if (evidence.claimMap !== undefined)
          expect([claimMap?.(evidence.claimMap), claimMap?.errors]).toEqual([true, null])
        for (const told of toEvidenceEvents(evidence.pack))
          expect([event?.(told), event?.errors]).toEqual([true, null])
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    ['quickstart-minimal.json', true],
    ['tool-denied.valid.json', true],
    ['answer-with-citations.fragment.json', false],
    ['artifact-review.fragment.json', false],
    ['tool-run-audit.fragment.json', false],
  ])('the example %s is judged alike: %s', (file, isValid) => {
    const example = read('examples', file)
    expect([published('pack')(example), ours('pack')(example), parseEvidencePack(example).ok]).toEqual([
      isValid,
      isValid,
      isValid,
    ])
    if (isValid)
      expect(validateEvidencePack(example).issues.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('the fragments hold together once they have an envelope', () => {
    const { evidence_pack_id, schema_version, created_at, updated_at, producer } = packOf()
    const envelope = { evidence_pack_id, schema_version, created_at, updated_at, producer, status: 'ready' }
    const completeness = { telemetry: { status: 'not_collected' } }
    for (const file of ['answer-with-citations', 'artifact-review', 'tool-run-audit']) {
      const fragment = read('examples', `${file}.fragment.json`) as object
      const { issues } = validateEvidencePack({ ...envelope, completeness, ...fragment })
      const errors = issues
        .filter(({ severity }) => severity === 'error')
        .map(({ code, path }) => `${code} ${path}`)
      // its one artifact section names nothing that supports it
      const known = file === 'artifact-review' ? ['claim.status_unfounded /claims/0/status'] : []
      expect([file, errors]).toEqual([file, known])
    }
  })

  test('each written case and scenario has a requirement', () => {
    const { cases } = read('conformance', 'runtime-profile-test-cases.json') as { cases: { id: string }[] }
    const { scenarios } = read('conformance', 'acceptance-scenarios.json') as {
      scenarios: { name: string }[]
    }
    const wanted = [
      ...cases.map(({ id }) => `evidence.${id}`),
      ...scenarios.map(({ name }) => `evidence.scenario.${name.toLowerCase().replaceAll(' ', '-')}`),
    ]
    expect(wanted.length).toBe(21)
    expect(wanted.filter((id) => REQUIREMENTS[id] === undefined)).toEqual([])
  })
})
