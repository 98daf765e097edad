import type { AgBOMGraph, Organisation } from '../../graph/agbom-graph.ts'
import { lineOrNothing, oneLine } from '../one-line.ts'
import { plainUrl } from '../plain-url.ts'
import { documentNamespace, spdxNames } from './spdx-ids.ts'
import type { Spdx3Element } from './spdx3-element.ts'

/** The names that the elements of one document give each other. */
export interface Spdx3Scope {
  readonly creationInfo: string
  /** The URI of an element by its name in the document. */
  readonly id: (name: string) => string
  /** The name of an entry in the document, by its id in the graph. */
  readonly names: ReadonlyMap<string, string>
  /** What every element has. */
  readonly element: (type: string, name: string) => Spdx3Element
  /** The URI of an organisation; its element is made when it is first asked for. */
  readonly organisation: (found: Organisation | undefined) => string | undefined
  /** The URI of a licence; its element is made when it is first asked for. */
  readonly license: (expression: string) => string
  /** What made the document, and the organisations and licences that were asked for so far. */
  readonly shared: () => readonly Spdx3Element[]
}

/** Begins a document: everything in it has a URI in the namespace of the graph and its version. */
export function spdx3Scope(graph: AgBOMGraph): Spdx3Scope {
  const creationInfo = '_:creationinfo'
  const namespace = documentNamespace(graph)
  const organisations = new Map<string, Spdx3Element>()
  const licenses = new Map<string, Spdx3Element>()
  const id = (name: string): string => `${namespace}#${name}`
  const element = (type: string, name: string): Spdx3Element => ({ type, spdxId: id(name), creationInfo })

  function organisation(found: Organisation | undefined): string | undefined {
    const name = lineOrNothing(found?.name)
    if (name === undefined) return undefined
    const url = plainUrl(found?.url ?? '')
    return idIn(organisations, JSON.stringify([name, url]), (count) => ({
      ...element('Organization', `Organization-${count}`),
      name,
      ...(url === undefined ? {} : { externalRef: [webPage(url)] }),
    }))
  }

  function license(expression: string): string {
    return idIn(licenses, expression, (count) => ({
      ...element('simplelicensing_LicenseExpression', `License-${count}`),
      simplelicensing_licenseExpression: expression,
    }))
  }

  function shared(): readonly Spdx3Element[] {
    const { name, version } = graph.tool
    return [
      { ...element('SoftwareAgent', 'Creator'), name: oneLine(name) },
      { ...element('Tool', 'Tool'), name: oneLine(`${name} ${version}`) },
      ...organisations.values(),
      ...licenses.values(),
    ]
  }

  return { creationInfo, id, names: spdxNames(graph), element, organisation, license, shared }
}

function idIn(known: Map<string, Spdx3Element>, key: string, make: (count: number) => Spdx3Element): string {
  const found = known.get(key) ?? make(known.size + 1)
  known.set(key, found)
  return found.spdxId ?? ''
}

function webPage(url: string): Spdx3Element {
  return { type: 'ExternalRef', externalRefType: 'altWebPage', locator: [url] }
}
