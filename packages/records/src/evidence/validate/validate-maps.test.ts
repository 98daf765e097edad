import { describe, expect, test } from 'vitest'
import type { EvidencePack } from '../../generated/agent-evidence-types.ts'
import { packOf } from '../../testing/evidence-pack.ts'
import { documentSource } from '../../testing/pack-facts.ts'
import type { EvidenceIssueCode } from './issue.ts'
import type { EvidenceMaps } from './pack-view.ts'
import { validateEvidencePack } from './validate-pack.ts'

function codesOf(
  value: unknown,
  options: Parameters<typeof validateEvidencePack>[1] = {},
): readonly string[] {
  return [...new Set(validateEvidencePack(value, options).issues.map(({ code }) => code))].toSorted()
}

describe('maps', () => {
  type AllMaps = { readonly [Name in keyof EvidenceMaps]-?: NonNullable<EvidenceMaps[Name]> }

  /** A pack whose claims, sources and provenance stand in maps. */
  function divided(): { readonly pack: EvidencePack; readonly maps: AllMaps } {
    const { claims = [], sources = [], support_edges = [], provenance, reviews, ...rest } = packOf()
    const { verification_results, replay_cases = [], ...pack } = rest
    const [head, ...tail] = claims
    const of = { evidence_pack_id: pack.evidence_pack_id, schema_version: '0.1.0' } as const
    if (head === undefined || provenance === undefined) throw new Error('the pack is empty')
    return {
      pack: {
        ...pack,
        claim_map_ref: 'claims.json',
        source_map_ref: 'sources.json',
        provenance_ref: 'prov.json',
      },
      maps: {
        claimMaps: [{ ...of, claim_map_id: 'map:claims', claims: [head, ...tail], support_edges }],
        sourceMaps: [
          {
            ...of,
            source_map_id: 'map:sources',
            sources,
            omissions: [{ source_id: 'src:old', reason: 'stale' }],
          },
        ],
        provenance: [{ ...of, provenance_id: 'map:provenance', ...provenance }],
        verifications: [{ ...of, verification_results: verification_results ?? [], reviews: reviews ?? [] }],
        replayCases: replay_cases,
      },
    }
  }

  test('are looked into', () => {
    const { pack, maps } = divided()
    expect(codesOf(pack, { maps })).toEqual([])
    maps.sourceMaps[0]?.sources.pop()
    expect(codesOf(pack, { maps })).toEqual(['ref.unresolved'])
  })

  test('what stands in one that was not passed is not judged, and that is said', () => {
    const { pack } = divided()
    pack.status = 'ready'
    const { valid, issues } = validateEvidencePack(pack)
    expect([valid, issues.map(({ code, path }) => `${code} ${path}`)]).toEqual([
      true,
      ['ref.unchecked /claim_map_ref', 'ref.unchecked /source_map_ref', 'ref.unchecked /provenance_ref'],
    ])
    const all = packOf()
    const open = { ...all, source_map_ref: 'sources.json', sources: [] }
    expect(codesOf(open)).toEqual(['ref.unchecked'])
  })

  const mistakes: readonly (readonly [EvidenceIssueCode, (maps: AllMaps) => void])[] = [
    [
      'timeline.other_pack',
      ({ claimMaps: [map] }) => void Object.assign(map ?? {}, { evidence_pack_id: 'evp:x' }),
    ],
    [
      'source.omitted_but_used',
      ({ sourceMaps: [map] }) => map?.omissions?.push({ source_id: 'src:document:0', reason: 'stale' }),
    ],
    [
      'vocabulary.unlisted',
      ({ sourceMaps: [map] }) => map?.omissions?.push({ source_id: 'src:x', reason: 'rumour' }),
    ],
    ['id.duplicate', ({ provenance: [map] }) => map?.nodes.push({ node_id: 'agent:helper', type: 'agent' })],
    ['schema.invalid', ({ claimMaps: [map] }) => map?.claims.splice(0)],
    ['schema.invalid', ({ verifications: [map] }) => void Object.assign(map ?? {}, { schema_version: '1' })],
  ]
  test.each(mistakes)('%s', (code, mutate) => {
    const { pack, maps } = divided()
    mutate(maps)
    const { issues } = validateEvidencePack(pack, { maps })
    expect([...new Set(issues.map((issue) => issue.code))]).toEqual([code])
    expect(issues.every(({ path }) => path.startsWith('/maps/'))).toBe(true)
  })

  test('the same fact in pack and map is one, another one with its id is a conflict', () => {
    const { maps } = divided()
    const pack = packOf()
    const both = { claimMaps: maps.claimMaps, sourceMaps: maps.sourceMaps }
    expect(codesOf(pack, { maps: both })).toEqual([])
    documentSource(pack).uri = 'https://elsewhere.example'
    expect(codesOf(pack, { maps: both })).toEqual(['id.conflict'])
  })

  test('a list that is none', () => {
    const maps = { claimMaps: {} } as unknown as EvidenceMaps
    expect(validateEvidencePack(packOf(), { maps }).issues.map(({ path }) => path)).toEqual([
      '/maps/claimMaps',
    ])
  })
})
