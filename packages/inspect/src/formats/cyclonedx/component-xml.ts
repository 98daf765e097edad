import { element, listElement, textElement, type XmlElement } from '../xml-element.ts'
import type {
  CycloneDXComponent,
  CycloneDXData,
  CycloneDXLicense,
  CycloneDXModelCard,
} from './cyclonedx-bom.ts'
import { organizationElement, propertiesElement, referencesElement } from './shared-xml.ts'

/** A component, its members in the order of the XML schema. */
export function componentElement(component: CycloneDXComponent): XmlElement {
  const { type, name, version, description, hashes, licenses, purl, data, tags, isExternal } = component
  const content = [
    organizationElement('supplier', component.supplier),
    textElement('name', name),
    textElement('version', version),
    textElement('description', description),
    listElement(
      'hashes',
      hashes?.map(({ alg, content: digest }) => element('hash', digest, { alg })),
    ),
    listElement('licenses', licenses?.map(licenseElement)),
    textElement('purl', purl),
    referencesElement(component.externalReferences),
    propertiesElement(component.properties),
    modelCardElement(component.modelCard),
    ...(data ?? []).map(dataElement),
    listElement(
      'tags',
      tags?.map((tag) => element('tag', tag)),
    ),
  ]
  return element('component', content, {
    type,
    isExternal: isExternal === undefined ? undefined : String(isExternal),
    'bom-ref': component['bom-ref'],
  })
}

function licenseElement(choice: CycloneDXLicense): XmlElement {
  if ('expression' in choice) return element('expression', choice.expression)
  const { license } = choice
  return element('license', [
    'id' in license ? textElement('id', license.id) : textElement('name', license.name),
  ])
}

function modelCardElement(card: CycloneDXModelCard | undefined): XmlElement | undefined {
  if (card === undefined) return undefined
  const { task, architectureFamily, modelArchitecture } = card.modelParameters
  return element('modelCard', [
    element('modelParameters', [
      textElement('task', task),
      textElement('architectureFamily', architectureFamily),
      textElement('modelArchitecture', modelArchitecture),
    ]),
  ])
}

function dataElement({ type, name, contents }: CycloneDXData): XmlElement {
  const { attachment, url } = contents ?? {}
  return element('data', [
    textElement('type', type),
    textElement('name', name),
    contents &&
      element('contents', [
        attachment && element('attachment', attachment.content, { 'content-type': attachment.contentType }),
        textElement('url', url),
      ]),
  ])
}
