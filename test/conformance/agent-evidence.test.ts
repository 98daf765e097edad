// What Agent Evidence demands of packs, maps, events and exports, over packs by hand and the lives of agents.
import {
  assembleEvidence,
  checkPackUpdate,
  collectRun,
  createExport,
  derivePackStatus,
  EvidenceBuilder,
  packFacts,
  parseEvidencePack,
  redactEvidence,
  redactPack,
  toEvidenceEvents,
  validateEvidenceEvent,
  validateEvidencePack,
  validateExportManifest,
  validateReplayCase,
  type EvidencePack,
} from '@aos/records/evidence'
import { stepRecorder } from '@aos/sdk/testing'
import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe } from 'vitest'
import { packOf } from '../../packages/records/src/testing/evidence-pack.ts'
import { MISTAKES } from '../../packages/records/src/testing/pack-mistakes.ts'
import { anyStory, liveStory } from '../support/agent-stories.ts'
import { errorsIn } from '../support/evidence-runs.ts'
import { verifies } from './verifies.ts'

const AT = Date.parse('2026-02-01T00:00:00.000Z')

/** Makes each known mistake with one of these codes, and sees that it is told by that code alone. */
function tells(...codes: readonly string[]): void {
  const known = MISTAKES.filter(([code]) => codes.includes(code))
  deepEqual(
    codes.filter((code) => !known.some(([made]) => made === code)),
    [],
  )
  for (const [code, name, mutate] of known) {
    const pack = packOf()
    mutate(pack)
    const told = new Set(validateEvidencePack(pack).issues.map((issue) => issue.code))
    deepEqual([name, [...told]], [name, [code]])
  }
}

function isRefused(change: Partial<Record<keyof EvidencePack, unknown>>): boolean {
  return !validateEvidencePack({ ...packOf(), ...change }).valid
}

describe('identity', () => {
  verifies('evidence.id.independent', 'an id of one kind of fact is of no other kind', () => {
    tells('id.shared')
  })

  verifies('evidence.id.references', 'an id is there once, and nothing leads nowhere', () => {
    tells('id.duplicate', 'ref.unresolved', 'edge.claim_mismatch')
  })
})

describe('completeness', () => {
  verifies('evidence.missing.never-passed', 'neither complete nor silent', () => {
    tells('completeness.overstated', 'completeness.unexplained')
  })

  verifies('evidence.missing.telemetry', 'absent telemetry is told', () => {
    tells('telemetry.silent')
    for (const status of ['not_collected', 'not_applicable', 'missing', 'unknown'] as const) {
      const missing_facts = [{ reason: 'unavailable' as const }]
      const completeness = { ...packOf().completeness, telemetry: { status, missing_facts } }
      ok(!isRefused({ telemetry: [], completeness }))
    }
  })
})

describe('the envelope', () => {
  verifies('evidence.envelope', 'each member that is required, and a scope with an id', () => {
    for (const member of [
      'evidence_pack_id',
      'schema_version',
      'scope',
      'status',
      'created_at',
      'updated_at',
      'producer',
      'completeness',
    ])
      deepEqual([member, isRefused({ [member]: undefined })], [member, true])
    ok(isRefused({ scope: {} }) && isRefused({ producer: { name: 'x' } }) && isRefused({ status: 'done' }))
  })

  verifies('evidence.open', 'members and categories of others', () => {
    const pack = { ...packOf(), own: { any: 1 } }
    pack.completeness['cost'] = { status: 'unknown' }
    deepEqual(validateEvidencePack(pack), { valid: true, issues: [] })
    const parsed = parseEvidencePack(JSON.stringify(pack))
    deepEqual(parsed.ok && Reflect.get(parsed.pack, 'own'), { any: 1 })
  })

  verifies('evidence.status', 'by rank, and no other', () => {
    tells('status.unfounded', 'time.order')
    equal(derivePackStatus(packFacts(packOf())), 'reviewed')
    equal(derivePackStatus({ reviewed: true, exported: true }), 'exported')
    equal(derivePackStatus({}), 'draft')
  })
})

describe('events', () => {
  verifies('evidence.event', 'of thirteen types, with what they are about', () => {
    const event = { event_id: 'event-1', timestamp: packOf().created_at, schema_version: '0.1.0' }
    const about = {
      evidence_pack_id: 'p',
      claim_id: 'c',
      source_id: 's',
      verification_id: 'v',
      review_id: 'r',
      replay_id: 'y',
      export_id: 'x',
    }
    const classes =
      'pack.created pack.updated claim.added source.linked support.updated provenance.linked ' +
      'verification.completed review.completed replay.created redaction.applied export.created warning error'
    for (const name of classes.split(' '))
      ok(validateEvidenceEvent({ ...event, ...about, type: `evidence.${name}` }).valid, name)
    const refused = classes
      .split(' ')
      .filter((name) => !validateEvidenceEvent({ ...event, type: `evidence.${name}` }).valid)
    deepEqual([classes.split(' ').length, refused.length], [13, 8])
    for (const wrong of [{ type: 'evidence.claim.lost' }, { event_id: undefined }, { timestamp: 'now' }])
      ok(!validateEvidenceEvent({ ...event, ...about, type: 'evidence.error', ...wrong }).valid)
  })
})

describe('validation', () => {
  verifies('evidence.validation.claims', 'a status that nothing bears out', () => {
    tells('claim.status_unfounded', 'claim.status_understated', 'claim.unexplained')
  })

  verifies('evidence.validation.sources', 'a source that is nowhere, and one that was left out', () => {
    tells('source.unlocated')
    const of = { source_map_id: 'map', schema_version: '0.1.0' as const, sources: packOf().sources ?? [] }
    const omissions = [{ source_id: 'src:document:0', reason: 'stale' }]
    const { issues } = validateEvidencePack(packOf(), { maps: { sourceMaps: [{ ...of, omissions }] } })
    deepEqual(
      issues.map(({ code }) => code),
      ['source.omitted_but_used'],
    )
  })

  verifies('evidence.validation.edges', 'an edge that means nothing, or leads nowhere', () => {
    tells('edge.no_target', 'edge.target_unfit', 'edge.relationship_unfit')
  })

  verifies('evidence.validation.provenance', 'a link that leads the wrong way', () => {
    tells('provenance.direction', 'provenance.cycle', 'provenance.relationship_unfit')
  })

  verifies(
    'evidence.validation.reviews',
    'a check that became a verdict, and a failure that nobody waived',
    () => {
      tells('facts.overwritten', 'review.failure_not_waived', 'review.checks_unnamed')
    },
  )

  verifies('evidence.validation.telemetry', 'telemetry of nothing', () => {
    tells('telemetry.fabricated')
  })

  verifies('evidence.validation.redaction', 'what is hidden in silence, or not at all', () => {
    tells(
      'redaction.target_lost',
      'redaction.undisclosed',
      'redaction.not_applied',
      'redaction.coverage_overstated',
    )
    const redacted = redactPack(packOf(), { claims: 'all', sources: 'all', by: 'x', reason: 'legal', at: AT })
    deepEqual(validateEvidencePack(redacted), { valid: true, issues: [] })
    ok((redacted.redactions ?? []).slice(1).every(({ reason }) => reason === 'legal'))
  })

  verifies('evidence.validation.replay', 'a case that says nothing, or too much', () => {
    tells('replay.silent', 'replay.overstated')
    ok(!validateReplayCase({ ...packOf().replay_cases?.[0], missing_facts: [] }).valid)
  })

  verifies('evidence.validation.manifest', 'a file without a hash, and an export without its pack', () => {
    const { manifest, pack } = createExport(packOf(), { exportId: 'export-1', at: AT })
    deepEqual(validateExportManifest(manifest, { pack }), { valid: true, issues: [] })
    const bare = manifest.files.map(({ hash: _hash, ...file }) => file)
    for (const wrong of [{ files: bare }, { files: [] }, { completeness: {} }, { schema_version: undefined }])
      ok(!validateExportManifest({ ...manifest, ...wrong }).valid)
  })
})

/** Operations whose names do not come from their texts: ids are kept, and are made of names. */
const PLAIN: ReadonlySet<string> = new Set(['tool', 'knowledge', 'store', 'context', 'message', 'trigger'])

describe('redaction', () => {
  verifies(
    'evidence.validation.redaction',
    'of any life of an agent: valid, told, and without the words',
    async () => {
      const canary = 'canary-7c1e'
      let told = 0
      await fc.assert(
        fc.asyncProperty(anyStory, async (story) => {
          const acts = story.acts
            .filter(({ kind }) => PLAIN.has(kind))
            .map((act) => ({ ...act, text: `say ${canary}!` }))
          const recorder = stepRecorder()
          await liveStory({ ...story, acts }, [recorder])
          const recorded = collectRun(recorder.events)
          ok(recorded !== undefined)
          const evidence = assembleEvidence(recorded)
          if (JSON.stringify(evidence).includes(canary)) told++
          const options = {
            claims: 'all',
            snippets: 'all',
            texts: [canary],
            by: 'x',
            reason: 'privacy',
            at: AT,
          } as const
          const redacted = redactEvidence(evidence, options)
          deepEqual(errorsIn(redacted), [])
          deepEqual(redactEvidence(redacted, options), redacted)
          deepEqual(checkPackUpdate(evidence.pack, redacted.pack).issues, [])
          const { files, manifest, pack } = createExport(redacted, { exportId: 'export-1', at: AT })
          deepEqual(errorsIn({ ...redacted, pack }), [])
          deepEqual(validateExportManifest(manifest, { pack }).issues, [])
          deepEqual(
            files.filter(({ content }) => String(content).includes(canary)).map(({ path }) => path),
            [],
          )
        }),
        { numRuns: 40 },
      )
      ok(told > 10)
    },
  )
})

describe('the levels', () => {
  verifies('evidence.level.read', 'packs of others and of later versions', () => {
    const later = { ...packOf(), schema_version: '0.3.1', news: [1] }
    const parsed = parseEvidencePack(JSON.stringify(later))
    deepEqual(parsed.ok && parsed.pack, later)
    deepEqual(
      parsed.issues.map(({ code }) => code),
      ['schema.version_unknown'],
    )
    ok(!parseEvidencePack('{}').ok)
  })

  verifies('evidence.level.write', 'packs and events of any life of an agent', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        const recorder = stepRecorder()
        await liveStory(story, [recorder])
        const recorded = collectRun(recorder.events)
        ok(recorded !== undefined)
        const evidence = assembleEvidence(recorded)
        deepEqual(errorsIn(evidence), [])
        const refused = toEvidenceEvents(evidence.pack).filter((event) => !validateEvidenceEvent(event).valid)
        deepEqual(refused, [])
      }),
      { numRuns: 60 },
    )
  })

  verifies('evidence.level.review', 'checks and verdicts beside what is there', () => {
    const before = packOf()
    const builder = new EvidenceBuilder(before, { clock: () => AT })
    const id = builder.addVerification({ check_type: 'schema', status: 'failed' })
    builder.addReview({ verdict: 'needs_changes', reviewer: { type: 'human' }, verification_refs: [id] })
    const after = builder.pack()
    deepEqual(checkPackUpdate(before, after), { valid: true, issues: [] })
    deepEqual([after.reviews?.length, after.verification_results?.length], [6, 5])
    ok(!checkPackUpdate(after, before).valid)
    const flipped = after.reviews?.map((review) => ({ ...review, verdict: 'approved' as const }))
    ok(!checkPackUpdate(after, { ...after, ...(flipped === undefined ? {} : { reviews: flipped }) }).valid)
  })

  verifies(
    'evidence.level.export',
    'hashes, schemas, redactions and completeness of any life of an agent',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyStory, async (story) => {
          const recorder = stepRecorder()
          await liveStory(story, [recorder])
          const recorded = collectRun(recorder.events)
          ok(recorded !== undefined)
          const evidence = assembleEvidence(recorded)
          const { manifest, pack } = createExport(evidence, { exportId: 'export-1', at: AT })
          deepEqual(validateExportManifest(manifest, { pack }), { valid: true, issues: [] })
          deepEqual(errorsIn({ ...evidence, pack }), [])
          deepEqual(manifest.completeness, pack.completeness)
          deepEqual(manifest.redactions, pack.redactions)
        }),
        { numRuns: 40 },
      )
    },
  )
})
