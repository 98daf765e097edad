import type { Entry } from '../../graph/agbom-graph.ts'
import { agentFacts, factsOf, withMissing, type Facts } from '../entry-facts.ts'
import { lineOrNothing } from '../one-line.ts'
import { partName } from '../part-name.ts'
import { plainText } from '../plain-text.ts'
import { plainUrl } from '../plain-url.ts'
import type { CycloneDXProperty } from './cyclonedx-bom.ts'
import { toolsOf, type Scope } from './scope.ts'

// names that other makers of bills of materials of agents use as well
const SHARED: Readonly<Record<string, string>> = {
  'agent aos:framework': 'cdx:agent:framework',
  'model aos:contextWindow': 'cdx:ai:contextWindow',
  'model aos:provider': 'cdx:ai:provider',
  'mcp-server aos:transport': 'cdx:mcp:transport',
}

/** What is known of an entry and has no place of its own; `placed` are the facts that have one in its part. */
export function entryProperties(
  entry: Entry,
  scope: Scope,
  placed: ReadonlySet<string>,
): readonly CycloneDXProperty[] {
  return [
    ...known(withMissing(factsOf(entry), entry, scope.refs.parts), entry.kind, placed),
    ...roleOf(entry, scope),
    ...capabilities(scope, ({ dependsOn }) => dependsOn.includes(entry.id)),
  ]
}

/** What is known of the agent and has no place of its own; with the capabilities that belong to no other part. */
export function agentProperties(scope: Scope, placed: ReadonlySet<string>): readonly CycloneDXProperty[] {
  const { graph, refs, byId } = scope
  const others = graph.agent.dependsOn.filter((id) => byId.get(id)?.kind !== 'capability')
  const facts = withMissing(agentFacts(graph), { ...graph.agent, dependsOn: others }, refs.parts)
  return [
    ...known(facts, 'agent', placed),
    ...capabilities(scope, ({ dependsOn }) => !dependsOn.some((id) => refs.parts.has(id))),
  ]
}

function known(facts: Facts, kind: string, placed: ReadonlySet<string>): readonly CycloneDXProperty[] {
  return Object.entries(facts)
    .filter(([name]) => !placed.has(name))
    .map(([name, value]) => {
      const key = `${kind} ${name}`
      return { name: Object.hasOwn(SHARED, key) ? (SHARED[key] ?? name) : name, value }
    })
}

function roleOf(entry: Entry, scope: Scope): readonly CycloneDXProperty[] {
  switch (entry.kind) {
    case 'model': {
      const provider = lineOrNothing(entry.supplier?.name)
      const isTold = provider === undefined || Object.hasOwn(entry.facts, 'provider')
      return [
        { name: 'cdx:ai:kind', value: 'model' },
        { name: 'cdx:ai:modelId', value: partName(entry) },
        ...(isTold ? [] : [{ name: 'cdx:ai:provider', value: provider }]),
      ]
    }
    case 'mcp-server':
      return [
        { name: 'cdx:mcp:serviceType', value: 'mcp-server' },
        { name: 'cdx:mcp:toolCount', value: String(toolsOf(entry, scope).length) },
      ]
    case 'tool': {
      const servers = serversOf(entry, scope)
      if (servers.length === 0) return []
      const refs = servers.map((id) => ({
        name: 'cdx:mcp:serviceRef',
        value: scope.refs.parts.get(id) ?? '',
      }))
      return [{ name: 'cdx:mcp:role', value: 'tool' }, ...refs]
    }
    default:
      return []
  }
}

/** Ids of the MCP servers that a tool is reached through. */
export function serversOf({ dependsOn }: Entry, { byId }: Scope): readonly string[] {
  return dependsOn.filter((id) => byId.get(id)?.kind === 'mcp-server')
}

function capabilities(scope: Scope, belongs: (entry: Entry) => boolean): readonly CycloneDXProperty[] {
  return scope.capabilities.filter(belongs).flatMap((entry) => [
    { name: 'aos:capability', value: partName(entry) },
    { name: 'aos:capability-facts', value: capabilityText(entry) },
  ])
}

function capabilityText(entry: Entry): string {
  const { name, version, description, supplier } = entry
  const texts = { name, version, description, supplier: supplier?.name }
  const own = Object.entries(texts).flatMap(([key, text]) =>
    text === undefined ? [] : [[key, plainText(text)]],
  )
  return JSON.stringify(Object.fromEntries([...own, ...Object.entries(factsOf(entry))]))
}

/** Facts of an entry that every part has a place for. */
export function placedFacts({ supplier }: Pick<Entry, 'supplier'>, ...more: readonly string[]): Set<string> {
  const url = supplier?.url === undefined ? undefined : plainUrl(supplier.url)
  return new Set(url === undefined ? more : [...more, 'aos:supplier-url'])
}
