import { areChecksPassed, hasExpired } from '../../status/pack-facts.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView } from '../pack-view.ts'

/** The status of a pack rests on its facts, and its times follow each other. */
export function statusIssues(view: PackView): readonly EvidenceIssue[] {
  const reason = unfoundedReason(view)
  const { created_at: created, updated_at: updated } = view.pack
  return [
    ...(reason === undefined ? [] : [issueOf('status.unfounded', '/status', reason)]),
    ...(Date.parse(updated) < Date.parse(created)
      ? [issueOf('time.order', '/updated_at', `${updated} is before ${created}`)]
      : []),
  ]
}

const TOLERANCE_MS = 300_000

/** Times that have not come yet, seen from `now` (milliseconds since the epoch). */
export function futureIssues({ pack }: PackView, now: number): readonly EvidenceIssue[] {
  return (['created_at', 'updated_at'] as const)
    .filter((member) => Date.parse(pack[member]) > now + TOLERANCE_MS)
    .map((member) => issueOf('time.future', `/${member}`, `${pack[member]} has not come yet`))
}

function unfoundedReason({ pack, reviews, checks }: PackView): string | undefined {
  switch (pack.status) {
    case 'reviewed':
      return reviews.length === 0 ? 'the pack is reviewed, and there is no review' : undefined
    case 'exported':
      return pack.export_manifest_ref === undefined
        ? 'the pack is exported, and no manifest is named'
        : undefined
    case 'verified':
      return areChecksPassed(
        pack,
        checks.map(({ value }) => value),
      )
        ? undefined
        : 'the pack is verified, and a required check is missing or has not passed'
    case 'expired':
      return hasExpired(pack) ? undefined : 'the pack is expired, and nothing says what has expired'
    default:
      return undefined
  }
}
