import fc from 'fast-check'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { validateEvidenceEvent } from '../../generated/agent-evidence-validators.ts'
import { collectRun } from '../../steps/collect-run.ts'
import { arbitraryEvents } from '../../testing/arbitrary-run.ts'
import { assembleEvidence } from '../assemble/assemble-evidence.ts'
import { toCloudEvent } from './to-cloud-event.ts'
import { toEvidenceEvents, toExportEvent } from './to-evidence-events.ts'

describe('the events of a pack', () => {
  test('are valid, each with an id of its own, and the same for the same pack', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const recorded = collectRun(events)
        ok(recorded !== undefined)
        const { pack } = assembleEvidence(recorded)
        const told = toEvidenceEvents(pack)
        for (const event of told)
          ok(validateEvidenceEvent(event), JSON.stringify(validateEvidenceEvent.errors))
        equal(new Set(told.map(({ event_id: id }) => id)).size, told.length)
        deepEqual(toEvidenceEvents(pack), told)
        const count = (type: string): number => told.filter((event) => event.type === type).length
        deepEqual(
          [
            count('evidence.claim.added'),
            count('evidence.source.linked'),
            count('evidence.review.completed'),
          ],
          [pack.claims?.length, pack.sources?.length, pack.reviews?.length],
        )
        deepEqual([told[0]?.type, told.at(-1)?.type], ['evidence.pack.created', 'evidence.pack.updated'])
      }),
      { numRuns: 100 },
    )
  })

  test('ride in CloudEvents envelopes with their place in the trace', () => {
    const [event] = fc.sample(arbitraryEvents, { numRuns: 1, seed: 7 })
    const recorded = collectRun(event ?? [])
    ok(recorded !== undefined)
    const { pack } = assembleEvidence(recorded)
    const traced = {
      ...pack,
      telemetry: [{ trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' }],
    }
    const [created] = toEvidenceEvents(traced)
    ok(created !== undefined)
    const envelope = toCloudEvent(created, 'urn:example:collector')
    deepEqual(
      [envelope.specversion, envelope.id, envelope.type, envelope.source, envelope.data],
      ['1.0', created.event_id, 'evidence.pack.created', 'urn:example:collector', created],
    )
    equal(envelope.traceparent, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
    equal('traceparent' in toCloudEvent({ ...created, trace_id: 'no', span_id: 'no' }), false)
  })

  test('tell of an export with the hashes of its files', () => {
    const recorded = collectRun(fc.sample(arbitraryEvents, { numRuns: 1, seed: 9 })[0] ?? [])
    ok(recorded !== undefined)
    const { pack } = assembleEvidence(recorded)
    const exported = toExportEvent(pack, {
      export_id: 'exp:1',
      evidence_pack_id: pack.evidence_pack_id,
      schema_version: '0.1.0',
      created_at: '2026-01-01T00:00:00.000Z',
      files: [{ path: 'pack.json', role: 'pack', hash: `sha256:${'0'.repeat(64)}` }],
      completeness: pack.completeness,
    })
    ok(validateEvidenceEvent(exported))
    deepEqual(
      [exported.type, exported.export_id, exported.timestamp],
      ['evidence.export.created', 'exp:1', '2026-01-01T00:00:00.000Z'],
    )
    match(JSON.stringify(exported.payload), /sha256:0/)
  })
})
