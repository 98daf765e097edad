import { canonicalJson, generateSigningKey, keyThumbprint, verifyDetached } from '@agent-run/types'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { EVIDENCE_SCHEMAS } from '../../generated/agent-evidence-schemas.ts'
import { packOf } from '../../testing/evidence-pack.ts'
import { claimOf, documentSource, first } from '../../testing/pack-facts.ts'
import { redactPack } from '../redact/redact-pack.ts'
import { validateExportManifest } from '../validate/validate-documents.ts'
import { parseEvidencePack } from '../validate/parse-pack.ts'
import { validateEvidencePack } from '../validate/validate-pack.ts'
import { createExport, type EvidenceExport } from './create-export.ts'
import { EXPORT_PARTS, type ExportOptions } from './export-options.ts'

const AT = Date.parse('2026-02-02T00:00:00.000Z')
const OPTIONS = { exportId: 'export-1', at: AT } as const

function contentOf({ files }: EvidenceExport, path: string): string {
  return String(first(files, (file) => file.path === path).content)
}

describe('an export', () => {
  test('has the pack, its facts by kind, the schemas, an explanation, and a manifest of all of these', () => {
    const made = createExport(packOf(), OPTIONS)
    const paths = made.files.map(({ path }) => path)
    expect(paths.filter((path) => !path.startsWith('schemas/'))).toEqual([
      'pack.json',
      'provenance.json',
      'verification.json',
      'reviews.json',
      'replay/1.json',
      'redactions.json',
      'README.md',
      'manifest.json',
    ])
    expect(paths.filter((path) => path.startsWith('schemas/')).length).toBe(
      Object.keys(EVIDENCE_SCHEMAS).length,
    )
    expect(made.manifest.files.map(({ path }) => path)).toEqual(paths.slice(0, -1))
    expect(JSON.parse(contentOf(made, 'manifest.json'))).toEqual(made.manifest)
    for (const { path, hash, size } of made.manifest.files) {
      const content = contentOf(made, path)
      expect(hash).toBe(`sha256:${createHash('sha256').update(content).digest('hex')}`)
      expect(size).toBe(Buffer.byteLength(content))
      if (path.endsWith('.json')) expect(canonicalJson(JSON.parse(content))).toBe(content)
    }
  })

  test('is valid, and says that the pack was exported', () => {
    const { pack, manifest } = createExport(packOf(), {
      ...OPTIONS,
      access: { audience: 'auditors' },
      notes: 'For the case.',
    })
    expect(validateEvidencePack(pack)).toEqual({ valid: true, issues: [] })
    expect(validateExportManifest(manifest, { pack })).toEqual({ valid: true, issues: [] })
    expect([pack.status, pack.export_manifest_ref]).toEqual(['exported', 'manifest.json'])
    expect(manifest).toMatchObject({
      export_id: 'export-1',
      evidence_pack_id: 'evp:run-1',
      created_at: '2026-02-02T00:00:00.000Z',
      scope: { run_id: 'run-1' },
      access: { audience: 'auditors' },
      notes: 'For the case.',
      redactions: packOf().redactions,
      completeness: packOf().completeness,
    })
    expect(manifest.signatures).toBeUndefined()
  })

  test('is the same for the same pack, and leaves the pack as it is', () => {
    const { privateKey } = generateSigningKey()
    const pack = packOf()
    const options = { ...OPTIONS, signingKey: privateKey }
    expect(createExport(pack, options)).toEqual(createExport(structuredClone(pack), options))
    expect(pack).toEqual(packOf())
  })

  test('is signed over the text of its manifest', () => {
    const { privateKey, publicKey } = generateSigningKey()
    const made = createExport(packOf(), { ...OPTIONS, signingKey: privateKey })
    const kid = keyThumbprint(publicKey)
    expect(made.manifest.signatures).toEqual([{ type: 'jws', ref: 'manifest.jws', kid }])
    expect(verifyDetached(contentOf(made, 'manifest.json'), contentOf(made, 'manifest.jws'), publicKey)).toBe(
      true,
    )
    expect(contentOf(made, 'README.md')).toContain(kid)
  })

  test('of a redacted pack stays redacted, and tells what is hidden', () => {
    const redacted = redactPack(packOf(), { claims: 'all', by: 'auditor', reason: 'privacy', at: AT })
    const made = createExport(redacted, OPTIONS)
    expect(made.pack.status).toBe('redacted')
    expect(made.manifest.redactions).toEqual(redacted.redactions)
    expect(contentOf(made, 'README.md')).toContain('claim:call-0\\#/text')
    expect(validateExportManifest(made.manifest, { pack: made.pack }).issues).toEqual([])
  })

  test('of a run has its maps', () => {
    const { claims = [], sources = [], ...pack } = packOf()
    const of = { evidence_pack_id: pack.evidence_pack_id, schema_version: '0.1.0' } as const
    const [head, ...tail] = claims
    if (head === undefined) throw new Error('no claims')
    const claimMap = {
      ...of,
      claim_map_id: 'map:claims',
      claims: [head, ...tail] as [typeof head, ...typeof tail],
    }
    const made = createExport(
      { pack, claimMap, sourceMap: { ...of, source_map_id: 'map:sources', sources } },
      OPTIONS,
    )
    const roles = made.manifest.files.map(({ path, role }) => `${role} ${path}`)
    expect(roles).toEqual(expect.arrayContaining(['claim_map claim-map.json', 'source_map source-map.json']))
    expect(JSON.parse(contentOf(made, 'claim-map.json'))).toEqual(claimMap)
  })

  test.each(EXPORT_PARTS)('without %s', (part) => {
    const all = createExport(packOf(), OPTIONS).files.length
    const made = createExport(packOf(), { ...OPTIONS, include: { [part]: false } })
    expect(made.files.length < all).toBe(part !== 'claims' && part !== 'sources')
    expect(validateExportManifest(made.manifest, { pack: made.pack }).valid).toBe(true)
    // the pack has the facts all the same
    expect(made.pack).toEqual(createExport(packOf(), OPTIONS).pack)
  })

  test('takes files of others as they are', () => {
    const bytes = Uint8Array.from([0, 255, 1])
    const made = createExport(packOf(), {
      ...OPTIONS,
      attachments: [
        { path: 'records/denied.jws', content: 'a.b.c', role: 'artifact_ref', mediaType: 'application/jose' },
        { path: 'run.json', content: bytes, schemaRef: 'https://schemas.example/run' },
      ],
    })
    expect(made.files.find(({ path }) => path === 'run.json')?.content).toBe(bytes)
    expect(made.manifest.files.filter(({ role }) => role === 'artifact_ref')).toEqual([
      {
        path: 'records/denied.jws',
        role: 'artifact_ref',
        media_type: 'application/jose',
        size: 5,
        hash: `sha256:${createHash('sha256').update('a.b.c').digest('hex')}`,
      },
      {
        path: 'run.json',
        role: 'artifact_ref',
        size: 3,
        hash: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
        schema_ref: 'https://schemas.example/run',
      },
    ])
  })

  test('explains itself without giving markup of others a place', () => {
    const pack = packOf()
    pack.completeness.runtime = {
      status: 'partial',
      missing_facts: [{ reason: 'unavailable', fact: 'a | b\n# heading <script> [x](y) `code`' }],
    }
    const text = contentOf(createExport(pack, OPTIONS), 'README.md')
    expect(text).toContain('a \\| b \\# heading \\<script\\> \\[x\\](y) \\`code\\` (unavailable)')
    expect(text).toContain('The manifest is not signed')
    expect(text).toContain('| replay | partial | answers of the model (not\\_collected) |')
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# Evidence evp:run-1',
      '## How to check it',
      '## What is missing',
      '## What is hidden',
      '## Files',
    ])
  })

  test('of hostile texts can be written and read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const pack = packOf()
        claimOf(pack, 'claim:call-0').text = `\ud800${text}`
        documentSource(pack).retrieval = { score: Number.NaN, rank: -0, [text]: undefined, '\udfff': text }
        pack.completeness.runtime = { status: 'partial', missing_facts: [{ reason: 'unknown', fact: text }] }
        const made = createExport(pack, OPTIONS)
        const parsed = parseEvidencePack(contentOf(made, 'pack.json'))
        expect(parsed.ok && parsed.pack).toEqual(made.pack)
        for (const { content } of made.files)
          expect(Buffer.from(content).toString('utf8')).toBe(String(content))
      }),
    )
  })
})

describe('options', () => {
  test.each<readonly [RegExp, object]>([
    [/option exportId must be/, { exportId: 'a/b' }],
    [/option exportId must be/, { exportId: undefined }],
    [/option at must be/, { at: '2026-01-01' }],
    [/option at must be/, { at: Number.POSITIVE_INFINITY }],
    [/option include must be/, { include: { schema: true } }],
    [/option include must be/, { include: { schemas: 'no' } }],
    [/option signingKey must be/, { signingKey: 7 }],
    [/no private Ed25519 key/, { signingKey: 'not a key' }],
    [/option access must be/, { access: [] }],
    [/option notes must be/, { notes: '' }],
    [/option attachments must be/, { attachments: [{ path: '../x', content: '' }] }],
    [/option attachments must be/, { attachments: [{ path: '/etc/x', content: '' }] }],
    [/option attachments must be/, { attachments: [{ path: 'a\\b', content: '' }] }],
    [/option attachments must be/, { attachments: [{ path: 'a' }] }],
    [/two files of the export are called Pack\.JSON/, { attachments: [{ path: 'Pack.JSON', content: '' }] }],
    [/two files of the export are called readme\.md/, { attachments: [{ path: 'readme.md', content: '' }] }],
    [/no option exportid/, { exportid: 'x' }],
  ])('%s', (message, wrong) => {
    expect(() => createExport(packOf(), { ...OPTIONS, ...wrong } as ExportOptions)).toThrow(message)
  })
})
