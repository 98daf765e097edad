import type { ProvenanceNode, ReviewVerdict, SourceRef } from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

/** A denied call has no result (rule 8, AEV-AR-ACTION-001). */
export function denialIssues(view: PackView): readonly EvidenceIssue[] {
  const denied = deniedCalls(view)
  if (denied.size === 0) return []
  const results = resultsOf(view)
  const nodes = view.nodes.filter(
    ({ value }) => RESULTS.has(value.entity_type ?? '') && isOfDenied(results.get(value.node_id), denied),
  )
  const sources = view.sources.filter(
    ({ value }) => value.source_kind === 'tool_result' && isOfDenied(resultOfSource(value, results), denied),
  )
  return [...nodes, ...sources].map(({ path }: Placed<unknown>) =>
    issueOf('denial.executed', path, 'is the result of a call that was denied'),
  )
}

const RESULTS: ReadonlySet<string> = new Set(['tool_result', 'tool_failure'])

/** What came of a call: its id, and the activity that it was. */
interface Result {
  readonly call: string | undefined
  readonly activity?: string | undefined
}

/** Calls that were denied, each with the activities that it stands for; `any` where the denial names no step. */
type Denied = ReadonlyMap<string, ReadonlySet<string> | 'any'>

function isOfDenied(result: Result | undefined, denied: Denied): boolean {
  const activities = result?.call === undefined ? undefined : denied.get(result.call)
  if (activities === undefined) return false
  return activities === 'any' || result?.activity === undefined || activities.has(result.activity)
}

function deniedCalls({ reviews, nodes }: PackView): Denied {
  const calls = reviews.map(({ value }) => value).filter((review) => review.x_phase !== 'result')
  // a person may have let happen what a policy refused
  const allowed = new Set(calls.filter(({ verdict }) => ALLOWING.has(verdict)).map(callKey))
  const denials = calls.filter(
    (review) => review.verdict === 'rejected' && isDenial(review) && !allowed.has(callKey(review)),
  )
  if (denials.length === 0) return new Map()
  const activities = activitiesByStep(nodes)
  const denied = new Map<string, Set<string> | 'any'>()
  for (const { scope } of denials) {
    const call = scope?.tool_call_id
    if (call === undefined) continue
    // two calls may bear one id, as two runs of a model give it
    const own = scope?.step_id === undefined ? undefined : activities.get(scope.step_id)
    const known = denied.get(call)
    if (own === undefined || known === 'any') denied.set(call, 'any')
    else denied.set(call, new Set([...(known ?? []), own]))
  }
  return denied
}

const ALLOWING: ReadonlySet<string> = new Set(['approved', 'waived'])

function callKey({ scope }: ReviewVerdict): string {
  return JSON.stringify([scope?.tool_call_id, scope?.step_id])
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

// an activity names its step by what comes last in what it refers to, or else in its id
function activitiesByStep(nodes: PackView['nodes']): ReadonlyMap<string, string> {
  const activities = nodes.flatMap(({ value }) => (value.type === 'activity' ? [value] : []))
  const last = (name: string): string =>
    name.slice(Math.max(name.lastIndexOf(':'), name.lastIndexOf('/')) + 1)
  return new Map([
    ...activities.map(({ node_id: id }): [string, string] => [last(id), id]),
    ...activities.map(({ node_id: id, ref }): [string, string] => [last(ref ?? id), id]),
  ])
}

/** What was made in calls, by the nodes that stand for it, and by what these refer to. */
function resultsOf({ nodes, links, ids }: PackView): ReadonlyMap<string, Result> {
  const results = new Map<string, Result>()
  const keep = ({ node_id: id, ref }: ProvenanceNode, result: Result): void => {
    results.set(id, result)
    if (ref !== undefined) results.set(ref, result)
  }
  for (const { value } of nodes) {
    const call = value.telemetry?.tool_call_id
    if (value.type === 'entity' && call !== undefined) keep(value, { call })
  }
  for (const { value } of links) {
    const node = ids.nodes.get(value.from)
    if (value.relationship !== 'generated_by' || node === undefined) continue
    const activity = ids.nodes.get(value.to)
    const call = activity?.telemetry?.tool_call_id ?? textOf(activity, 'tool_call_id')
    keep(node, { call: call ?? results.get(node.node_id)?.call, activity: value.to })
  }
  return results
}

function resultOfSource(source: SourceRef, results: ReadonlyMap<string, Result>): Result {
  const known = results.get(source.source_id) ?? results.get(source.ref ?? '')
  const call = textOf(source.retrieval, 'tool_call_id') ?? textOf(source, 'tool_call_id') ?? known?.call
  return { call, activity: known?.activity }
}

function textOf(holder: object | undefined, member: string): string | undefined {
  const value: unknown = holder === undefined ? undefined : Reflect.get(holder, member)
  return typeof value === 'string' ? value : undefined
}
