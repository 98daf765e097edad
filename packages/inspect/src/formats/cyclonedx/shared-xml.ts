import { element, listElement, textElement, type XmlElement } from '../xml-element.ts'
import type { CycloneDXOrganization, CycloneDXProperty, CycloneDXReference } from './cyclonedx-bom.ts'

/** Who makes or runs a part. */
export function organizationElement(
  name: string,
  organization: CycloneDXOrganization | undefined,
): XmlElement | undefined {
  if (organization === undefined) return undefined
  const { name: who, url = [] } = organization
  return element(name, [textElement('name', who), ...url.map((address) => element('url', address))])
}

/** Documents about a part. */
export function referencesElement(
  references: readonly CycloneDXReference[] | undefined,
): XmlElement | undefined {
  return listElement(
    'externalReferences',
    references?.map(({ type, url, comment }) =>
      element('reference', [textElement('url', url), textElement('comment', comment)], { type }),
    ),
  )
}

/** Facts that the format has no place for. */
export function propertiesElement(
  properties: readonly CycloneDXProperty[] | undefined,
): XmlElement | undefined {
  return listElement(
    'properties',
    properties?.map(({ name, value }) => element('property', value, { name })),
  )
}
