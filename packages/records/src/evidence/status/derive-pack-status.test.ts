import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EvidencePack, PackStatus } from '../../generated/agent-evidence-types.ts'
import { FULL_RECIPE, packOf } from '../../testing/evidence-pack.ts'
import { validateEvidencePack } from '../validate/validate-pack.ts'
import { derivePackStatus } from './derive-pack-status.ts'
import { packFacts, type PackFacts } from './pack-facts.ts'

const RANK: readonly Exclude<PackStatus, 'draft'>[] = [
  'invalid',
  'expired',
  'redacted',
  'exported',
  'reviewed',
  'verified',
  'partial',
  'ready',
  'collecting',
]

describe('the status of a pack', () => {
  test('is the first of its facts by rank', () => {
    fc.assert(
      fc.property(fc.subarray([...RANK]), (known) => {
        const facts: PackFacts = Object.fromEntries(known.map((fact) => [fact, true]))
        expect(derivePackStatus(facts)).toBe(RANK.find((fact) => known.includes(fact)) ?? 'draft')
      }),
    )
    expect(derivePackStatus({ reviewed: false })).toBe('draft')
  })

  type Change = (pack: EvidencePack) => unknown
  test.each<readonly [PackStatus, Change, PackFacts | undefined]>([
    ['reviewed', () => undefined, undefined],
    ['partial', (pack) => (pack.reviews = []), undefined],
    [
      'verified',
      (pack) => {
        pack.reviews = []
        for (const check of pack.verification_results ?? []) check.status = 'passed'
      },
      undefined,
    ],
    [
      'ready',
      (pack) => {
        pack.reviews = []
        pack.completeness.replay = { status: 'not_collected' }
      },
      undefined,
    ],
    [
      'collecting',
      (pack) => {
        pack.reviews = []
        pack.completeness.replay = { status: 'not_collected' }
      },
      { collecting: true },
    ],
    ['exported', (pack) => (pack.export_manifest_ref = 'manifest.json'), undefined],
    ['redacted', (pack) => (pack.status = 'redacted'), undefined],
    [
      'expired',
      (pack) =>
        pack.redactions?.push({
          redaction_id: 'r',
          target_ref: 'urn:x',
          redaction_kind: 'expire',
          reason: 'retention',
        }),
      undefined,
    ],
    ['invalid', () => undefined, { invalid: true }],
  ])('%s follows from what the pack has', (status, change, known) => {
    const pack = packOf()
    change(pack)
    expect(derivePackStatus(packFacts(pack, known))).toBe(status)
  })

  test('that is derived is never unfounded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('ok', 'failed', 'denied', 'waived'), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('none', 'approximate', 'deterministic'),
        fc.boolean(),
        (calls, replay, isReviewed) => {
          const pack = packOf({ ...FULL_RECIPE, calls, replay })
          if (!isReviewed) pack.reviews = []
          pack.status = derivePackStatus(packFacts(pack))
          const codes = validateEvidencePack(pack).issues.map(({ code }) => code)
          expect(codes).not.toContain('status.unfounded')
        },
      ),
    )
  })
})
