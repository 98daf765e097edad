import { definitionDigest, VERSION, type Inventory, type InventoryItem } from '@aos/sdk'
import type { AgBOMGraph, AgentEntry, Entry, EntryKind, Organisation } from '../graph/agbom-graph.ts'
import { byText, type InstalledPackage, type PackageTree } from './installed-packages.ts'

/** What the user knows of a part and no framework says: version and supplier of a model, the owner of an agent. */
export interface KnownFacts {
  readonly version?: string | undefined
  readonly description?: string | undefined
  readonly supplier?: Organisation | undefined
  readonly endpoint?: string | undefined
  /** Further facts by name: `contextWindow`, `parameters`, `searchType`, … */
  readonly facts?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** What a graph is built from. */
export interface GraphInput {
  readonly inventory: Inventory
  readonly packages: PackageTree
  /** By id: `agent`, `model:gpt-5.2`, `tool:search`, … */
  readonly known: Readonly<Record<string, KnownFacts>>
  /** Whether parts are listed that the agent does not declare and that were seen while it ran. */
  readonly includeRuntime: boolean
  readonly serialNumber: string
  readonly version: number
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Facts of where the agent runs. */
  readonly environment: Readonly<Record<string, string>>
}

const KINDS: Readonly<Record<string, EntryKind>> = {
  model: 'model',
  tool: 'tool',
  mcp: 'mcp-server',
  agent: 'a2a-peer',
  knowledge: 'knowledge',
  memory: 'memory',
}

/** Puts together what is known of an agent: pure, sorted, and equal for equal input. */
export function buildGraph(input: GraphInput): AgBOMGraph {
  const { inventory, packages, known, includeRuntime, serialNumber, version } = input
  const items = inventory.items.filter(
    ({ declared, type }) => (includeRuntime || declared) && KINDS[type] !== undefined,
  )
  const own = items.flatMap((item) => [toEntry(item, known), ...capabilitiesOf(item)])
  const ids = new Set(own.map(({ id }) => id))
  const entries = [
    ...own.map((entry) => ({ ...entry, dependsOn: entry.dependsOn.filter((id) => ids.has(id)) })),
    ...packages.packages.map(packageEntry),
  ]
  return {
    serialNumber,
    version,
    timestamp: `${new Date(input.now).toISOString().slice(0, 19)}Z`,
    agent: agentEntry(input, own, packages),
    entries: entries.toSorted((left, right) => byText(left.id, right.id)),
    tool: { name: '@aos/inspect', version: VERSION },
  }
}

function agentEntry(
  { inventory, known, environment }: GraphInput,
  own: readonly Entry[],
  packages: PackageTree,
): AgentEntry {
  const { agent, runtime } = inventory
  const more = known['agent'] ?? {}
  // what is reached through something else belongs to that
  const direct = own.filter(({ kind }) => kind !== 'capability').map(({ id }) => id)
  return {
    id: agent.id,
    name: agent.name,
    version: more.version ?? agent.version,
    description: more.description,
    supplier: more.supplier ?? (agent.provider === undefined ? undefined : { name: agent.provider }),
    facts: sorted({ framework: runtime, ...environment, ...texts(more.facts) }),
    dependsOn: [...direct, ...packages.direct.map(packageId)].toSorted(byText),
  }
}

function toEntry(item: InventoryItem, known: Readonly<Record<string, KnownFacts>>): Entry {
  const { definition } = item
  const kind = KINDS[item.type] ?? 'tool'
  const more = Object.hasOwn(known, item.id) ? (known[item.id] ?? {}) : {}
  const description = more.description ?? definition.description ?? item.description
  return {
    id: item.id,
    kind,
    name: item.name,
    version: more.version ?? definition.version ?? item.version,
    description,
    origin: item.declared ? 'declared' : 'observed',
    disabled: item.disabled,
    supplier:
      more.supplier ?? (definition.provider === undefined ? undefined : { name: definition.provider }),
    endpoint: more.endpoint ?? item.url,
    inputSchema: definition.inputSchema,
    definitionDigest: kind === 'tool' ? digestOf(item) : undefined,
    facts: sorted({ ...texts(definition.facts), ...texts(more.facts) }),
    dependsOn: definition.via === undefined ? [] : [definition.via],
  }
}

// a tool of which only the name is known has no definition that could change
function digestOf({ name, description, definition }: InventoryItem): string | undefined {
  const told = { ...definition, description: definition.description ?? description }
  if (told.description === undefined && told.inputSchema === undefined) return undefined
  return definitionDigest(name, told)
}

// what another agent says that it can do; the tools of an MCP server are entries of their own
function capabilitiesOf({
  id,
  type,
  declared,
  disabled,
  capabilities = [],
}: InventoryItem): readonly Entry[] {
  if (type !== 'agent') return []
  return [...new Set(capabilities)].map((name) => ({
    id: `capability:${id.slice('agent:'.length)}/${name}`,
    kind: 'capability',
    name,
    origin: declared ? 'declared' : 'observed',
    disabled,
    facts: {},
    dependsOn: [id],
  }))
}

function packageEntry({ id, name, version, description, license, dependsOn }: InstalledPackage): Entry {
  return {
    id: packageId(id),
    kind: 'package',
    name,
    version,
    description,
    origin: 'observed',
    disabled: false,
    license,
    facts: {},
    dependsOn: dependsOn.map(packageId),
  }
}

function packageId(id: string): string {
  return `package:${id}`
}

function texts(facts: KnownFacts['facts'] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)]))
}

function sorted(facts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(facts).toSorted(([left], [right]) => byText(left, right)))
}
