import { canonicalJson } from '@agent-run/types'
import { isAosError } from '@aos/sdk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EvidencePack } from '../../generated/agent-evidence-types.ts'
import { FULL_RECIPE, packOf } from '../../testing/evidence-pack.ts'
import { claimOf, documentSource, first } from '../../testing/pack-facts.ts'
import type { Evidence } from '../assemble/evidence.ts'
import { validateEvidencePack } from '../validate/validate-pack.ts'
import type { RedactOptions } from './redact-options.ts'
import { redactEvidence, redactPack } from './redact-pack.ts'

const AT = Date.parse('2026-02-01T00:00:00.000Z')
const BY = { by: 'auditor', reason: 'privacy', at: AT } as const

function idsIn(value: unknown): readonly string[] {
  const ids: string[] = []
  JSON.stringify(value, (name, member: unknown) => {
    if (/(_id|^from|^to)$/.test(name) && typeof member === 'string') ids.push(`${name} ${member}`)
    return member
  })
  return ids
}

/** Everything that links facts: what redaction must keep. */
function shapeOf(pack: EvidencePack): unknown {
  const { claims, sources, support_edges, provenance, verification_results, reviews } = pack
  return {
    claims: claims?.map(({ claim_id, status, support_edges: edges }) => ({ claim_id, status, edges })),
    sources: sources?.map(({ source_id, source_kind }) => ({ source_id, source_kind })),
    support_edges,
    nodes: provenance?.nodes.map(({ node_id, type }) => ({ node_id, type })),
    links: provenance?.edges,
    checks: verification_results?.map(({ verification_id, status }) => ({ verification_id, status })),
    reviews: reviews?.map(({ review_id, verdict, verification_refs }) => ({
      review_id,
      verdict,
      verification_refs,
    })),
  }
}

const OPTIONS: fc.Arbitrary<RedactOptions> = fc
  .record({
    claims: fc.constantFrom('all' as const, ['claim:call-0', 'claim:call-2'], undefined),
    sources: fc.constantFrom('all' as const, ['src:result:call-0'], undefined),
    snippets: fc.constantFrom('all' as const, ['src:document:0'], undefined),
    texts: fc.constantFrom(['thirty days', 'result of'], [/call-\d/], undefined),
  })
  .map((options) => ({ ...BY, ...options }))

const packs = fc
  .record({
    calls: fc.array(fc.constantFrom('ok', 'failed', 'denied', 'waived'), { maxLength: 3 }),
    replay: fc.constantFrom('none', 'approximate', 'deterministic'),
  })
  .map(({ calls, replay }) => packOf({ ...FULL_RECIPE, calls: [...FULL_RECIPE.calls, ...calls], replay }))

describe('any pack, redacted in any way', () => {
  test('stays valid, keeps ids and edges, and is the same when it is done twice', () => {
    fc.assert(
      fc.property(packs, OPTIONS, (pack, options) => {
        const before = canonicalJson(pack)
        const redacted = redactPack(pack, options)
        expect(canonicalJson(pack)).toBe(before)
        expect(validateEvidencePack(redacted)).toEqual({ valid: true, issues: [] })
        expect(shapeOf(redacted)).toEqual(shapeOf(pack))
        expect(canonicalJson(redactPack(redacted, options))).toBe(canonicalJson(redacted))
      }),
      { numRuns: 200 },
    )
  })

  test('says of everything that is gone where it was, how and why', () => {
    fc.assert(
      fc.property(packs, OPTIONS, (pack, options) => {
        const redacted = redactPack(pack, options)
        const records = (redacted.redactions ?? []).slice((pack.redactions ?? []).length)
        const isHidden = [options.claims, options.sources, options.snippets, options.texts].some(
          (of) => of !== undefined,
        )
        expect(records.length > 0).toBe(isHidden)
        expect(redacted === pack).toBe(!isHidden)
        if (!isHidden) return
        expect(redacted.status).toBe('redacted')
        expect(redacted.updated_at).toBe('2026-02-01T00:00:00.000Z')
        expect(redacted.redaction_summary).toMatchObject({ total: redacted.redactions?.length })
        for (const record of records) {
          expect(record).toMatchObject({ reason: 'privacy', applied_by: 'auditor' })
          const [id = '', pointer = ''] = record.target_ref.split('#')
          expect(idsIn(redacted).some((known) => known.endsWith(` ${id}`))).toBe(true)
          expect(pointer).toMatch(/^\//)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('what is hidden', () => {
  test('the words of claims', () => {
    const pack = packOf()
    Object.assign(claimOf(pack, 'claim:call-0'), {
      confidence: { why: 'CANARY' },
      own: 'CANARY',
      text: 'CANARY',
      range_ref: 'urn:aos:answer:1',
    })
    const redacted = redactPack(pack, { ...BY, claims: ['claim:call-0'], policyRef: 'urn:policy:1' })
    expect(JSON.stringify(redacted)).not.toContain('CANARY')
    expect(claimOf(redacted, 'claim:call-0')).toEqual({
      claim_id: 'claim:call-0',
      claim_type: 'fact',
      text: '[withheld: privacy]',
      range_ref: 'urn:aos:answer:1',
      status: 'supported',
      support_edges: ['edge:claim:call-0'],
    })
    expect(claimOf(redacted, 'claim:call-1')).toEqual(claimOf(pack, 'claim:call-1'))
    expect(redacted.redactions?.at(-1)).toMatchObject({
      target_ref: 'claim:call-0#/text',
      redaction_kind: 'withhold',
      policy_ref: 'urn:policy:1',
      applied_at: '2026-02-01T00:00:00.000Z',
    })
    expect(redacted.completeness).toMatchObject({
      claims: { status: 'partial', missing_facts: [{ reason: 'redacted', details: '1 redacted' }] },
      verification: { status: 'partial' },
      sources: { status: 'complete' },
    })
  })

  test('the words of sources, not where they are', () => {
    const pack = packOf()
    documentSource(pack).snippet = 'CANARY'
    documentSource(pack).selector = { exact: 'CANARY', prefix: 'CANARY', suffix: 'CANARY', line_start: 3 }
    const redacted = redactPack(pack, { ...BY, snippets: ['src:document:0'] })
    expect(JSON.stringify(redacted)).not.toContain('CANARY')
    expect(documentSource(redacted)).toEqual({
      source_id: 'src:document:0',
      source_kind: 'document',
      uri: 'https://docs.example/0',
      selector: { line_start: 3 },
    })
    expect(redacted.completeness).toMatchObject({
      sources: { status: 'partial' },
      claims: { status: 'complete' },
      verification: { status: 'partial' },
    })
  })

  test('all of a source but what it is and its digest', () => {
    const pack = packOf()
    const source = documentSource(pack)
    Object.assign(source, {
      uri: 'https://CANARY.example',
      retrieval: { query: 'CANARY' },
      own: 'CANARY',
      trust: { digest: 'sha256:1' },
    })
    first(pack.verification_results).evidence_refs = [{ ref_id: source.source_id }]
    const redacted = redactPack(pack, { ...BY, sources: [source.source_id] })
    expect(JSON.stringify(redacted)).not.toContain('CANARY')
    expect(documentSource(redacted)).toEqual({
      source_id: 'src:document:0',
      source_kind: 'document',
      trust: { digest: 'sha256:1' },
    })
    expect(first(redacted.verification_results).coverage).toEqual([
      { redacted_ref: 'src:document:0', status: 'partial' },
    ])
    expect(validateEvidencePack(redacted).valid).toBe(true)
  })

  test('texts, wherever they stand', () => {
    const pack = packOf()
    claimOf(pack, 'claim:call-0').text = 'CANARY and [withheld: privacy] and CANARY'
    claimOf(pack, 'claim:call-0').confidence = 'as sure as CANARY'
    const check = first(pack.verification_results)
    check.issues = [{ code: 'x', id: 'CANARY', message: 'saw CANARY', deep: [{ at: 'CANARY' }] }]
    first(pack.reviews).notes = 'CANARY'
    first(pack.reviews).reviewer = { id: 'CANARY@example.com' }
    first(pack.replay_cases).expected_outputs = [{ answer: 'CANARY' }]
    pack.completeness.runtime = {
      status: 'partial',
      missing_facts: [{ reason: 'unavailable', details: 'CANARY' }],
    }
    pack.producer.name = 'CANARY'
    pack.scope.external_case_id = 'case CANARY'
    Object.assign(pack, { own: { deep: 'CANARY' } })
    const redacted = redactPack(pack, { ...BY, texts: ['CANARY'] })
    expect(JSON.stringify(redacted)).not.toContain('CANARY')
    expect(claimOf(redacted, 'claim:call-0').text).toBe(
      '[masked: privacy] and [withheld: privacy] and [masked: privacy]',
    )
    expect(
      redacted.redactions
        ?.slice(1)
        .map(({ target_ref: target, redaction_kind: kind }) => `${kind} ${target}`),
    ).toEqual(
      [
        'mask claim:call-0#/text',
        'mask claim:call-0#/confidence',
        'mask check:call-0#/issues/0/id',
        'mask check:call-0#/issues/0/message',
        'mask check:call-0#/issues/0/deep/0/at',
        'mask review:call-0:policy#/reviewer/id',
        'mask review:call-0:policy#/notes',
        'mask replay:run-1#/expected_outputs/0/answer',
        'mask evp:run-1#/completeness/runtime/missing_facts/0/details',
        'mask evp:run-1#/producer/name',
        'mask evp:run-1#/scope/external_case_id',
        'mask evp:run-1#/own/deep',
      ].toSorted((a, b) => order(redacted, a) - order(redacted, b)),
    )
    expect(validateEvidencePack(redacted).valid).toBe(true)
  })

  const order = ({ redactions = [] }: EvidencePack, told: string): number =>
    redactions.findIndex(({ target_ref: target, redaction_kind: kind }) => told === `${kind} ${target}`)

  test('the longer of two texts first, expressions with and without flags, and what matches nothing', () => {
    const pack = packOf()
    claimOf(pack, 'claim:call-0').text = 'Ann Smith, ann@example.com, ANN'
    const redact = (texts: RedactOptions['texts']): string | undefined =>
      claimOf(redactPack(pack, { ...BY, texts }), 'claim:call-0').text
    expect(redact(['Ann', 'Ann Smith'])).toBe('[masked: privacy], ann@example.com, ANN')
    expect(redact([/ann\b/gi])).toBe(
      '[masked: privacy] Smith, [masked: privacy]@example.com, [masked: privacy]',
    )
    expect(redact([/\w+@\S+(?=,)/y])).toBe('Ann Smith, [masked: privacy], ANN')
    expect(redact([/z*/])).toBe('Ann Smith, ann@example.com, ANN')
    expect(redact(['.*'])).toBe('Ann Smith, ann@example.com, ANN')
    // what stands for a text is not masked in turn
    expect(redact([/\w+/])).not.toContain('[[')
  })

  test('names in objects of a free form, which stay apart', () => {
    const pack = packOf()
    documentSource(pack).retrieval = {
      'ann@example.com': 1,
      'ann@example.com ': 2,
      plain: { 'to ann@example.com': 'x' },
    }
    const redacted = redactPack(pack, { ...BY, texts: ['ann@example.com', 'plain'] })
    expect(JSON.stringify(redacted)).not.toContain('ann@')
    expect(documentSource(redacted).retrieval).toEqual({
      '[masked: privacy]': 1,
      '[masked: privacy] ': 2,
      plain: { 'to [masked: privacy]': 'x' },
    })
    documentSource(pack).retrieval = { 'a@x.example': 1, 'b@x.example': 2 }
    const merged = redactPack(pack, { ...BY, texts: [/\w@x\.example/] })
    expect(documentSource(merged).retrieval).toEqual({ '[masked: privacy]': 1, '[masked: privacy] 2': 2 })
    expect(redactPack(merged, { ...BY, texts: [/\w@x\.example/] })).toBe(merged)
  })

  test('ids that hold a text stay, and that is told', () => {
    const pack = packOf()
    const redacted = redactPack(pack, { ...BY, texts: ['helper'] })
    expect(redacted.producer.id).toBe('helper')
    expect(redacted.completeness.privacy).toEqual({
      status: 'partial',
      missing_facts: [
        {
          fact: 'masking of ids',
          reason: 'unavailable',
          owner: 'auditor',
          details: '2 ids hold a text that is masked elsewhere; ids are kept',
          observed_at: '2026-02-01T00:00:00.000Z',
        },
      ],
    })
    expect(redactPack(redacted, { ...BY, texts: ['helper'] })).toEqual(redacted)
  })

  test('what refers to something of the pack stays', () => {
    const pack = packOf()
    const node = first(pack.provenance?.nodes, ({ entity_type: type }) => type === 'tool_result')
    node.ref = 'src:result:call-0'
    const redacted = redactPack(pack, { ...BY, texts: ['result'] })
    expect(first(redacted.provenance?.nodes, ({ node_id: id }) => id === node.node_id)).toEqual(node)
    expect(JSON.stringify(redacted.sources)).not.toContain('urn:aos:result')
  })

  test('a replay that needs what is hidden is no longer deterministic', () => {
    const pack = packOf({ ...FULL_RECIPE, replay: 'deterministic' })
    const redacted = redactPack(pack, { ...BY, sources: 'all' })
    expect(first(redacted.replay_cases)).toMatchObject({
      determinism: 'approximate',
      missing_facts: [{ fact: 'inputs', reason: 'redacted' }],
    })
    expect(redacted.completeness.replay?.status).toBe('partial')
    expect(redactPack(pack, { ...BY, claims: 'all' }).replay_cases).toEqual(pack.replay_cases)
  })

  test('what comes back after it was hidden is hidden again', () => {
    const redacted = redactPack(packOf(), { ...BY, claims: 'all', snippets: 'all' })
    claimOf(redacted, 'claim:call-0').text = 'CANARY'
    documentSource(redacted).snippet = 'CANARY'
    const again = redactPack(redacted, { ...BY, claims: 'all', snippets: 'all' })
    expect(JSON.stringify(again)).not.toContain('CANARY')
    expect(again.redactions).toEqual(redacted.redactions)
  })
})

describe('maps', () => {
  test('are redacted like the pack', () => {
    const { claims = [], sources = [], ...pack } = packOf()
    const of = { evidence_pack_id: pack.evidence_pack_id, schema_version: '0.1.0' } as const
    const [head, ...tail] = claims
    if (head === undefined) throw new Error('no claims')
    const evidence: Evidence = {
      pack: { ...pack, claim_map_ref: 'claims', source_map_ref: 'sources' },
      sourceMap: { ...of, source_map_id: 'map:sources', sources },
      claimMap: { ...of, claim_map_id: 'map:claims', claims: [head, ...tail] },
    }
    const redacted = redactEvidence(evidence, {
      ...BY,
      claims: 'all',
      sources: ['src:result:call-0'],
      texts: ['thirty'],
    })
    const text = JSON.stringify(redacted)
    for (const canary of ['ended as', 'thirty', 'result of call-0']) expect(text).not.toContain(canary)
    expect(text).toContain('result of call-1')
    const maps = {
      sourceMaps: [redacted.sourceMap],
      claimMaps: redacted.claimMap === undefined ? [] : [redacted.claimMap],
    }
    expect(validateEvidencePack(redacted.pack, { maps })).toEqual({ valid: true, issues: [] })
    // one that the pack was redacted without
    const late = redactEvidence({ ...redacted, claimMap: evidence.claimMap }, { ...BY, claims: 'all' })
    expect(JSON.stringify(late.claimMap)).not.toContain('ended as')
  })
})

describe('options', () => {
  test.each<readonly [string, unknown]>([
    ['by', { ...BY, by: '' }],
    ['reason', { ...BY, reason: 'My Reason' }],
    ['at', { ...BY, at: Number.NaN }],
    ['at', { ...BY, at: undefined }],
    ['claims', { ...BY, claims: 'claim:call-0' }],
    ['sources', { ...BY, sources: [1] }],
    ['snippets', { ...BY, snippets: {} }],
    ['texts', { ...BY, texts: [''] }],
    ['texts', { ...BY, texts: 'CANARY' }],
    ['policyRef', { ...BY, policyRef: 1 }],
  ])('%s', (name, options) => {
    expect(() => redactPack(packOf(), options as RedactOptions)).toThrow(new RegExp(`option ${name} must be`))
  })

  test.each([{ claims: ['claim:none'] }, { sources: ['src:none'] }, { snippets: ['src:none'] }])(
    'ids that are not there: %o',
    (named) => {
      let thrown: unknown
      try {
        redactPack(packOf(), { ...BY, ...named })
      } catch (error) {
        thrown = error
      }
      expect(isAosError(thrown, 'invalid_options')).toBe(true)
      expect(String(thrown)).toMatch(/has no (claim|source) "(claim|src):none"/)
    },
  )
})
