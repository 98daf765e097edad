import type { AgBOMGraph, Organisation } from '../../graph/agbom-graph.ts'
import { lineOrNothing, oneLine } from '../one-line.ts'
import { plainUrl } from '../plain-url.ts'
import { element, type XmlElement } from '../xml-element.ts'

/**
 * Who makes the tag, and who makes the agent. One whose domain is not known has one that cannot exist (RFC 2606), for NIST
 * IR 8060 wants a domain for each.
 */
export function entities({ agent, tool }: AgBOMGraph, regid: string | undefined): readonly XmlElement[] {
  const creator = regid ?? `${domainLabel(tool.name)}.invalid`
  const maker = domainOf(agent.supplier)
  return [
    entity(oneLine(tool.name), { role: 'tagCreator', regid: creator }),
    entity(lineOrNothing(agent.supplier?.name) ?? 'unknown', {
      role: 'softwareCreator',
      // the same one would say that the maker of the agent made the tag
      regid: maker === creator ? `agents.${maker}` : maker,
    }),
  ]
}

function entity(name: string, attributes: { readonly role: string; readonly regid: string }): XmlElement {
  return element('Entity', [], { name, ...attributes })
}

function domainOf(supplier: Organisation | undefined): string {
  const url = plainUrl(supplier?.url ?? '')
  const host = url === undefined ? '' : new URL(url).hostname
  return /^[\da-z.-]+$/iu.test(host) ? host : `${domainLabel(supplier?.name ?? '')}.invalid`
}

function domainLabel(name: string): string {
  const label = name.toLowerCase().replaceAll(/[^\da-z]+/gu, '-')
  return label.slice(0, 63).replaceAll(/^-|-$/g, '') || 'unknown'
}
