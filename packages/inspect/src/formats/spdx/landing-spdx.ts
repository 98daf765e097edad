import type { AgBOMGraph, AgentEntry, Entry } from '../../graph/agbom-graph.ts'
import { lineOrNothing } from '../one-line.ts'
import { partName } from '../part-name.ts'
import { plainFact } from '../plain-url.ts'
import { AGENT_NAME, pascalName, pathName, siteOf, spdxNames } from './spdx-ids.ts'
import { creatorOf } from './spdx2.ts'
import { heading, line } from './tag-value.ts'

/**
 * Gives a graph as the landing page of AOS shows a bill of materials in SPDX. It is not valid: SPDX has no tag
 * `PackageProperty`, and each package needs a `PackageDownloadLocation`; `toSpdxTagValue` is valid.
 */
export function toLandingSpdx(graph: AgBOMGraph): string {
  const names = spdxNames(graph)
  const blocks = [
    documentLines(graph),
    partLines(graph.agent, AGENT_NAME),
    ...graph.entries.map((entry) => partLines(entry, names.get(entry.id) ?? '')),
  ]
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function documentLines(graph: AgBOMGraph): readonly string[] {
  const site = siteOf(graph) ?? 'https://example.com/agbom'
  return [
    'SPDXVersion: SPDX-2.3',
    'DataLicense: CC0-1.0',
    'SPDXID: SPDXRef-DOCUMENT',
    line('DocumentName', `${partName(graph.agent)}-agbom`),
    line('DocumentNamespace', `${site}/${pathName(partName(graph.agent))}`),
    line('Creator', creatorOf(graph)),
    line('Created', graph.timestamp),
  ]
}

function partLines(part: Entry | AgentEntry, name: string): readonly string[] {
  const supplier = lineOrNothing(part.supplier?.name)
  return [
    heading(`SPDXRef-${name}`),
    line('PackageName', partName(part)),
    `SPDXID: SPDXRef-${name}`,
    ...optional('PackageVersion', part.version),
    ...optional('PackageSupplier', supplier === undefined ? undefined : `Organization: ${supplier}`),
    ...(name === AGENT_NAME ? ['PackageDownloadLocation: NOASSERTION'] : []),
    ...optional('PackageDescription', part.description),
    ...propertyLines(part),
  ]
}

function* propertyLines(part: Entry | AgentEntry): Generator<string> {
  const isModel = 'kind' in part && part.kind === 'model'
  const facts = Object.entries(part.facts).map(([name, value]) => {
    return [isModel && name === 'parameters' ? 'ModelParameters' : pascalName(name), value] as const
  })
  // as on the page: how large a model is before how much it takes
  const rank = (name: string): number => (name === 'ModelParameters' ? 0 : 1)
  const sorted = facts.toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
  for (const [name, value] of sorted) yield* optional('PackageProperty', property(name, value))
}

function property(name: string, value: string): string | undefined {
  const text = lineOrNothing(plainFact(value))
  return text === undefined ? undefined : `${name}: ${text}`
}

function optional(tag: string, value: string | undefined): readonly string[] {
  const text = lineOrNothing(value)
  return text === undefined ? [] : [line(tag, text)]
}
