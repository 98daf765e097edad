import { canonicalJson } from '@agent-run/types'
import type { SupportEdge } from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

/** Ids name one thing each, and what is referred to is there (rules 1 and 9). */
export function referenceIssues(view: PackView): readonly EvidenceIssue[] {
  return [
    ...idIssues(view),
    ...view.edges.flatMap((edge) => edgeIssues(view, edge)),
    ...claimEdgeIssues(view),
    ...otherReferences(view),
    ...uncheckedReferences(view),
  ]
}

const KINDS = [
  ['claim', 'claims', 'claim_id'],
  ['source', 'sources', 'source_id'],
  ['edge', 'edges', 'edge_id'],
  ['check', 'checks', 'verification_id'],
  ['review', 'reviews', 'review_id'],
  ['node', 'nodes', 'node_id'],
  ['edge', 'links', 'edge_id'],
  ['replay case', 'replays', 'replay_id'],
  ['redaction', 'redactions', 'redaction_id'],
] as const

interface Named {
  readonly kind: string
  /** Where the document with it begins. */
  readonly document: string
  readonly fact: Placed<object>
}

function idIssues(view: PackView): readonly EvidenceIssue[] {
  const named = new Map<string, Named>()
  const issues: EvidenceIssue[] = []
  for (const [kind, list, member] of KINDS)
    for (const fact of view[list] as readonly Placed<object>[]) {
      const id = String(Reflect.get(fact.value, member))
      const here: Named = { kind, fact, document: documentOf(fact.path) }
      const known = named.get(id)
      if (known === undefined) named.set(id, here)
      else issues.push(...collisionIssues(known, here, { id, member }))
      if (id === view.pack.evidence_pack_id && kind !== 'node')
        issues.push(issueOf('id.shared', `${fact.path}/${member}`, `${id} is the id of the pack`))
    }
  return issues
}

function collisionIssues(
  known: Named,
  here: Named,
  { id, member }: { readonly id: string; readonly member: string },
): readonly EvidenceIssue[] {
  const path = `${here.fact.path}/${member}`
  if (known.kind !== here.kind) {
    // a node of the provenance stands for a thing that may have an id already
    if (known.kind === 'node' || here.kind === 'node') return []
    return [issueOf('id.shared', path, `${id} is a ${known.kind} at ${known.fact.path} already`)]
  }
  if (known.document === here.document)
    return [issueOf('id.duplicate', path, `${id} is at ${known.fact.path} already`)]
  if (isSame(known.fact.value, here.fact.value)) return []
  return [issueOf('id.conflict', here.fact.path, `${id} is something else at ${known.fact.path}`)]
}

function documentOf(path: string): string {
  return /^\/maps\/\w+\/\d+/.exec(path)?.[0] ?? ''
}

function isSame(left: object, right: object): boolean {
  try {
    return canonicalJson(left) === canonicalJson(right)
  } catch {
    // what has no canonical text is the same only as itself
    return left === right
  }
}

function edgeIssues(view: PackView, { value: edge, path }: Placed<SupportEdge>): readonly EvidenceIssue[] {
  const { ids } = view
  const targets = [
    ['source_id', ids.sources],
    ['verification_id', ids.checks],
    ['review_id', ids.reviews],
    ['provenance_node_id', ids.nodes],
  ] as const
  const issues = targets.flatMap(([member, known]) => {
    const id = edge[member]
    if (id === undefined || known.has(id) || isElsewhere(view, member)) return []
    return [unresolved(`${path}/${member}`, id)]
  })
  if (!ids.claims.has(edge.claim_id) && !isElsewhere(view, 'claim_id'))
    issues.push(unresolved(`${path}/claim_id`, edge.claim_id))
  return [...issues, ...targetIssues(edge, path)]
}

const PROVENANCE_ONLY: ReadonlySet<string> = new Set(['used', 'associated_with', 'attributed_to'])

function targetIssues(edge: SupportEdge, path: string): readonly EvidenceIssue[] {
  const { relationship } = edge
  const targets = [
    edge.source_id,
    edge.verification_id,
    edge.review_id,
    edge.artifact_id,
    edge.provenance_node_id,
  ]
  if (targets.every((id) => id === undefined))
    return [issueOf('edge.no_target', path, `${edge.edge_id} leads from its claim to nothing`)]
  if (relationship === 'verified_by' && edge.verification_id === undefined)
    return [issueOf('edge.target_unfit', path, `${edge.edge_id} says verified_by and names no check`)]
  if (relationship === 'reviewed_by' && edge.review_id === undefined)
    return [issueOf('edge.target_unfit', path, `${edge.edge_id} says reviewed_by and names no review`)]
  if (!PROVENANCE_ONLY.has(relationship)) return []
  const message = `${relationship} links activities, things and agents, not a claim with its support`
  return [issueOf('edge.relationship_unfit', `${path}/relationship`, message)]
}

function claimEdgeIssues(view: PackView): readonly EvidenceIssue[] {
  return view.claims.flatMap(({ value: claim, path }) =>
    (claim.support_edges ?? []).flatMap((id, index) => {
      const edge = view.ids.edges.get(id)
      const at = `${path}/support_edges/${index}`
      if (edge === undefined) return isElsewhere(view, 'edge_id') ? [] : [unresolved(at, id)]
      if (edge.claim_id === claim.claim_id) return []
      return [issueOf('edge.claim_mismatch', at, `${id} is an edge of ${edge.claim_id}`)]
    }),
  )
}

function otherReferences(view: PackView): readonly EvidenceIssue[] {
  const { ids, links, reviews, checks, replays } = view
  const issues: EvidenceIssue[] = []
  for (const { value, path } of links)
    for (const member of ['from', 'to'] as const)
      if (!ids.nodes.has(value[member])) issues.push(unresolved(`${path}/${member}`, value[member]))
  for (const { value, path } of reviews)
    for (const [index, id] of (value.verification_refs ?? []).entries())
      if (!ids.checks.has(id)) issues.push(unresolved(`${path}/verification_refs/${index}`, id))
  for (const { value, path } of [...checks, ...replays])
    for (const member of ['evidence_refs', 'input_refs', 'snapshot_refs'] as const)
      for (const [index, id] of refIds(value, member).entries())
        if (id !== undefined && !ids.all.has(id) && !isElsewhere(view, 'source_id'))
          issues.push(unresolved(`${path}/${member}/${index}/ref_id`, id))
  return issues
}

function refIds(holder: object, member: string): readonly (string | undefined)[] {
  const refs: unknown = Reflect.get(holder, member)
  if (!Array.isArray(refs)) return []
  return refs.map((ref: { readonly ref_id?: string; readonly uri?: string }) =>
    // what has an address is not within the pack
    ref.uri === undefined ? ref.ref_id : undefined,
  )
}

type Reference = 'claim_id' | 'edge_id' | 'source_id' | 'verification_id' | 'review_id' | 'provenance_node_id'

// what the pack keeps in a map that was not passed cannot be judged
function isElsewhere({ pack, maps }: Pick<PackView, 'pack' | 'maps'>, reference: Reference): boolean {
  switch (reference) {
    case 'claim_id':
    case 'edge_id':
      return pack.claim_map_ref !== undefined && maps.claimMaps === undefined
    case 'source_id':
      return pack.source_map_ref !== undefined && maps.sourceMaps === undefined
    case 'provenance_node_id':
      return pack.provenance_ref !== undefined && maps.provenance === undefined
    default:
      return false
  }
}

function uncheckedReferences(view: PackView): readonly EvidenceIssue[] {
  const refs = [
    ['claim_map_ref', 'claim_id', 'claims'],
    ['source_map_ref', 'source_id', 'sources'],
    ['provenance_ref', 'provenance_node_id', 'provenance'],
  ] as const
  return refs
    .filter(([, reference]) => isElsewhere(view, reference))
    .map(([member, , what]) => issueOf('ref.unchecked', `/${member}`, `the map of ${what} was not looked at`))
}

function unresolved(path: string, id: string): EvidenceIssue {
  return issueOf('ref.unresolved', path, `there is no ${id}`)
}
