// The runtime profile cases of Agent Evidence, with agents that really run.
import {
  createExport,
  redactEvidence,
  redactPack,
  validateEvidencePack,
  validateExportManifest,
  type EvidencePack,
} from '@aos/records/evidence'
import { deny } from '@aos/sdk'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe } from 'vitest'
import { attempt, errorsIn, evidenceOfRun, resultsIn } from '../support/evidence-runs.ts'
import { verifies } from './verifies.ts'

const AT = Date.parse('2026-02-01T00:00:00.000Z')

const isOf =
  <K extends string>(member: K, word: string) =>
  (fact: { readonly [N in K]?: unknown }) =>
    fact[member] === word

function textsOf(pack: EvidencePack): string {
  return (pack.claims ?? []).map(({ text = '' }) => text).join('\n')
}

const offline = (): never => {
  throw new TypeError('offline')
}

describe('the runtime profile', () => {
  verifies(
    'evidence.AEV-AR-ID-001',
    'session, thread, turn and run, of a run that ended well and of one that failed',
    async () => {
      for (const work of [() => 'done', offline]) {
        const { scope } = (await evidenceOfRun(work)).pack()
        deepEqual([scope.session_id, scope.thread_id], ['session-1', 'session-1'])
        ok(scope.turn_id !== undefined && scope.run_id !== undefined)
        const anonymous = (await evidenceOfRun(work, {}, {})).pack()
        deepEqual([anonymous.scope.thread_id, typeof anonymous.scope.session_id], [undefined, 'string'])
      }
    },
  )

  verifies(
    'evidence.AEV-AR-ID-002',
    'the attempt that failed and the next one, each with its own call',
    async () => {
      let attempts = 0
      const evidence = await evidenceOfRun(async (aos) => {
        const flaky = (): unknown => (++attempts === 1 ? offline() : 'done')
        await attempt(aos, 'search', flaky)
        await attempt(aos, 'search', flaky)
      })
      const pack = evidence.pack()
      deepEqual(
        resultsIn(pack).map(({ retrieval }) => retrieval?.['status']),
        ['error', 'ok'],
      )
      equal(new Set(resultsIn(pack).map(({ retrieval }) => retrieval?.['tool_call_id'])).size, 2)
      equal(pack.provenance?.nodes.filter(isOf('activity_type', 'tool_call')).length, 2)
      deepEqual(errorsIn(evidence.evidence()), [])
    },
  )

  verifies('evidence.AEV-AR-TOOL-001', 'category, call and telemetry of a failure', async () => {
    const pack = (await evidenceOfRun((aos) => attempt(aos, 'search', offline))).pack()
    const [result] = resultsIn(pack)
    const call = pack.provenance?.nodes.find(isOf('activity_type', 'tool_call'))
    const id = result?.retrieval?.['tool_call_id']
    deepEqual([result?.retrieval?.['error_type'], typeof id], ['TypeError', 'string'])
    ok(call !== undefined)
    const claim = pack.claims?.find(({ text }) => text?.includes('failed with TypeError'))
    const edges = pack.support_edges?.filter(({ claim_id }) => claim_id === claim?.claim_id)
    ok(edges?.some(({ source_id }) => source_id === result?.source_id))
    // without a tracer the call has no span, and the pack says so
    equal(pack.completeness.telemetry?.status, 'not_collected')
  })

  verifies(
    'evidence.AEV-AR-ACTION-001',
    'a denied call, and a pack that says it was executed is refused',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'export'), {
        hooks: { toolCallRequest: () => deny('no exports', 'pii') },
      })
      const pack = evidence.pack()
      deepEqual(
        pack.reviews?.map(({ verdict }) => verdict),
        ['rejected'],
      )
      deepEqual(
        pack.verification_results?.map(({ status }) => status),
        ['failed'],
      )
      ok(textsOf(pack).includes('was not executed'))
      deepEqual([resultsIn(pack), errorsIn(evidence.evidence())], [[], []])
      const call = pack.reviews?.[0]?.scope?.tool_call_id
      ok(call !== undefined)
      evidence.addSource({ source_kind: 'tool_result', ref: 'urn:x', retrieval: { tool_call_id: call } })
      deepEqual(
        errorsIn(evidence.evidence())
          .map(({ code }) => code)
          .filter((code, at, all) => all.indexOf(code) === at),
        ['denial.executed'],
      )
    },
  )

  verifies(
    'evidence.AEV-AR-ROUTE-001',
    'the model that answered, which one was asked for, and by whom',
    async () => {
      const pack = (
        await evidenceOfRun((aos) =>
          aos.model({ model: 'fast', provider: 'acme', messages: [] }, (_messages, report) => {
            report({ actual: 'fast-2026' })
            return 'answer'
          }),
        )
      ).pack()
      ok(textsOf(pack).includes('Model fast-2026 of acme answered where the agent asked for fast'))
      ok(
        pack.provenance?.nodes.some(
          ({ agent_type, ref }) => agent_type === 'model' && ref?.includes('fast-2026'),
        ),
      )
    },
  )

  verifies(
    'evidence.AEV-AR-REPLAY-001',
    'a replay that points at its pack and sources, and no other',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'search'))
      const { evidence_pack_id, scope, schema_version } = evidence.pack()
      const [result] = resultsIn(evidence.pack())
      ok(result !== undefined)
      const replay = {
        schema_version,
        scope,
        determinism: 'approximate' as const,
        missing_facts: [{ fact: 'answers of the model', reason: 'not_collected' as const }],
      }
      evidence.addReplayCase({
        ...replay,
        replay_id: 'replay:1',
        evidence_pack_id,
        input_refs: [{ ref_id: result.source_id }],
      })
      deepEqual(errorsIn(evidence.evidence()), [])
      for (const [wrong, code] of [
        [{ evidence_pack_id: 'evp:other' }, 'timeline.other_pack'],
        [{ evidence_pack_id, input_refs: [{ ref_id: 'src:elsewhere' }] }, 'ref.unresolved'],
        [{}, 'timeline.detached'],
      ] as const) {
        const maps = { sourceMaps: [evidence.evidence().sourceMap] }
        const pack = { ...evidence.pack(), replay_cases: [{ ...replay, replay_id: 'replay:2', ...wrong }] }
        ok(
          validateEvidencePack(pack, { maps }).issues.some((issue) => issue.code === code),
          code,
        )
      }
    },
  )

  verifies(
    'evidence.AEV-AR-REVIEW-001',
    'a review of checks of the pack, within its scope, without a status',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'search'), {
        hooks: { toolCallRequest: () => deny('no') },
      })
      const [check] = evidence.pack().verification_results ?? []
      ok(check !== undefined)
      evidence.addReview({
        verdict: 'waived',
        reviewer: { type: 'human', id: 'ann' },
        scope: { run_id: evidence.pack().scope.run_id ?? '' },
        verification_refs: [check.verification_id],
      })
      deepEqual(errorsIn(evidence.evidence()), [])
      deepEqual(
        evidence.pack().verification_results?.map(({ status }) => status),
        ['failed'],
      )
      const review = evidence.pack().reviews?.at(-1) ?? { review_id: 'r', verdict: 'approved' as const }
      for (const wrong of [
        { status: 'passed' },
        { scope: { run_id: 'other' } },
        { verification_refs: ['check:none'] },
      ]) {
        const pack = { ...evidence.pack(), reviews: [{ ...review, ...wrong }] }
        equal(validateEvidencePack(pack).valid, false)
      }
    },
  )

  verifies(
    'evidence.AEV-AR-GAP-001',
    'no tracer: no entries and a reason, and invented ones are refused',
    async () => {
      const pack = (await evidenceOfRun((aos) => attempt(aos, 'search'))).pack()
      deepEqual([pack.telemetry, pack.completeness.telemetry?.status], [[], 'not_collected'])
      ok((pack.completeness.telemetry?.missing_facts ?? []).every(({ reason }) => reason === 'not_collected'))
      for (const invented of [{}, { trace_id: '0'.repeat(32) }]) {
        const { issues } = validateEvidencePack({ ...pack, telemetry: [invented] })
        ok(issues.some(({ code }) => code === 'telemetry.fabricated'))
      }
    },
  )

  verifies(
    'evidence.AEV-AR-REDACT-001',
    'reason, policy and safe references stay where words are gone',
    async () => {
      const evidence = await evidenceOfRun(async (aos) => {
        await attempt(aos, 'search', () => 'CANARY')
      })
      const redacted = redactPack(evidence.pack(), {
        sources: 'all',
        by: 'auditor',
        reason: 'privacy',
        policyRef: 'urn:policy:1',
        at: AT,
      })
      ok(JSON.stringify(evidence.pack()).includes('CANARY'))
      ok(!JSON.stringify(redacted).includes('CANARY'))
      ok(
        redacted.redactions?.some(
          ({ reason, policy_ref: policy }) => reason === 'privacy' && policy === 'urn:policy:1',
        ),
      )
      deepEqual(
        redacted.sources?.map(({ source_id, source_kind }) => [source_id, source_kind]),
        evidence.pack().sources?.map(({ source_id, source_kind }) => [source_id, source_kind]),
      )
    },
  )

  verifies(
    'evidence.AEV-AR-EXPORT-001',
    'pack, replay, review, schemas, redactions and scope are in the manifest',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'export'), {
        hooks: { toolCallRequest: () => deny('no') },
      })
      const { evidence_pack_id, schema_version, scope } = evidence.pack()
      evidence.addReplayCase({
        replay_id: 'replay:1',
        evidence_pack_id,
        schema_version,
        scope,
        determinism: 'unavailable',
        missing_facts: [{ reason: 'not_collected' }],
      })
      const redacted = redactEvidence(evidence.evidence(), {
        claims: 'all',
        by: 'auditor',
        reason: 'privacy',
        at: AT,
      })
      const { manifest, pack } = createExport(redacted, { exportId: 'export-1', at: AT })
      const roles = new Set(manifest.files.map(({ role }) => role))
      for (const role of [
        'pack',
        'replay',
        'review',
        'schema',
        'redaction',
        'claim_map',
        'source_map',
        'readme',
      ])
        ok(roles.has(role), role)
      deepEqual([manifest.scope, manifest.redactions?.length], [scope, pack.redactions?.length])
      deepEqual(validateExportManifest(manifest, { pack }), { valid: true, issues: [] })
    },
  )
})
