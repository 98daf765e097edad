import { AOSInstrument, isAosError, type AosErrorCode } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { collectRun } from '../../steps/collect-run.ts'
import { assembleEvidence } from '../assemble/assemble-evidence.ts'
import type { Evidence } from '../assemble/evidence.ts'
import { validateEvidencePack } from '../validate/validate-pack.ts'
import { EvidenceBuilder } from './evidence-builder.ts'

const NOW = Date.UTC(2030, 0, 1)

async function answered(): Promise<Evidence> {
  const recorder = stepRecorder()
  const agent = new AOSInstrument(
    async (_input: unknown, aos) => {
      await aos.toolCall({ toolName: 'search', parameters: {} }, () => 'Refunds take five days.')
      return 'Refunds take five days.'
    },
    { sinks: [recorder] },
  )
  await agent.run('How long do refunds take?')
  const recorded = collectRun(recorder.events)
  ok(recorded !== undefined)
  return assembleEvidence(recorded)
}

async function opened(): Promise<{
  readonly builder: EvidenceBuilder
  readonly answer: string
  readonly result: string
}> {
  const evidence = await answered()
  const answer = evidence.pack.claims?.find(({ claim_type: type }) => type === 'generated_field')?.claim_id
  const result = evidence.pack.sources?.find(({ source_kind: kind }) => kind === 'tool_result')?.source_id
  ok(answer !== undefined && result !== undefined)
  return { builder: new EvidenceBuilder(evidence, { clock: () => NOW }), answer, result }
}

const statusOf = (builder: EvidenceBuilder, id: string): unknown =>
  builder.pack().claims?.find(({ claim_id }) => claim_id === id)?.status

function assertValid(builder: EvidenceBuilder): void {
  const { pack, sourceMap, claimMap } = builder.evidence()
  const maps = { sourceMaps: [sourceMap], claimMaps: claimMap === undefined ? [] : [claimMap] }
  deepEqual(
    validateEvidencePack(pack, { maps }).issues.filter(({ severity }) => severity === 'error'),
    [],
  )
}

const throwsCode = (work: () => unknown, code: AosErrorCode, words: RegExp): void =>
  throws(work, (error) => isAosError(error, code) && words.test(error.message) && error.fix !== undefined)

describe('facts that are added to evidence', () => {
  test('let the status of a claim follow from what speaks for and against it', async () => {
    const { builder, answer, result } = await opened()
    equal(statusOf(builder, answer), 'unverified')
    equal(builder.pack().completeness.claims?.status, 'partial')
    builder.addSupport({ claim_id: answer, source_id: result, relationship: 'supports' })
    equal(statusOf(builder, answer), 'supported')
    equal(builder.pack().completeness.claims?.status, 'complete')
    const other = builder.addSource({
      source_kind: 'document',
      uri: 'https://kb.example.com/terms',
      selector: { type: 'quote', exact: 'ten days', line_start: 4 },
    })
    builder.addSupport({ claim_id: answer, source_id: other, relationship: 'contradicts' })
    equal(statusOf(builder, answer), 'partially_supported')
    equal(builder.evidence().sourceMap.contradictions?.length, 1)
    const denied = builder.addClaim({ text: 'Refunds are free.' })
    builder.addSupport({ claim_id: denied, source_id: other, relationship: 'contradicts' })
    equal(statusOf(builder, denied), 'contradicted')
    assertValid(builder)
  })

  test('keep a check and a review beside each other, whatever each says', async () => {
    const { builder } = await opened()
    const check = builder.addVerification({ check_type: 'citation', status: 'passed' })
    const review = builder.addReview({
      verdict: 'needs_changes',
      reviewer: { type: 'human', id: 'urn:example:reviewer:1' },
      verification_refs: [check],
      notes: 'name the terms',
    })
    const { verification_results: checks, reviews, updated_at: updated, status } = builder.pack()
    deepEqual(
      [
        checks?.find(({ verification_id: id }) => id === check)?.status,
        reviews?.find(({ review_id: id }) => id === review)?.verdict,
      ],
      ['passed', 'needs_changes'],
    )
    deepEqual([updated, status], ['2030-01-01T00:00:00.000Z', 'reviewed'])
    assertValid(builder)
  })

  test('take evaluations as checks, without their outputs and with their words redacted', async () => {
    const { builder } = await opened()
    const failed = builder.addEvaluation({
      pass: false,
      score: 20,
      benchmark_id: 'support',
      actual_outcome: 'canary-5f2c',
      detail: 'it wrote to ann@example.com',
    })
    const passed = builder.addEvaluation({ pass: true, score: 90 })
    const checks = builder.pack().verification_results ?? []
    const [first, second] = [failed, passed].map((id) =>
      checks.find(({ verification_id }) => verification_id === id),
    )
    const { run_id } = builder.pack().scope
    deepEqual(
      [first?.status, first?.coverage, second?.status, second?.issues],
      ['failed', [{ run_id, score: 20, benchmark_id: 'support' }], 'passed', undefined],
    )
    ok(!/ann@example|canary/.test(JSON.stringify(builder.pack())))
    equal(first?.issues?.[0]?.['code'], 'evaluation_failed')
    assertValid(builder)
  })

  test('change and replace nothing: what was there is there as it was', async () => {
    const { builder, answer, result } = await opened()
    const before = builder.pack()
    builder.addSource({ source_id: 'src:mine', source_kind: 'dataset', ref: 'urn:example:rows' })
    equal(
      builder.addSource({ source_id: 'src:mine', source_kind: 'dataset', ref: 'urn:example:rows' }),
      'src:mine',
    )
    throwsCode(
      () =>
        builder.addSource({ source_id: result, source_kind: 'document', uri: 'https://other.example.com' }),
      'evidence_conflict',
      /another source with the id/,
    )
    throwsCode(
      () => builder.addClaim({ claim_id: answer, text: 'Something else.' }),
      'evidence_conflict',
      /another claim/,
    )
    const { sources = [], claims, provenance } = builder.pack()
    deepEqual(sources.slice(0, -1), before.sources)
    deepEqual([claims, provenance], [before.claims, before.provenance])
  })

  test('are refused where they have no such form, or name what is not there', async () => {
    const { builder, answer } = await opened()
    const before = JSON.stringify(builder.evidence())
    const refused: readonly (readonly [() => unknown, RegExp])[] = [
      [() => builder.addClaim({} as { text: string }), /claim/],
      [
        () => builder.addVerification({ check_type: 'x', status: 'fine' as 'passed' }),
        /status must be one of/,
      ],
      [() => builder.addReview({ verdict: 'yes' as 'approved' }), /verdict must be one of/],
      [() => builder.addSource({ source_id: 'https://x', source_kind: 'document' }), /source_id/],
      [
        () => builder.addSupport({ claim_id: 'claim:none', source_id: 'x', relationship: 'supports' }),
        /no.*claim:none|claim:none/,
      ],
      [
        () => builder.addSupport({ claim_id: answer, source_id: 'src:none', relationship: 'supports' }),
        /src:none/,
      ],
      [() => builder.addSupport({ claim_id: answer, relationship: 'supports' }), /names nothing/],
      [() => builder.addReview({ verdict: 'approved', verification_refs: ['check:none'] }), /check:none/],
    ]
    for (const [add, words] of refused) throwsCode(add, 'invalid_evidence', words)
    equal(JSON.stringify(builder.evidence()), before)
  })

  test('are told as events, and can go on where another left off', async () => {
    const { builder, answer } = await opened()
    const told: string[] = []
    const stop = builder.on(
      ({ type, claim_id: claim = '', source_id: source = '' }) => void told.push(`${type} ${claim}${source}`),
    )
    const source = builder.addSource({ source_kind: 'document', uri: 'https://kb.example.com' })
    builder.addSupport({ claim_id: answer, source_id: source, relationship: 'supports' })
    stop()
    builder.addClaim({ text: 'not told' })
    deepEqual(told, [`evidence.source.linked ${source}`, `evidence.support.updated ${answer}${source}`])
    const foreign = { ...builder.pack(), x_case: { number: 7 } }
    const again = new EvidenceBuilder(foreign, { clock: () => NOW })
    const second = again.addSource({ source_kind: 'document', uri: 'https://kb.example.com/2' })
    ok(second !== source)
    deepEqual(Reflect.get(again.pack(), 'x_case'), { number: 7 })
    assertValid(again)
  })
})
