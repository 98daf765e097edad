import type { Entry } from '../../graph/agbom-graph.ts'
import type { CycloneDXDependency } from './cyclonedx-bom.ts'
import { serviceUrl, toolsOf, type Scope } from './scope.ts'

/** What each part needs: one entry for each part, also for those that need nothing. */
export function toDependencies(scope: Scope): readonly CycloneDXDependency[] {
  const { graph, refs } = scope
  return [
    { ref: refs.agent, dependsOn: refsOf(graph.agent.dependsOn, scope) },
    ...graph.entries.flatMap((entry) => ofEntry(entry, scope)),
  ]
}

function ofEntry(entry: Entry, scope: Scope): readonly CycloneDXDependency[] {
  const { refs, specVersion } = scope
  const ref = refs.parts.get(entry.id)
  if (ref === undefined) return []
  const others = refsOf(
    entry.dependsOn.filter((id) => id !== entry.id),
    scope,
  )
  const endpoint = serviceUrl(entry) === undefined ? undefined : refs.endpoints.get(entry.id)
  const tools = entry.kind === 'mcp-server' && specVersion !== '1.5' ? toolsOf(entry, scope) : []
  const provides = refsOf(
    tools.map(({ id }) => id),
    scope,
  )
  const needed = endpoint === undefined ? others : [...others, endpoint].toSorted()
  return [
    { ref, dependsOn: needed, ...(provides.length === 0 ? {} : { provides }) },
    ...(endpoint === undefined ? [] : [{ ref: endpoint, dependsOn: [] }]),
  ]
}

function refsOf(ids: readonly string[], { refs }: Scope): readonly string[] {
  const found = ids.map((id) => refs.parts.get(id)).filter((ref) => ref !== undefined)
  return [...new Set(found)].toSorted()
}
