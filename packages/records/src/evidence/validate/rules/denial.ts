import type { ProvenanceNode, ReviewVerdict, SourceRef } from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

/** A denied call has no result (rule 8, AEV-AR-ACTION-001). */
export function denialIssues(view: PackView): readonly EvidenceIssue[] {
  const denied = deniedCalls(view)
  if (denied.size === 0) return []
  const results = resultNodes(view)
  const nodes = view.nodes.filter(({ value }) => {
    const call = results.get(value.node_id)
    return call !== undefined && denied.has(call)
  })
  const sources = view.sources.filter(({ value }) => {
    const call = callOfSource(value) ?? results.get(value.source_id) ?? results.get(value.ref ?? '')
    return value.source_kind === 'tool_result' && call !== undefined && denied.has(call)
  })
  return [...nodes, ...sources].map(({ path }: Placed<unknown>) =>
    issueOf('denial.executed', path, 'is the result of a call that was denied'),
  )
}

function deniedCalls({ reviews }: PackView): ReadonlySet<string> {
  const denied = new Set<string>()
  const allowed = new Set<string>()
  for (const { value } of reviews) {
    const call = value.scope?.tool_call_id
    if (call === undefined || value.x_phase === 'result') continue
    if (value.verdict === 'rejected' && isDenial(value)) denied.add(call)
    // a person may have let happen what a policy refused
    if (value.verdict === 'approved' || value.verdict === 'waived') allowed.add(call)
  }
  return new Set([...denied].filter((call) => !allowed.has(call)))
}

// somebody who looked at the outcome may reject it too
function isDenial({ x_phase: phase, reviewer, scope }: ReviewVerdict): boolean {
  if (phase !== undefined) return true
  return (
    reviewer?.['type'] === 'policy' ||
    scope?.action_id !== undefined ||
    scope?.policy_decision_id !== undefined
  )
}

/** Calls by the nodes of their results, and by what these refer to. */
function resultNodes({ nodes, links, ids }: PackView): ReadonlyMap<string, string> {
  const calls = new Map<string, string>()
  const keep = ({ node_id: id, ref }: ProvenanceNode, call: string): void => {
    calls.set(id, call)
    if (ref !== undefined) calls.set(ref, call)
  }
  for (const { value } of nodes) {
    const call = value.telemetry?.tool_call_id
    if (value.entity_type === 'tool_result' && call !== undefined) keep(value, call)
  }
  for (const { value } of links) {
    const result = ids.nodes.get(value.from)
    if (value.relationship !== 'generated_by' || result?.entity_type !== 'tool_result') continue
    const activity = ids.nodes.get(value.to)
    const call = activity?.telemetry?.tool_call_id ?? textOf(activity, 'tool_call_id')
    if (call !== undefined) keep(result, call)
  }
  return calls
}

function callOfSource(source: SourceRef): string | undefined {
  return textOf(source.retrieval, 'tool_call_id') ?? textOf(source, 'tool_call_id')
}

function textOf(holder: object | undefined, member: string): string | undefined {
  const value: unknown = holder === undefined ? undefined : Reflect.get(holder, member)
  return typeof value === 'string' ? value : undefined
}
