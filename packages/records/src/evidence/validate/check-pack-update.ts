import { canonicalJson } from '@agent-run/types'
import type { EvidencePack } from '../../generated/agent-evidence-types.ts'
import { issueOf, reportOf, type EvidenceIssue, type EvidenceReport } from './issue.ts'
import { redactedId } from './rules/redaction.ts'

// with the members in which more may become known of a fact
const FACTS = [
  ['claims', 'claim_id', ['status', 'confidence', 'support_edges']],
  ['sources', 'source_id', []],
  ['support_edges', 'edge_id', []],
  ['verification_results', 'verification_id', ['coverage']],
  ['reviews', 'review_id', []],
  ['replay_cases', 'replay_id', ['determinism', 'missing_facts']],
  ['redactions', 'redaction_id', []],
] as const

/**
 * Says whether a later state of a pack keeps the facts of an earlier one: none lost, and none changed unless a redaction
 * record says so. What is known of a claim, a check or a replay may grow (Agent Evidence, Compatibility levels: review).
 */
export function checkPackUpdate(before: EvidencePack, after: EvidencePack): EvidenceReport {
  const hidden = new Set((after.redactions ?? []).flatMap((record) => redactedId(record) ?? []))
  const issues: EvidenceIssue[] = FACTS.flatMap(([list, member, open]) => {
    const later = new Map(
      (after[list] ?? []).map((fact, index) => [String(Reflect.get(fact, member)), { fact, index }]),
    )
    return (before[list] ?? []).flatMap((fact) => {
      const id = String(Reflect.get(fact, member))
      const now = later.get(id)
      if (now === undefined) return [issueOf('update.fact_lost', `/${list}`, `${id} is gone`)]
      if (hidden.has(id) || textOf(fact, open) === textOf(now.fact, open)) return []
      return [issueOf('update.fact_changed', `/${list}/${now.index}`, `${id} is not what it was`)]
    })
  })
  if (before.evidence_pack_id !== after.evidence_pack_id)
    issues.push(issueOf('update.other_pack', '/evidence_pack_id', `the pack was ${before.evidence_pack_id}`))
  if (Date.parse(after.updated_at) < Date.parse(before.updated_at))
    issues.push(issueOf('update.time_order', '/updated_at', `it was ${before.updated_at} before`))
  return reportOf(issues)
}

function textOf(fact: object, open: readonly string[]): string {
  const kept = Object.entries(fact).filter(([name]) => !open.includes(name))
  try {
    return canonicalJson(Object.fromEntries(kept))
  } catch {
    // what has no canonical text is told apart by its id alone
    return ''
  }
}
