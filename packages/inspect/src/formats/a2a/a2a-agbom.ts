import type { AgBOMGraph, Entry, EntryKind } from '../../graph/agbom-graph.ts'
import { lineOrNothing } from '../one-line.ts'
import { partName } from '../part-name.ts'
import { withoutAbsent } from '../without-absent.ts'

/** A part of an agent as the A2A form lists it. */
export interface A2AAgBOMPart {
  readonly name: string
  readonly version?: string | undefined
  readonly supplier?: string | undefined
}

/** The agent in the A2A form, with its parts by what they are; lists other than the first two only where they hold something. */
export interface A2AAgBOMComponent {
  readonly type: 'ai-agent'
  readonly name: string
  readonly models: readonly A2AAgBOMPart[]
  readonly tools: readonly A2AAgBOMPart[]
  readonly mcpServers?: readonly A2AAgBOMPart[] | undefined
  readonly peers?: readonly A2AAgBOMPart[] | undefined
  readonly knowledge?: readonly A2AAgBOMPart[] | undefined
  readonly memory?: readonly A2AAgBOMPart[] | undefined
  readonly capabilities?: readonly A2AAgBOMPart[] | undefined
  readonly packages?: readonly A2AAgBOMPart[] | undefined
}

/** What answers an `AgBOMRequest` of A2A. */
export interface A2AAgBOM {
  readonly apiVersion: 'a2a.io/v1'
  readonly kind: 'AgBOM'
  readonly metadata: { readonly name: string; readonly timestamp: string }
  readonly spec: {
    readonly format: string
    /** Of the agent. */
    readonly version?: string | undefined
    readonly components: readonly [A2AAgBOMComponent]
  }
}

/** Gives a graph in the form in which agents ask each other for it (AOS landing page, AgBOM over A2A). */
export function toA2AAgBOM(
  { agent, entries, timestamp }: AgBOMGraph,
  options: { readonly format?: string | undefined } = {},
): A2AAgBOM {
  const name = partName(agent)
  const all = (kind: EntryKind): readonly A2AAgBOMPart[] =>
    entries.filter((entry) => entry.kind === kind).map(toPart)
  const some = (kind: EntryKind): readonly A2AAgBOMPart[] | undefined => {
    const parts = all(kind)
    return parts.length === 0 ? undefined : parts
  }
  const component: A2AAgBOMComponent = withoutAbsent({
    type: 'ai-agent' as const,
    name,
    models: all('model'),
    tools: all('tool'),
    mcpServers: some('mcp-server'),
    peers: some('a2a-peer'),
    knowledge: some('knowledge'),
    memory: some('memory'),
    capabilities: some('capability'),
    packages: some('package'),
  })
  return {
    apiVersion: 'a2a.io/v1',
    kind: 'AgBOM',
    metadata: { name: `${name}-agbom`, timestamp },
    spec: withoutAbsent({
      format: options.format ?? 'cyclonedx',
      version: lineOrNothing(agent.version),
      components: [component] as const,
    }),
  }
}

function toPart(entry: Entry): A2AAgBOMPart {
  return withoutAbsent({
    name: partName(entry),
    version: lineOrNothing(entry.version),
    supplier: lineOrNothing(entry.supplier?.name),
  })
}
