import type {
  EvidenceRelationship,
  ProvenanceEdge,
  ProvenanceNodeType,
} from '../../../generated/agent-evidence-types.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

type Direction = readonly [from: ProvenanceNodeType, to: ProvenanceNodeType]

const DIRECTIONS: { readonly [Relationship in EvidenceRelationship]?: Direction } = {
  generated_by: ['entity', 'activity'],
  used: ['activity', 'entity'],
  derived_from: ['entity', 'entity'],
  generated_from: ['entity', 'entity'],
  redacted_from: ['entity', 'entity'],
  associated_with: ['activity', 'agent'],
  attributed_to: ['entity', 'agent'],
}

const SUPPORT_ONLY: ReadonlySet<string> = new Set([
  'supports',
  'partially_supports',
  'contradicts',
  'qualifies',
  'background',
])

/** Links lead the way they do in W3C PROV: from what came about to what it came from (rule 5). */
export function provenanceIssues(view: PackView): readonly EvidenceIssue[] {
  return [...view.links.flatMap((link) => linkIssues(view, link)), ...cycleIssues(view)]
}

function linkIssues(
  { ids }: PackView,
  { value: link, path }: Placed<ProvenanceEdge>,
): readonly EvidenceIssue[] {
  const { relationship, edge_id: id } = link
  if (SUPPORT_ONLY.has(relationship)) {
    const message = `${relationship} links a claim with its support, not ${link.from} with ${link.to}`
    return [issueOf('provenance.relationship_unfit', `${path}/relationship`, message)]
  }
  const direction = DIRECTIONS[relationship]
  const from = ids.nodes.get(link.from)?.type
  const to = ids.nodes.get(link.to)?.type
  if (direction === undefined || from === undefined || to === undefined) return []
  if (from === direction[0] && to === direction[1]) return []
  const message = `${id} says that an ${from} is ${relationship} an ${to}; it is an ${direction[0]} and an ${direction[1]}`
  return [issueOf('provenance.direction', path, message)]
}

const DERIVATIONS: ReadonlySet<string> = new Set(['derived_from', 'generated_from', 'redacted_from'])

function cycleIssues({ links }: PackView): readonly EvidenceIssue[] {
  const derivations = links.filter(({ value }) => DERIVATIONS.has(value.relationship))
  const left = new Map<string, number>()
  const into = new Map<string, string[]>()
  for (const { value } of derivations) {
    left.set(value.from, (left.get(value.from) ?? 0) + 1)
    const comers = into.get(value.to)
    if (comers === undefined) into.set(value.to, [value.from])
    else comers.push(value.from)
  }
  // takes away, again and again, what comes from nothing that is left; what stays is in a cycle or comes from one
  const done = [...into.keys()].filter((id) => !left.has(id))
  for (let id = done.pop(); id !== undefined; id = done.pop())
    for (const from of into.get(id) ?? []) {
      const count = (left.get(from) ?? 0) - 1
      left.set(from, count)
      if (count === 0) done.push(from)
    }
  const first = derivations.find(
    ({ value }) => (left.get(value.from) ?? 0) > 0 && (left.get(value.to) ?? 0) > 0,
  )
  if (first === undefined) return []
  return [issueOf('provenance.cycle', first.path, `${first.value.from} comes from itself`)]
}
