import type { AgBOMGraph, Entry, EntryKind } from '../../graph/agbom-graph.ts'
import { plainUrl } from '../plain-url.ts'
import { bomRefs, type BomRefs } from './bom-refs.ts'
import type { CycloneDXVersion } from './cyclonedx-bom.ts'

/** What the parts of one document are made with. */
export interface Scope {
  readonly graph: AgBOMGraph
  readonly specVersion: CycloneDXVersion
  readonly byId: ReadonlyMap<string, Entry>
  readonly refs: BomRefs
  /** Entries that are no parts of their own. */
  readonly capabilities: readonly Entry[]
}

/** Reads a graph once, for all parts of a document. */
export function scopeOf(graph: AgBOMGraph, specVersion: CycloneDXVersion): Scope {
  const byId = new Map(graph.entries.map((entry) => [entry.id, entry]))
  const capabilities = graph.entries.filter(({ kind }) => kind === 'capability')
  return { graph, specVersion, byId, refs: bomRefs(graph, byId), capabilities }
}

/** Whether entries of a kind are services of their own. */
export function isService(kind: EntryKind): boolean {
  return kind === 'mcp-server' || kind === 'a2a-peer'
}

/** Whether entries of a kind are components; those that are neither these nor services are properties. */
export function isComponent(kind: EntryKind): boolean {
  return !isService(kind) && kind !== 'capability'
}

/** The address of a component that is reached as a service, which is listed beside it. */
export function serviceUrl({ kind, endpoint }: Entry): string | undefined {
  return endpoint === undefined || !isComponent(kind) ? undefined : plainUrl(endpoint)
}

/** Tools that a server offers. */
export function toolsOf(server: Entry, { graph }: Scope): readonly Entry[] {
  return graph.entries.filter(({ kind, dependsOn }) => kind === 'tool' && dependsOn.includes(server.id))
}
