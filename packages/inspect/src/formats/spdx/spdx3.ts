import type { AgBOMGraph } from '../../graph/agbom-graph.ts'
import { partName } from '../part-name.ts'
import { AGENT_NAME } from './spdx-ids.ts'
import type { Spdx3Element } from './spdx3-element.ts'
import { agentElement, entryElement, isDataset, isModel } from './spdx3-packages.ts'
import { relationshipElements } from './spdx3-relationships.ts'
import { spdx3Scope, type Spdx3Scope } from './spdx3-scope.ts'

/** A document of SPDX 3.0.1, as its JSON-LD has it. */
export interface Spdx3Document {
  readonly '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld'
  readonly '@graph': readonly Spdx3Element[]
}

/**
 * Gives a graph as a document of SPDX 3.0.1. Models are AI packages, and knowledge and memory are datasets, where all
 * facts are known that SPDX demands of these; the others are plain packages for the same purpose. The document claims the
 * profile `ai` or `dataset` where all of its models or data are such.
 */
export function toSpdx3(graph: AgBOMGraph): Spdx3Document {
  const scope = spdx3Scope(graph)
  const packages = [agentElement(graph, scope), ...graph.entries.map((entry) => entryElement(entry, scope))]
  const profiles = profilesOf(graph, packages)
  const dataLicense = scope.license('CC0-1.0')
  const relationships = relationshipElements(graph, packages, scope)
  const parts = [...scope.shared(), ...packages, ...relationships]
  const bom = collection('software_Sbom', { name: 'BOM', root: AGENT_NAME, parts, profiles, scope })
  const document = collection('SpdxDocument', {
    name: 'Document',
    root: 'BOM',
    parts: [bom, ...parts],
    profiles,
    scope,
  })
  const name = `${partName(graph.agent)}-agbom`
  return {
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      creationInfo(graph, scope),
      { ...document, name, dataLicense },
      { ...bom, software_sbomType: ['runtime'] },
      ...parts,
    ],
  }
}

function creationInfo(graph: AgBOMGraph, scope: Spdx3Scope): Spdx3Element {
  return {
    type: 'CreationInfo',
    '@id': scope.creationInfo,
    specVersion: '3.0.1',
    created: graph.timestamp,
    createdBy: [scope.id('Creator')],
    createdUsing: [scope.id('Tool')],
  }
}

interface Collected {
  readonly name: string
  /** The name of the element that the others belong to. */
  readonly root: string
  readonly parts: readonly Spdx3Element[]
  readonly profiles: readonly string[]
  readonly scope: Spdx3Scope
}

function collection(type: string, { name, root, parts, profiles, scope }: Collected): Spdx3Element {
  return {
    ...scope.element(type, name),
    profileConformance: profiles,
    rootElement: [scope.id(root)],
    element: parts.flatMap(({ spdxId }) => spdxId ?? []),
  }
}

function profilesOf(graph: AgBOMGraph, packages: readonly Spdx3Element[]): readonly string[] {
  const count = (type: string): number => packages.filter((part) => part.type === type).length
  const claims = (expected: number, type: string): boolean => expected > 0 && count(type) === expected
  return [
    'core',
    'software',
    'simpleLicensing',
    ...(claims(graph.entries.filter(isModel).length, 'ai_AIPackage') ? ['ai'] : []),
    ...(claims(graph.entries.filter(isDataset).length, 'dataset_DatasetPackage') ? ['dataset'] : []),
  ]
}
