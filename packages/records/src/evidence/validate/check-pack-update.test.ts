import { describe, expect, test } from 'vitest'
import type { EvidencePack } from '../../generated/agent-evidence-types.ts'
import { packOf } from '../../testing/evidence-pack.ts'
import { claimOf, deniedReview, documentSource, first } from '../../testing/pack-facts.ts'
import { redactPack } from '../redact/redact-pack.ts'
import { checkPackUpdate } from './check-pack-update.ts'

function codesAfter(change: (pack: EvidencePack) => void): readonly string[] {
  const pack = packOf()
  change(pack)
  return checkPackUpdate(packOf(), pack).issues.map(({ code, path }) => `${code} ${path}`)
}

describe('a later state of a pack', () => {
  test('may have more facts, and know more of its claims', () => {
    expect(
      codesAfter((pack) => {
        pack.claims?.unshift({ claim_id: 'claim:new', text: 'new', status: 'unverified' })
        pack.reviews?.push({ review_id: 'review:new', verdict: 'needs_changes' })
        claimOf(pack, 'claim:call-0').status = 'contradicted'
        claimOf(pack, 'claim:call-0').confidence = 0.5
        claimOf(pack, 'claim:call-0').support_edges?.push('edge:new')
        pack.updated_at = '2027-01-01T00:00:00.000Z'
      }),
    ).toEqual([])
  })

  test('loses and changes none', () => {
    expect(codesAfter((pack) => pack.reviews?.shift())).toEqual(['update.fact_lost /reviews'])
    expect(codesAfter((pack) => (pack.verification_results = []))).toHaveLength(4)
    expect(codesAfter((pack) => delete pack.sources)).toHaveLength(7)
    expect(codesAfter((pack) => (deniedReview(pack).verdict = 'approved'))).toEqual([
      'update.fact_changed /reviews/2',
    ])
    expect(codesAfter((pack) => (first(pack.verification_results).status = 'failed'))).toEqual([
      'update.fact_changed /verification_results/0',
    ])
    expect(codesAfter((pack) => (claimOf(pack, 'claim:call-0').text = 'other'))).toEqual([
      'update.fact_changed /claims/0',
    ])
    expect(codesAfter((pack) => (documentSource(pack).uri = 'https://other.example'))).toEqual([
      'update.fact_changed /sources/4',
    ])
  })

  test('is one of the same pack, and not of before', () => {
    expect(codesAfter((pack) => (pack.evidence_pack_id = 'evp:other'))).toEqual([
      'update.other_pack /evidence_pack_id',
    ])
    expect(codesAfter((pack) => (pack.updated_at = '2026-01-01T00:00:00.000Z'))).toEqual([
      'update.time_order /updated_at',
    ])
  })

  test('may hide what a redaction record tells', () => {
    const pack = packOf()
    const redacted = redactPack(pack, {
      claims: 'all',
      snippets: 'all',
      by: 'auditor',
      reason: 'privacy',
      at: Date.parse('2026-02-01T00:00:00.000Z'),
    })
    expect(checkPackUpdate(pack, redacted)).toEqual({ valid: true, issues: [] })
  })
})
