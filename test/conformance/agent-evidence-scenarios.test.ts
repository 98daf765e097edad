// The acceptance scenarios of Agent Evidence, with agents that really run.
import { createExport, redactEvidence, validateEvidencePack, type EvidencePack } from '@aos/records/evidence'
import { deny, modify } from '@aos/sdk'
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { describe } from 'vitest'
import { attempt, errorsIn, evidenceOfRun, resultsIn } from '../support/evidence-runs.ts'
import { verifies } from './verifies.ts'

const AT = Date.parse('2026-02-01T00:00:00.000Z')

const isOf =
  <K extends string>(member: K, word: string) =>
  (fact: { readonly [N in K]?: unknown }) =>
    fact[member] === word

const offline = (): never => {
  throw new TypeError('offline')
}

describe('the acceptance scenarios', () => {
  verifies(
    'evidence.scenario.claim-grounding',
    'two claims with sources, and one that says why it has none',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'search'))
      const [source] = resultsIn(evidence.pack())
      ok(source !== undefined)
      const claims = ['a', 'b', 'c'].map((text) => evidence.addClaim({ text, claim_type: 'fact' }))
      for (const claim_id of claims.slice(0, 2))
        evidence.addSupport({ claim_id, source_id: source.source_id, relationship: 'supports' })
      const pack = evidence.pack()
      const stated = claims.map((id) => pack.claims?.find(({ claim_id }) => claim_id === id)?.status)
      deepEqual(stated, ['supported', 'supported', 'unverified'])
      ok(pack.completeness.claims?.missing_facts?.some(({ fact }) => fact?.includes(claims[2] ?? '-')))
      deepEqual(errorsIn(evidence.evidence()), [])
    },
  )

  verifies(
    'evidence.scenario.contradiction',
    'the edge against the claim stays, and the claim is not supported',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'search'))
      const claim_id = evidence.addClaim({ text: 'Thirty days.' })
      const [pro, contra] = ['a', 'b'].map((uri) =>
        evidence.addSource({ source_kind: 'document', uri: `https://${uri}.example` }),
      )
      evidence.addSupport({ claim_id, source_id: pro ?? '', relationship: 'supports' })
      evidence.addSupport({ claim_id, source_id: contra ?? '', relationship: 'contradicts' })
      const pack = evidence.pack()
      equal(pack.claims?.find((claim) => claim.claim_id === claim_id)?.status, 'partially_supported')
      ok(
        pack.support_edges?.some(
          ({ relationship, source_id }) => relationship === 'contradicts' && source_id === contra,
        ),
      )
      deepEqual(errorsIn(evidence.evidence()), [])
      const claims = pack.claims?.map((claim) =>
        claim.claim_id === claim_id ? { ...claim, status: 'supported' as const } : claim,
      )
      const { issues } = validateEvidencePack(
        { ...pack, claims },
        { maps: { sourceMaps: [], claimMaps: [] } },
      )
      ok(issues.some(({ code }) => code === 'claim.status_unfounded'))
    },
  )

  verifies(
    'evidence.scenario.tool-provenance',
    'from the claim to the result, the call and what it was part of',
    async () => {
      const pack = (await evidenceOfRun((aos) => attempt(aos, 'search', offline))).pack()
      const claim = pack.claims?.find(({ text }) => text?.includes('search'))
      const sources = pack.support_edges?.flatMap(({ claim_id, source_id }) =>
        claim_id === claim?.claim_id ? (source_id ?? []) : [],
      )
      const result = resultsIn(pack).find(({ source_id }) => sources?.includes(source_id))
      const entity = pack.provenance?.nodes.find(({ ref }) => ref === result?.ref)
      const made = pack.provenance?.edges.find(
        ({ from, relationship }) => from === entity?.node_id && relationship === 'generated_by',
      )
      equal(pack.provenance?.nodes.find(({ node_id }) => node_id === made?.to)?.activity_type, 'tool_call')
      equal(typeof result?.retrieval?.['tool_call_id'], 'string')
    },
  )

  verifies(
    'evidence.scenario.retrieval-omission',
    'a document that was taken out keeps its reason',
    async () => {
      const documents = [
        { id: 'kb-1', content: 'new' },
        { id: 'kb-2', content: 'old' },
      ]
      const evidence = await evidenceOfRun((aos) => aos.knowledge({ query: 'q' }, () => documents), {
        retrievalModify: true,
        hooks: { knowledgeRetrieval: () => modify([documents[0]], 'old') },
      })
      const { pack, sourceMap } = evidence.evidence()
      const [omitted] = sourceMap.omissions ?? []
      equal(sourceMap.omissions?.length, 1)
      ok(omitted !== undefined && ['stale', 'unsafe'].includes(omitted.reason))
      ok(
        pack.sources?.some(
          ({ source_id, retrieval }) => source_id === omitted.source_id && retrieval?.['selected'] === false,
        ),
      )
      deepEqual(errorsIn(evidence.evidence()), [])
    },
  )

  verifies(
    'evidence.scenario.artifact-review',
    'version, difference, checks and verdict, and not the bytes',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'write'))
      const artifact_id = evidence.addArtifact({
        artifact_id: 'report',
        version_id: 'v3',
        diff_ref: 'diff://report/v2..v3',
        read_ref: 'artifact://report/v3',
      })
      const claim_id = evidence.addClaim({
        claim_type: 'artifact_section',
        range_ref: 'artifact://report/v3#intro',
      })
      evidence.addSupport({ claim_id, artifact_id, relationship: 'generated_from' })
      const checks = (['schema', 'artifact_diff'] as const).map((check_type) =>
        evidence.addVerification({
          check_type,
          status: check_type === 'schema' ? 'passed' : 'warning',
          coverage: [{ artifact_id }],
        }),
      )
      evidence.addReview({
        verdict: 'approved',
        reviewer: { type: 'human', role: 'editor' },
        verification_refs: checks,
        conditions: ['schema check passed'],
      })
      const pack = evidence.pack()
      deepEqual(
        pack.artifact_refs?.map(({ version_id, diff_ref }) => [version_id, diff_ref]),
        [['v3', 'diff://report/v2..v3']],
      )
      deepEqual([pack.reviews?.at(-1)?.verification_refs, pack.status], [checks, 'reviewed'])
      deepEqual(errorsIn(evidence.evidence()), [])
    },
  )

  verifies('evidence.scenario.verification-vs-review', 'passed and needs_changes, side by side', async () => {
    const evidence = await evidenceOfRun((aos) => attempt(aos, 'write'))
    const id = evidence.addVerification({ check_type: 'schema', status: 'passed' })
    evidence.addReview({ verdict: 'needs_changes', reviewer: { type: 'human' }, verification_refs: [id] })
    const pack = evidence.pack()
    equal(pack.verification_results?.find(({ verification_id }) => verification_id === id)?.status, 'passed')
    deepEqual(
      pack.reviews?.map(({ verdict }) => verdict),
      ['needs_changes'],
    )
    deepEqual(errorsIn(evidence.evidence()), [])
  })

  verifies(
    'evidence.scenario.redacted-export',
    'no words, the same ids, and partial verification',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'search', () => 'CANARY'), {
        hooks: { toolCallRequest: () => undefined },
      })
      evidence.addVerification({ check_type: 'schema', status: 'passed' })
      const claim_id = evidence.addClaim({ text: 'CANARY was found.' })
      evidence.addSupport({
        claim_id,
        source_id: resultsIn(evidence.pack())[0]?.source_id ?? '',
        relationship: 'supports',
      })
      const redacted = redactEvidence(evidence.evidence(), {
        claims: 'all',
        snippets: 'all',
        by: 'auditor',
        reason: 'privacy',
        at: AT,
      })
      const { files, pack } = createExport(redacted, { exportId: 'export-1', at: AT })
      ok(!files.some(({ content }) => String(content).includes('CANARY')))
      const ids = ({ claims = [], sources = [] }: EvidencePack) => [
        claims.map((claim) => claim.claim_id),
        sources.map(({ source_id }) => source_id),
      ]
      deepEqual(ids(pack), ids(evidence.pack()))
      deepEqual([pack.status, pack.completeness.verification?.status], ['redacted', 'partial'])
      deepEqual(errorsIn({ ...redacted, pack }), [])
    },
  )

  verifies(
    'evidence.scenario.replay-honesty',
    'approximate answers and expired outputs are told, silence is refused',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'search'))
      const { evidence_pack_id, schema_version, scope } = evidence.pack()
      const missing_facts = [
        { fact: 'answers of the model', reason: 'unavailable' as const },
        { fact: 'output of search', reason: 'expired' as const },
      ]
      const replay = {
        replay_id: 'replay:1',
        evidence_pack_id,
        schema_version,
        scope,
        determinism: 'approximate' as const,
      }
      evidence.addReplayCase({ ...replay, missing_facts })
      const pack = evidence.pack()
      deepEqual([pack.completeness.replay?.status, errorsIn(evidence.evidence())], ['partial', []])
      notEqual(pack.status, 'expired')
      for (const wrong of [replay, { ...replay, determinism: 'deterministic' as const, missing_facts }])
        equal(validateEvidencePack({ ...pack, replay_cases: [wrong] }).valid, false)
    },
  )

  verifies('evidence.scenario.telemetry-absence', 'not collected, and never silent', async () => {
    const pack = (await evidenceOfRun(() => 'done')).pack()
    equal(pack.completeness.telemetry?.status, 'not_collected')
    const { telemetry: _told, ...completeness } = pack.completeness
    for (const silent of [completeness, { ...completeness, telemetry: { status: 'complete' } }]) {
      const { issues } = validateEvidencePack({ ...pack, completeness: silent })
      ok(issues.some(({ code }) => code === 'telemetry.silent'))
    }
  })

  verifies('evidence.scenario.peer-handoff', "a peer's ids as it wrote them", async () => {
    const evidence = await evidenceOfRun((aos) =>
      aos.protocol(
        {
          protocol: 'a2a',
          direction: 'outbound',
          method: 'message/send',
          peer: { name: 'travel-agent', url: 'https://peer.example' },
          message: { id: 'msg/1@peer', taskId: 'task#9' },
        },
        () => 'done',
      ),
    )
    const pack = evidence.pack()
    const [record] = pack.sources?.filter(isOf('source_kind', 'peer_record')) ?? []
    equal(record?.retrieval?.['peer'], 'travel-agent')
    ok(
      pack.provenance?.nodes.some(
        ({ agent_type, ref }) => agent_type === 'peer' && ref?.includes('travel-agent'),
      ),
    )
    deepEqual(errorsIn(evidence.evidence()), [])
  })

  verifies(
    'evidence.scenario.agent-runtime-profile-evidence',
    'ids of the runtime, one set of facts, and no telemetry that is none',
    async () => {
      const evidence = await evidenceOfRun((aos) => attempt(aos, 'export'), {
        hooks: { toolCallRequest: () => deny('no') },
      })
      const { evidence_pack_id, schema_version, scope, verification_results, reviews } = evidence.pack()
      evidence.addReplayCase({
        replay_id: 'replay:1',
        evidence_pack_id,
        schema_version,
        scope,
        determinism: 'unavailable',
        missing_facts: [{ reason: 'not_collected' }],
      })
      deepEqual(errorsIn(evidence.evidence()), [])
      equal(reviews?.[0]?.scope?.run_id, scope.run_id)
      deepEqual(
        reviews?.[0]?.verification_refs,
        verification_results?.map(({ verification_id }) => verification_id),
      )
      equal(evidence.pack().completeness.telemetry?.status, 'not_collected')
    },
  )
})
