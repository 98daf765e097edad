import { canonicalJson } from '@agent-run/types'
import type { EvidencePack } from '../../generated/agent-evidence-types.ts'
import { issueOf, reportOf, type EvidenceIssue, type EvidenceReport } from './issue.ts'
import { redactedId } from './rules/redaction.ts'

const FACTS = [
  ['claims', 'claim_id'],
  ['sources', 'source_id'],
  ['support_edges', 'edge_id'],
  ['verification_results', 'verification_id'],
  ['reviews', 'review_id'],
  ['replay_cases', 'replay_id'],
  ['redactions', 'redaction_id'],
] as const

/**
 * Says whether a later state of a pack keeps the facts of an earlier one: none lost, and none changed unless a redaction
 * record says so. The status of a claim may change (Agent Evidence, Compatibility levels: review).
 */
export function checkPackUpdate(before: EvidencePack, after: EvidencePack): EvidenceReport {
  const hidden = new Set((after.redactions ?? []).flatMap((record) => redactedId(record) ?? []))
  const issues: EvidenceIssue[] = FACTS.flatMap(([list, member]) => {
    const later = new Map(
      (after[list] ?? []).map((fact, index) => [String(Reflect.get(fact, member)), { fact, index }]),
    )
    return (before[list] ?? []).flatMap((fact) => {
      const id = String(Reflect.get(fact, member))
      const now = later.get(id)
      if (now === undefined) return [issueOf('update.fact_lost', `/${list}`, `${id} is gone`)]
      if (hidden.has(id) || textOf(fact) === textOf(now.fact)) return []
      return [issueOf('update.fact_changed', `/${list}/${now.index}`, `${id} is not what it was`)]
    })
  })
  if (before.evidence_pack_id !== after.evidence_pack_id)
    issues.push(issueOf('update.other_pack', '/evidence_pack_id', `the pack was ${before.evidence_pack_id}`))
  if (Date.parse(after.updated_at) < Date.parse(before.updated_at))
    issues.push(issueOf('update.time_order', '/updated_at', `it was ${before.updated_at} before`))
  return reportOf(issues)
}

// what is known of a claim may grow: its status and its edges are not the claim
function textOf(fact: object): string {
  const isClaim = 'claim_id' in fact && 'status' in fact
  const {
    status: _status,
    support_edges: _edges,
    confidence: _confidence,
    ...claim
  } = {
    status: undefined,
    support_edges: undefined,
    confidence: undefined,
    ...fact,
  }
  try {
    return canonicalJson(isClaim ? claim : fact)
  } catch {
    // two readings of what has no canonical text are told apart by nothing but their ids
    return ''
  }
}
