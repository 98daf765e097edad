import type { EvidenceScope, ReplayCase, TelemetryRef } from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

/** Replays and reviews are about the facts of the pack, and telemetry is only what there was (rule 9). */
export function timelineIssues(view: PackView): readonly EvidenceIssue[] {
  return [
    ...mapIssues(view),
    ...view.replays.flatMap((replay) => replayIssues(view, replay)),
    ...scopeIssues(view),
    ...fabricatedIssues(view),
  ]
}

function mapIssues({ pack, maps }: PackView): readonly EvidenceIssue[] {
  const { claimMaps, sourceMaps, provenance, verifications } = maps
  const documents = { claimMaps, sourceMaps, provenance, verifications }
  return Object.entries(documents).flatMap(([name, list = []]) =>
    list.flatMap(({ evidence_pack_id: id }, index) =>
      id === undefined || id === pack.evidence_pack_id
        ? []
        : [
            issueOf(
              'timeline.other_pack',
              `/maps/${name}/${index}/evidence_pack_id`,
              `belongs to the pack ${id}`,
            ),
          ],
    ),
  )
}

function replayIssues(
  { pack, ids }: PackView,
  { value: replay, path }: Placed<ReplayCase>,
): readonly EvidenceIssue[] {
  const { evidence_pack_id: id, replay_id: replayId } = replay
  if (id !== undefined && id !== pack.evidence_pack_id)
    return [issueOf('timeline.other_pack', `${path}/evidence_pack_id`, `${replayId} is about the pack ${id}`)]
  const refs = [...(replay.input_refs ?? []), ...(replay.snapshot_refs ?? [])]
  if (id !== undefined || refs.some(({ ref_id: ref }) => ref !== undefined && ids.all.has(ref))) return []
  return [issueOf('timeline.detached', path, `${replayId} points at nothing of the pack`)]
}

const SPINE = ['session_id', 'thread_id', 'run_id'] as const

function scopeIssues({ pack, reviews, replays }: PackView): readonly EvidenceIssue[] {
  const scoped: readonly Placed<{ readonly scope?: EvidenceScope }>[] = [...reviews, ...replays]
  return scoped.flatMap(({ value: { scope = {} }, path }) =>
    SPINE.filter((member) => {
      const [ours, theirs] = [pack.scope[member], scope[member]]
      return ours !== undefined && theirs !== undefined && ours !== theirs
    }).map((member) =>
      issueOf(
        'timeline.scope_mismatch',
        `${path}/scope/${member}`,
        `the pack is about ${String(pack.scope[member])}`,
      ),
    ),
  )
}

function fabricatedIssues({ pack, nodes }: PackView): readonly EvidenceIssue[] {
  const refs: readonly Placed<TelemetryRef>[] = [
    ...(pack.telemetry ?? []).map((value, index) => ({ value, path: `/telemetry/${index}` })),
    ...nodes.flatMap(({ value, path }) =>
      value.telemetry === undefined ? [] : [{ value: value.telemetry, path: `${path}/telemetry` }],
    ),
  ]
  return refs.flatMap(({ value, path }) => {
    if ([value.trace_id, value.span_id].some((id) => id !== undefined && /^0*$/.test(id)))
      return [issueOf('telemetry.fabricated', path, 'an id of zeros names no trace and no span')]
    const isEmpty = path.startsWith('/telemetry') && Object.values(value).every((id) => id === undefined)
    return isEmpty ? [issueOf('telemetry.fabricated', path, 'points at nothing')] : []
  })
}
