import { element, listElement, textElement, type XmlElement } from '../xml-element.ts'
import type { CycloneDXService } from './cyclonedx-bom.ts'
import { organizationElement, propertiesElement, referencesElement } from './shared-xml.ts'

/** A service, its members in the order of the XML schema. */
export function serviceElement(service: CycloneDXService): XmlElement {
  const { name, version, description, endpoints, data } = service
  const crosses = service['x-trust-boundary']
  const flows = data?.map(({ flow, classification, name: what }) =>
    element('dataflow', [element('classification', classification, { flow })], { name: what }),
  )
  const content = [
    organizationElement('provider', service.provider),
    textElement('name', name),
    textElement('version', version),
    textElement('description', description),
    listElement(
      'endpoints',
      endpoints?.map((url) => element('endpoint', url)),
    ),
    textElement('x-trust-boundary', crosses === undefined ? undefined : String(crosses)),
    listElement('data', flows),
    referencesElement(service.externalReferences),
    propertiesElement(service.properties),
  ]
  return element('service', content, { 'bom-ref': service['bom-ref'] })
}
