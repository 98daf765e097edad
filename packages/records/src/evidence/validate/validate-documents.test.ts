import { describe, expect, test } from 'vitest'
import type { ExportManifest, ReplayCase } from '../../generated/agent-evidence-types.ts'
import { packOf } from '../../testing/evidence-pack.ts'
import { validateEvidenceEvent, validateExportManifest, validateReplayCase } from './validate-documents.ts'

const HASH = `sha256:${'0'.repeat(64)}`

const EVENT = {
  type: 'evidence.review.completed',
  event_id: 'event-1',
  timestamp: '2026-01-31T10:30:00.000Z',
  schema_version: '0.1.0',
} as const

describe('an event', () => {
  test.each([
    ['evidence.pack.created', 'evidence_pack_id'],
    ['evidence.pack.updated', 'evidence_pack_id'],
    ['evidence.claim.added', 'claim_id'],
    ['evidence.source.linked', 'source_id'],
    ['evidence.verification.completed', 'verification_id'],
    ['evidence.review.completed', 'review_id'],
    ['evidence.replay.created', 'replay_id'],
    ['evidence.export.created', 'export_id'],
  ])('%s names its %s', (type, member) => {
    expect(validateEvidenceEvent({ ...EVENT, type, [member]: 'x-1' })).toEqual({ valid: true, issues: [] })
    const { valid, issues } = validateEvidenceEvent({ ...EVENT, type })
    expect([valid, issues.map(({ code, path }) => `${code} ${path}`)]).toEqual([
      false,
      [`event.id_missing /${member}`],
    ])
  })

  test.each([
    'evidence.support.updated',
    'evidence.provenance.linked',
    'evidence.redaction.applied',
    'evidence.warning',
    'evidence.error',
  ])('%s may be about anything', (type) => {
    expect(validateEvidenceEvent({ ...EVENT, type }).valid).toBe(true)
  })

  test.each([
    ['a type that is none', { type: 'evidence.claim.removed' }],
    ['no time', { timestamp: 'yesterday' }],
    ['no time zone', { timestamp: '2026-01-31T10:30:00' }],
    ['a URI for an id', { event_id: 'urn:x/y' }],
    ['a payload that is a text', { payload: 'x' }],
  ])('%s', (_name, wrong) => {
    const { valid, issues } = validateEvidenceEvent({ ...EVENT, review_id: 'r', ...wrong })
    expect([valid, issues[0]?.code]).toEqual([false, 'schema.invalid'])
  })
})

const REPLAY: ReplayCase = {
  replay_id: 'replay-1',
  schema_version: '0.1.0',
  scope: { run_id: 'run-1' },
  determinism: 'deterministic',
}

describe('a replay case', () => {
  test('says what cannot be replayed', () => {
    expect(validateReplayCase(REPLAY)).toEqual({ valid: true, issues: [] })
    for (const determinism of ['approximate', 'non_deterministic', 'unavailable'] as const) {
      const { issues } = validateReplayCase({ ...REPLAY, determinism })
      expect(issues.map(({ code }) => code)).toEqual(['replay.silent'])
      const told = { ...REPLAY, determinism, missing_facts: [{ reason: 'expired' }] }
      expect(validateReplayCase(told).valid).toBe(true)
    }
  })

  test('claims no more than it has', () => {
    const { issues } = validateReplayCase({ ...REPLAY, missing_facts: [{ reason: 'expired' }] })
    expect(issues.map(({ code }) => code)).toEqual(['replay.overstated'])
    expect(validateReplayCase({ ...REPLAY, missing_facts: [{ reason: 'not_applicable' }] }).valid).toBe(true)
    expect(validateReplayCase({ ...REPLAY, determinism: 'maybe' }).issues[0]?.code).toBe('schema.invalid')
  })
})

const PACK = packOf()
const MANIFEST: ExportManifest = {
  export_id: 'export-1',
  evidence_pack_id: PACK.evidence_pack_id,
  schema_version: '0.1.0',
  scope: PACK.scope,
  created_at: '2026-01-31T10:30:00.000Z',
  files: [{ path: 'pack.json', role: 'pack', hash: HASH }],
  schemas: [{ uri: 'https://schemas.example/pack' }],
  completeness: PACK.completeness,
  redactions: PACK.redactions ?? [],
}

function codesOf(
  change: Partial<ExportManifest>,
  options?: Parameters<typeof validateExportManifest>[1],
): readonly string[] {
  return validateExportManifest({ ...MANIFEST, ...change }, options).issues.map(
    ({ code, path }) => `${code} ${path}`,
  )
}

describe('an export manifest', () => {
  test('of everything', () => {
    expect(validateExportManifest(MANIFEST, { pack: PACK })).toEqual({ valid: true, issues: [] })
  })

  const file = { path: 'pack.json', role: 'pack', hash: HASH }
  test.each<readonly [string, Partial<ExportManifest>]>([
    ['export.hash_missing /files/0/hash', { files: [{ path: 'pack.json', role: 'pack' }] }],
    ['export.hash_form /files/0/hash', { files: [{ ...file, hash: HASH.toUpperCase() }] }],
    ['export.hash_form /files/0/hash', { files: [{ ...file, hash: `md5:${'0'.repeat(32)}` }] }],
    ['export.path_duplicate /files/1/path', { files: [file, file] }],
    ['vocabulary.unlisted /files/1/role', { files: [file, { path: 'x', role: 'secret', hash: HASH }] }],
    ['export.pack_missing /files', { files: [{ path: 'x', role: 'review', hash: HASH }] }],
    ['export.completeness_missing /completeness', { completeness: {} }],
    ['export.schema_missing /schemas', { schemas: [] }],
  ])('%s', (told, change) => {
    expect(codesOf(change)).toEqual([told])
  })

  test.each(['../x', '/x', 'a/../x', './x', 'a//x', '', 'C:x', 'a\\x', 'a/', 'a\u0000'])(
    'the path %j leads elsewhere',
    (path) => {
      expect(codesOf({ files: [file, { ...file, path, role: 'review' }] })).toEqual([
        'export.path_unsafe /files/1/path',
      ])
    },
  )

  test('a scope that is not told is a warning', () => {
    const { scope: _scope, ...manifest } = MANIFEST
    const { valid, issues } = validateExportManifest(manifest)
    expect([valid, issues.map(({ code }) => code)]).toEqual([true, ['export.scope_missing']])
  })

  test('with the pack: of this pack, with its redactions and its completeness', () => {
    expect(codesOf({ evidence_pack_id: 'evp:other' }, { pack: PACK })).toEqual([
      'timeline.other_pack /evidence_pack_id',
    ])
    expect(codesOf({ redactions: [] }, { pack: PACK })).toEqual(['export.redaction_undisclosed /redactions'])
    const completeness = { ...PACK.completeness, replay: { status: 'complete' as const } }
    expect(codesOf({ completeness }, { pack: PACK })).toEqual([
      'export.completeness_missing /completeness/replay',
    ])
  })

  test('what is no manifest', () => {
    expect(validateExportManifest({}).issues.every(({ code }) => code === 'schema.invalid')).toBe(true)
    expect(validateExportManifest(undefined).valid).toBe(false)
  })
})
