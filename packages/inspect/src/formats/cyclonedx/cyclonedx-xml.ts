import type { AgBOMGraph } from '../../graph/agbom-graph.ts'
import { element, listElement, textElement, xmlDocument, type XmlElement } from '../xml-element.ts'
import { componentElement } from './component-xml.ts'
import { toCycloneDX } from './cyclonedx.ts'
import type { CycloneDXBom, CycloneDXDependency, CycloneDXVersion } from './cyclonedx-bom.ts'
import { serviceElement } from './service-xml.ts'

/** Gives a graph as a bill of materials in the XML of CycloneDX, 1.6 by default; it says what `toCycloneDX` says. */
export function toCycloneDXXml(
  graph: AgBOMGraph,
  options: { readonly specVersion?: CycloneDXVersion | undefined } = {},
): string {
  const bom = toCycloneDX(graph, options)
  const { specVersion, serialNumber, version, components, services, dependencies, compositions } = bom
  const content = [
    metadataElement(bom),
    listElement('components', components.map(componentElement)),
    listElement('services', services.map(serviceElement)),
    listElement('dependencies', dependencies.map(dependencyElement)),
    listElement('compositions', compositions.map(compositionElement)),
  ]
  return xmlDocument(
    element('bom', content, {
      xmlns: `http://cyclonedx.org/schema/bom/${specVersion}`,
      serialNumber,
      version: String(version),
    }),
  )
}

function metadataElement({ metadata }: CycloneDXBom): XmlElement {
  const { timestamp, lifecycles, tools, component } = metadata
  return element('metadata', [
    textElement('timestamp', timestamp),
    listElement(
      'lifecycles',
      lifecycles.map(({ phase }) => element('lifecycle', [textElement('phase', phase)])),
    ),
    element('tools', [listElement('components', tools.components.map(componentElement))]),
    componentElement(component),
  ])
}

function dependencyElement({ ref, dependsOn, provides = [] }: CycloneDXDependency): XmlElement {
  return element(
    'dependency',
    [...references('dependency', dependsOn), ...references('provides', provides)],
    {
      ref,
    },
  )
}

function compositionElement({
  aggregate,
  assemblies,
  dependencies,
}: CycloneDXBom['compositions'][number]): XmlElement {
  return element('composition', [
    textElement('aggregate', aggregate),
    listElement('assemblies', references('assembly', assemblies)),
    listElement('dependencies', references('dependency', dependencies)),
  ])
}

function references(name: string, refs: readonly string[]): readonly XmlElement[] {
  return refs.map((ref) => element(name, '', { ref }))
}
