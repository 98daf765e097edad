import type { ReplayCase } from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

/** Replay cases say what cannot be replayed (rule 7). */
export function replayIssues(view: PackView): readonly EvidenceIssue[] {
  const { pack, replays } = view
  const issues = replays.flatMap(determinismIssues)
  if (pack.completeness.replay?.status !== 'complete') return issues
  const limited = replays.find(({ value }) => value.determinism !== 'deterministic')
  if (replays.length > 0 && limited === undefined) return issues
  const what =
    limited === undefined ? 'there is no replay case' : `${limited.value.replay_id} is not deterministic`
  const message = `replay is complete, and ${what}`
  return [...issues, issueOf('completeness.overstated', '/completeness/replay', message)]
}

/** Whether a replay case claims more, or says less, than it can. */
export function determinismIssues({ value, path }: Placed<ReplayCase>): readonly EvidenceIssue[] {
  const { determinism, missing_facts: missing = [], replay_id: id } = value
  const lacking = missing.filter(({ reason }) => reason !== 'not_applicable')
  if (determinism === 'deterministic')
    return lacking.length === 0
      ? []
      : [
          issueOf(
            'replay.overstated',
            `${path}/determinism`,
            `${id} is deterministic and lists what is missing`,
          ),
        ]
  if (missing.length > 0) return []
  const message = `${id} is ${determinism}, and nothing says what cannot be replayed`
  return [issueOf('replay.silent', path, message)]
}
