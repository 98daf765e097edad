import type { AgBOMGraph, AgentEntry, Entry, EntryKind } from '../../graph/agbom-graph.ts'
import { agentFacts, factsOf, withMissing, type Facts } from '../entry-facts.ts'
import { lineOrNothing, oneLine } from '../one-line.ts'
import { agentUrl, npmUrl } from '../package-url.ts'
import { partName } from '../part-name.ts'
import { plainText } from '../plain-text.ts'
import { spdxLicense } from '../spdx-license.ts'
import { AGENT_NAME, documentNamespace, spdxNames } from './spdx-ids.ts'

/** A document of SPDX 2.3, as its JSON has it. */
export interface Spdx2Document {
  readonly spdxVersion: 'SPDX-2.3'
  readonly dataLicense: 'CC0-1.0'
  readonly SPDXID: 'SPDXRef-DOCUMENT'
  readonly name: string
  readonly documentNamespace: string
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] }
  readonly documentDescribes: readonly string[]
  readonly packages: readonly Spdx2Package[]
  readonly relationships: readonly Spdx2Relationship[]
}

/** A part of an agent in SPDX 2.3, where everything is a package. */
export interface Spdx2Package {
  readonly SPDXID: string
  readonly name: string
  readonly versionInfo?: string
  readonly supplier?: string
  readonly downloadLocation: 'NOASSERTION'
  readonly filesAnalyzed: false
  readonly primaryPackagePurpose: 'APPLICATION' | 'LIBRARY' | 'OTHER'
  readonly checksums?: readonly [{ readonly algorithm: 'SHA512'; readonly checksumValue: string }]
  readonly licenseDeclared?: string
  readonly description?: string
  readonly externalRefs?: readonly Spdx2Reference[]
  readonly annotations: readonly [Spdx2Annotation]
}

/** A name that a part has elsewhere. */
export interface Spdx2Reference {
  readonly referenceCategory: 'PACKAGE-MANAGER'
  readonly referenceType: 'purl'
  readonly referenceLocator: string
}

/** What SPDX 2.3 has no field for: one JSON object of texts. */
export interface Spdx2Annotation {
  readonly annotationDate: string
  readonly annotationType: 'OTHER'
  readonly annotator: string
  readonly comment: string
}

/** How two parts belong together. */
export interface Spdx2Relationship {
  readonly spdxElementId: string
  readonly relationshipType: 'DESCRIBES' | 'DEPENDS_ON'
  readonly relatedSpdxElement: string
}

const purposes: Readonly<Record<EntryKind, Spdx2Package['primaryPackagePurpose']>> = {
  model: 'OTHER',
  tool: 'OTHER',
  'mcp-server': 'APPLICATION',
  'a2a-peer': 'APPLICATION',
  knowledge: 'OTHER',
  memory: 'OTHER',
  capability: 'OTHER',
  package: 'LIBRARY',
}

/** Gives a graph as a document of SPDX 2.3. */
export function toSpdx2(graph: AgBOMGraph): Spdx2Document {
  const names = spdxNames(graph)
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${partName(graph.agent)}-agbom`,
    documentNamespace: documentNamespace(graph),
    creationInfo: { created: graph.timestamp, creators: [creatorOf(graph)] },
    documentDescribes: [reference(AGENT_NAME)],
    packages: [
      agentPackage(graph, names),
      ...graph.entries.map((entry) => entryPackage(entry, names, graph)),
    ],
    relationships: [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relationshipType: 'DESCRIBES',
        relatedSpdxElement: reference(AGENT_NAME),
      },
      ...dependencies(graph, names),
    ],
  }
}

/** What made a document, as creators are written. */
export function creatorOf({ tool }: AgBOMGraph): string {
  return `Tool: ${oneLine(tool.name)}-${oneLine(tool.version)}`
}

function agentPackage(graph: AgBOMGraph, names: ReadonlyMap<string, string>): Spdx2Package {
  return {
    ...commonPart(graph.agent, AGENT_NAME),
    primaryPackagePurpose: 'APPLICATION',
    ...descriptionOf(graph.agent),
    externalRefs: [purl(agentUrl(graph))],
    annotations: [annotation(withMissing(agentFacts(graph), graph.agent, names), graph)],
  }
}

function entryPackage(entry: Entry, names: ReadonlyMap<string, string>, graph: AgBOMGraph): Spdx2Package {
  const url = entry.kind === 'package' ? npmUrl(entry) : undefined
  const declared = entry.kind === 'package' || entry.license !== undefined
  return {
    ...commonPart(entry, names.get(entry.id) ?? ''),
    primaryPackagePurpose: purposes[entry.kind],
    ...checksumOf(entry),
    ...(declared ? { licenseDeclared: spdxLicense(entry.license ?? '') ?? 'NOASSERTION' } : {}),
    ...descriptionOf(entry),
    ...(url === undefined ? {} : { externalRefs: [purl(url)] }),
    annotations: [annotation(withMissing(factsOf(entry), entry, names), graph)],
  }
}

function commonPart(
  part: Entry | AgentEntry,
  name: string,
): Omit<Spdx2Package, 'annotations' | 'primaryPackagePurpose'> {
  const version = lineOrNothing(part.version)
  const supplier = lineOrNothing(part.supplier?.name)
  return {
    SPDXID: reference(name),
    name: partName(part),
    ...(version === undefined ? {} : { versionInfo: version }),
    ...(supplier === undefined ? {} : { supplier: `Organization: ${supplier}` }),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
  }
}

function descriptionOf({ description = '' }: Entry | AgentEntry): { readonly description?: string } {
  return description.trim() === '' ? {} : { description: plainText(description) }
}

function checksumOf({ sha512 }: Entry): Pick<Spdx2Package, 'checksums'> {
  if (sha512 === undefined || !/^[\da-f]{128}$/iu.test(sha512)) return {}
  return { checksums: [{ algorithm: 'SHA512', checksumValue: sha512.toLowerCase() }] }
}

function annotation(facts: Facts, graph: AgBOMGraph): Spdx2Annotation {
  return {
    annotationDate: graph.timestamp,
    annotationType: 'OTHER',
    annotator: creatorOf(graph),
    comment: JSON.stringify(facts),
  }
}

function purl(referenceLocator: string): Spdx2Reference {
  return { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator }
}

function* dependencies(graph: AgBOMGraph, names: ReadonlyMap<string, string>): Generator<Spdx2Relationship> {
  for (const part of [graph.agent, ...graph.entries]) {
    const name = part === graph.agent ? AGENT_NAME : names.get(part.id)
    const targets = part.dependsOn.map((id) => names.get(id)).filter((target) => target !== undefined)
    for (const target of new Set(targets)) {
      if (target !== name && name !== undefined) yield dependency(name, reference(target))
    }
  }
  // more may be used than was seen
  yield dependency(AGENT_NAME, 'NOASSERTION')
}

function dependency(name: string, relatedSpdxElement: string): Spdx2Relationship {
  return { spdxElementId: reference(name), relationshipType: 'DEPENDS_ON', relatedSpdxElement }
}

function reference(name: string): string {
  return `SPDXRef-${name}`
}
