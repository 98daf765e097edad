import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EvidencePack } from '../../generated/agent-evidence-types.ts'
import { FULL_RECIPE, packOf, type PackRecipe } from '../../testing/evidence-pack.ts'
import {
  claimOf,
  deniedReview,
  documentSource,
  edgeOf,
  first,
  linkFrom,
  nodeOf,
} from '../../testing/pack-facts.ts'
import { MISTAKES } from '../../testing/pack-mistakes.ts'
import { validateEvidencePack } from './validate-pack.ts'

/** Packs of all kinds, each with at least one of everything. */
const packs: fc.Arbitrary<EvidencePack> = fc
  .record({
    calls: fc.array(fc.constantFrom('ok', 'failed', 'denied', 'waived'), { maxLength: 6 }),
    documents: fc.array(fc.constantFrom('supports', 'qualifies', 'contradicts'), { maxLength: 4 }),
  })
  .map(({ calls, documents }) =>
    packOf({
      ...FULL_RECIPE,
      calls: [...FULL_RECIPE.calls, ...calls],
      documents: [...FULL_RECIPE.documents, ...documents],
    }),
  )

function codesOf(
  value: unknown,
  options: Parameters<typeof validateEvidencePack>[1] = {},
): readonly string[] {
  return [...new Set(validateEvidencePack(value, options).issues.map(({ code }) => code))].toSorted()
}

function without<T>(list: readonly T[] | undefined, fact: T): T[] {
  return (list ?? []).filter((other) => other !== fact)
}

const WARNINGS: ReadonlySet<string> = new Set([
  'edge.relationship_unfit',
  'claim.status_understated',
  'claim.unexplained',
  'source.unlocated',
  'completeness.unexplained',
  'review.checks_unnamed',
  'provenance.relationship_unfit',
  'vocabulary.unlisted',
])

describe('packs without a mistake', () => {
  const recipes: fc.Arbitrary<PackRecipe> = fc.record({
    calls: fc.array(fc.constantFrom('ok', 'failed', 'denied', 'waived'), { maxLength: 6 }),
    documents: fc.array(fc.constantFrom('supports', 'qualifies', 'contradicts'), { maxLength: 4 }),
    telemetry: fc.boolean(),
    replay: fc.constantFrom('none', 'approximate', 'deterministic'),
  })

  test('there is nothing to be said about them', () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const pack = packOf(recipe)
        const isReviewed = recipe.calls.length > 0
        // without calls there is no review, and without telemetry there is none to be complete
        if (!isReviewed) pack.status = 'ready'
        if (!isReviewed) pack.completeness.telemetry = { status: 'not_applicable' }
        expect(validateEvidencePack(pack)).toEqual({ valid: true, issues: [] })
      }),
      { numRuns: 200 },
    )
  })

  test('validating changes nothing, and says the same twice', () => {
    const pack = packOf()
    const before = structuredClone(pack)
    const mistaken = packOf({ ...FULL_RECIPE, telemetry: false })
    delete mistaken.completeness.telemetry
    expect(validateEvidencePack(mistaken)).toEqual(validateEvidencePack(mistaken))
    validateEvidencePack(pack)
    expect(pack).toEqual(before)
  })
})

describe('one mistake', () => {
  test.each(MISTAKES)('%s: %s', (code, _name, mutate) => {
    fc.assert(
      fc.property(packs, (pack) => {
        mutate(pack)
        const { valid, issues } = validateEvidencePack(pack)
        expect([...new Set(issues.map((issue) => issue.code))]).toEqual([code])
        expect(valid).toBe(WARNINGS.has(code))
        for (const issue of issues) {
          expect(issue.severity).toBe(WARNINGS.has(code) ? 'warning' : 'error')
          expect(issue.path).toMatch(/^(\/|$)/)
          expect(issue.message).not.toBe('')
        }
      }),
      { numRuns: 10 },
    )
  })
})

describe('what is no mistake', () => {
  test('a contradiction by a source of less authority, or one that a review has looked at', () => {
    const pack = packOf()
    pack.support_edges?.push({
      edge_id: 'edge:x',
      claim_id: 'claim:call-0',
      source_id: 'src:document:0',
      relationship: 'contradicts',
    })
    expect(codesOf(pack)).toEqual(['claim.status_unfounded'])
    documentSource(pack).trust = { authority: 0.5 }
    expect(codesOf(pack)).toEqual([])
    delete documentSource(pack).trust
    edgeOf(pack, 'edge:x').review_id = 'review:call-0:policy'
    expect(codesOf(pack)).toEqual([])
    edgeOf(pack, 'edge:x').review_id = 'review:call-2:policy'
    expect(codesOf(pack)).toEqual(['claim.status_unfounded'])
  })

  test('a result that somebody rejects after the call', () => {
    const pack = packOf()
    const review = {
      review_id: 'review:late',
      verdict: 'rejected' as const,
      scope: { tool_call_id: 'call-0' },
      verification_refs: ['check:call-0'],
    }
    // the call was approved; the one that was not has no other verdict
    pack.reviews = without(
      pack.reviews,
      first(pack.reviews, ({ review_id: id }) => id === 'review:call-0:policy'),
    )
    pack.reviews.push({ ...review, reviewer: { type: 'human' } })
    expect(codesOf(pack)).toEqual([])
    pack.reviews.splice(-1, 1, { ...review, reviewer: { type: 'policy' }, x_phase: 'result' })
    expect(codesOf(pack)).toEqual([])
    pack.reviews.splice(-1, 1, { ...review, reviewer: { type: 'policy' } })
    expect(codesOf(pack)).toEqual(['denial.executed'])
    pack.reviews.splice(-1, 1, { ...review, x_phase: 'request' })
    expect(codesOf(pack)).toEqual(['denial.executed'])
  })

  test('a call whose id another one, that was denied, has as well', () => {
    const pack = packOf()
    deniedReview(pack).scope = { tool_call_id: 'call-0', step_id: 'call-2' }
    nodeOf(pack, 'activity:call-2').telemetry = { tool_call_id: 'call-0' }
    expect(codesOf(pack)).toEqual([])
    linkFrom(pack, 'entity:call-0').to = 'activity:call-2'
    expect(codesOf(pack)).toEqual(['denial.executed'])
    linkFrom(pack, 'entity:call-0').to = 'activity:call-0'
    pack.reviews = without(
      pack.reviews,
      first(pack.reviews, ({ review_id: id }) => id === 'review:call-0:policy'),
    )
    deniedReview(pack).scope = { tool_call_id: 'call-0' }
    expect(codesOf(pack)).toEqual(['denial.executed'])
  })

  test('members and categories that nobody knows', () => {
    const pack = Object.assign(packOf(), { 'https://example.com/own': { any: ['thing'] } })
    pack.completeness['cost'] = { status: 'unknown' }
    expect(codesOf(pack)).toEqual([])
  })

  test('missing facts that do not apply', () => {
    const pack = packOf()
    pack.completeness.runtime = {
      status: 'complete',
      missing_facts: [{ fact: 'thread', reason: 'not_applicable' }],
    }
    expect(codesOf(pack)).toEqual([])
  })
})

describe('required checks', () => {
  test('by id or by kind, each made and passed', () => {
    const pack = packOf({ ...FULL_RECIPE, calls: ['ok'] })
    pack.status = 'verified'
    expect(codesOf(pack)).toEqual([])
    pack.x_required_checks = ['policy', 'check:call-0']
    expect(codesOf(pack)).toEqual([])
    for (const required of [['citation'], ['policy', 'check:call-9'], []]) {
      pack.x_required_checks = required
      expect(codesOf(pack)).toEqual(['status.unfounded'])
    }
  })
})

describe('the time', () => {
  test('counts only where it is given', () => {
    const pack = packOf()
    const made = Date.parse(pack.created_at)
    expect(codesOf(pack)).toEqual([])
    expect(codesOf(pack, { now: made - 300_000 })).toEqual([])
    expect(codesOf(pack, { now: made - 300_001 })).toEqual(['time.future'])
  })
})

describe('hostile values', () => {
  test.each([
    ['nothing', undefined],
    ['a text', 'pack'],
    ['a list', []],
    ['an object without members', {}],
    [
      'one that throws when it is read',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no')
          },
        },
      ),
    ],
  ])('%s', (_name, value) => {
    const { valid, issues } = validateEvidencePack(value)
    expect(valid).toBe(false)
    expect(issues[0]?.code).toBe('schema.invalid')
  })

  test('lone surrogates, odd numbers and huge texts', () => {
    const pack = packOf()
    claimOf(pack, 'claim:call-0').text = `\ud800${'x'.repeat(1_000_000)}`
    claimOf(pack, 'claim:call-0').confidence = 0
    documentSource(pack).retrieval = { score: Number.NaN, rank: Infinity, nothing: undefined }
    expect(codesOf(pack)).toEqual([])
    const maps = {
      sourceMaps: [{ source_map_id: 'map', schema_version: '0.1.0', sources: [{ ...documentSource(pack) }] }],
    } as const
    expect(
      codesOf(pack, {
        maps: { sourceMaps: maps.sourceMaps.map((map) => ({ ...map, sources: [...map.sources] })) },
      }),
    ).toEqual(['id.conflict'])
  })

  test('very many mistakes are counted, not listed', () => {
    const claims = Array.from({ length: 2_000 }, () => ({}))
    const { issues } = validateEvidencePack({ ...packOf(), claims })
    expect(issues.length).toBe(1_001)
    expect(issues.at(-1)?.code).toBe('schema.too_many')
  })
})
