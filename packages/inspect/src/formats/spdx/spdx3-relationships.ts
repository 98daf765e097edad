import type { AgBOMGraph, Entry } from '../../graph/agbom-graph.ts'
import { spdxLicense } from '../spdx-license.ts'
import { AGENT_NAME } from './spdx-ids.ts'
import type { Spdx3Element } from './spdx3-element.ts'
import type { Spdx3Scope } from './spdx3-scope.ts'

const NO_ASSERTION = 'expandedlicensing_NoAssertionLicense'

interface Link {
  readonly from: string
  readonly relationshipType: 'dependsOn' | 'usesTool' | 'hasConcludedLicense' | 'hasDeclaredLicense'
  readonly to: readonly string[]
}

/** The relationships between the elements of a graph: what needs what, which tools are used, and licences. */
export function relationshipElements(
  graph: AgBOMGraph,
  packages: readonly Spdx3Element[],
  scope: Spdx3Scope,
): readonly Spdx3Element[] {
  const links = [...dependencies(graph, scope), ...licences(graph, packages, scope)]
  return links.map((link, index) => relationship(link, `Relationship-${index + 1}`, scope))
}

function relationship(link: Link, name: string, scope: Spdx3Scope): Spdx3Element {
  const { relationshipType } = link
  const isUse = relationshipType === 'dependsOn' || relationshipType === 'usesTool'
  return {
    ...scope.element(isUse ? 'LifecycleScopedRelationship' : 'Relationship', name),
    ...link,
    // more may be used than was seen
    ...(isUse ? { scope: 'runtime', completeness: 'incomplete' } : {}),
  }
}

function* dependencies(graph: AgBOMGraph, scope: Spdx3Scope): Generator<Link> {
  const entries = new Map(graph.entries.map((entry) => [entry.id, entry]))
  const { agent } = graph
  const used = known(agent.dependsOn, entries)
  const tools = used.filter(({ kind }) => kind === 'tool')
  const others = used.filter(({ kind }) => kind !== 'tool')
  yield* link(AGENT_NAME, 'usesTool', { to: tools, scope })
  yield* link(AGENT_NAME, 'dependsOn', { to: others, scope })
  for (const entry of graph.entries) {
    const to = known(entry.dependsOn, entries).filter((target) => target !== entry)
    yield* link(scope.names.get(entry.id) ?? '', 'dependsOn', { to, scope })
  }
}

function known(ids: readonly string[], entries: ReadonlyMap<string, Entry>): readonly Entry[] {
  return [...new Set(ids)].flatMap((id) => entries.get(id) ?? [])
}

interface Targets {
  readonly to: readonly Entry[]
  readonly scope: Spdx3Scope
}

function* link(
  name: string,
  relationshipType: Link['relationshipType'],
  { to, scope }: Targets,
): Generator<Link> {
  const ids = to.map(({ id }) => scope.id(scope.names.get(id) ?? ''))
  if (ids.length > 0) yield { from: scope.id(name), relationshipType, to: ids }
}

// the profiles `ai` and `dataset` want both relationships for each package
function* licences(graph: AgBOMGraph, packages: readonly Spdx3Element[], scope: Spdx3Scope): Generator<Link> {
  const types = new Map(packages.map(({ spdxId, type }) => [spdxId, type]))
  for (const { id, license } of graph.entries) {
    const from = scope.id(scope.names.get(id) ?? '')
    const expression = spdxLicense(license ?? '')
    const to = expression === undefined ? NO_ASSERTION : scope.license(expression)
    const isPlain = types.get(from) === 'software_Package'
    if (!isPlain || expression !== undefined) yield { from, relationshipType: 'hasDeclaredLicense', to: [to] }
    if (!isPlain) yield { from, relationshipType: 'hasConcludedLicense', to: [NO_ASSERTION] }
  }
}
