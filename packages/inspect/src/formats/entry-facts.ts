import type { AgBOMGraph, AgentEntry, Entry } from '../graph/agbom-graph.ts'
import { canonicalText } from './canonical-text.ts'
import { plainText } from './plain-text.ts'
import { plainEndpoint, plainFact } from './plain-url.ts'

/** What is known of a part and has no place of its own in a format, by name: `aos:origin`, `aos:contextWindow`, … */
export type Facts = Readonly<Record<string, string>>

/** Facts of an entry. Those of the graph itself win over further facts of the same name. */
export function factsOf(entry: Entry): Facts {
  return named({
    ...further(entry.facts),
    id: entry.id,
    'component-type': entry.kind === 'model' ? 'ai-model' : entry.kind,
    origin: entry.origin,
    disabled: String(entry.disabled),
    endpoint: entry.endpoint === undefined ? undefined : plainEndpoint(entry.endpoint),
    license: entry.license,
    'definition-digest': entry.definitionDigest,
    'input-schema': entry.inputSchema === undefined ? undefined : canonicalText(entry.inputSchema),
    'supplier-url': supplierUrl(entry),
  })
}

/** Facts of the agent. */
export function agentFacts({ agent, serialNumber, version }: AgBOMGraph): Facts {
  return named({
    ...further(agent.facts),
    id: agent.id,
    'component-type': 'ai-agent',
    'supplier-url': supplierUrl(agent),
    'serial-number': serialNumber,
    'agbom-version': String(version),
  })
}

/** Facts of a part, and what it needs that is no part of the graph: no format can point to it. */
export function withMissing(
  facts: Facts,
  { dependsOn }: Entry | AgentEntry,
  parts: ReadonlyMap<string, unknown>,
): Facts {
  const missing = dependsOn.filter((id) => !parts.has(id))
  return missing.length === 0 ? facts : { ...facts, ...named({ 'depends-on': JSON.stringify(missing) }) }
}

function supplierUrl({ supplier }: Entry | AgentEntry): string | undefined {
  return supplier?.url === undefined ? undefined : plainEndpoint(supplier.url)
}

function further(facts: Facts): Readonly<Record<string, string | undefined>> {
  const sorted = Object.entries(facts).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([name, value]) => [name, plainFact(value)]))
}

function named(facts: Readonly<Record<string, string | undefined>>): Facts {
  const known = Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== undefined)
  return Object.fromEntries(known.map(([name, value]) => [`aos:${plainText(name)}`, plainText(value)]))
}
