import { describe, expect, test } from 'vitest'
import { packOf } from '../../testing/evidence-pack.ts'
import { claimOf } from '../../testing/pack-facts.ts'
import { parseEvidencePack } from './parse-pack.ts'

describe('reading a pack', () => {
  test('as a value or as text, with what nobody knows', () => {
    const pack = Object.assign(packOf(), { 'x-own': { a: 1 } })
    Object.assign(claimOf(pack, 'claim:call-0'), { own: ['b'] })
    for (const source of [pack, JSON.stringify(pack)]) {
      const parsed = parseEvidencePack(source)
      expect(parsed).toEqual({ ok: true, pack, issues: [] })
    }
    const parsed = parseEvidencePack(pack)
    expect(parsed.ok && parsed.pack).toBe(pack)
  })

  test('does not judge what its facts are to each other', () => {
    const pack = packOf()
    pack.support_edges = []
    expect(parseEvidencePack(pack).ok).toBe(true)
  })

  test('of another schema version: what this one knows', () => {
    const later = { ...packOf(), schema_version: '0.2.0', news: true }
    const parsed = parseEvidencePack(later)
    expect(parsed).toMatchObject({
      ok: true,
      pack: later,
      issues: [{ code: 'schema.version_unknown', severity: 'warning', path: '/schema_version' }],
    })
    const broken = parseEvidencePack({ ...later, claims: [{ claim_id: 'c' }] })
    expect(broken.ok).toBe(false)
    expect(broken.issues.map(({ path }) => path)).toContain('/claims/0/status')
  })

  test.each([
    ['text that is no JSON', '{'],
    ['nothing', undefined],
    ['null', 'null'],
    ['a version that is none', { ...packOf(), schema_version: 'next' }],
    ['a version of another kind', { ...packOf(), schema_version: 1 }],
    ['a pack without an id', { ...packOf(), evidence_pack_id: undefined }],
    [
      'one that throws',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no')
          },
        },
      ),
    ],
  ])('not %s', (_name, source) => {
    const parsed = parseEvidencePack(source)
    expect(parsed.ok).toBe(false)
    expect(parsed.issues[0]?.code).toBe('schema.invalid')
  })
})
