import type { AgBOMGraph, AgentEntry, Entry } from '../../graph/agbom-graph.ts'
import { agentFacts, factsOf, type Facts } from '../entry-facts.ts'
import { lineOrNothing, oneLine } from '../one-line.ts'
import { npmUrl } from '../package-url.ts'
import { partName } from '../part-name.ts'
import { plainText } from '../plain-text.ts'
import { plainUrl } from '../plain-url.ts'
import { pathName } from '../spdx/spdx-ids.ts'
import { element, xmlDocument, type XmlElement } from '../xml-element.ts'
import { aosAttributes } from './aos-attributes.ts'
import { entities } from './entities.ts'

const SEMVER = /^\d+\.\d+\.\d+(?:-[\da-z.-]+)?(?:\+[\da-z.-]+)?$/iu

/** What `toSwid` takes. */
export interface SwidOptions {
  /** A file that lists the parts in full, such as the same graph in CycloneDX; NIST IR 8060 wants one. */
  readonly evidenceFile?: EvidenceFile | undefined
  /** Domain of who makes the tag. */
  readonly regid?: string | undefined
}

/** A file that was seen. */
export interface EvidenceFile {
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** In hexadecimal. */
  readonly sha256: string
}

/**
 * Gives a graph as a software identification tag (ISO/IEC 19770-2:2015): a primary tag by somebody else than the maker of
 * the agent, whose evidence is what the agent is seen to be made of.
 */
export function toSwid(graph: AgBOMGraph, options: SwidOptions = {}): string {
  const { agent } = graph
  const version = lineOrNothing(agent.version)
  const scheme = SEMVER.test(version ?? '') ? 'semver' : 'alphanumeric'
  const root = element(
    'SoftwareIdentity',
    [...entities(graph, options.regid), ...links(graph), metaElement(graph), evidenceElement(graph, options)],
    {
      xmlns: 'http://standards.iso.org/iso/19770/-2/2015/schema.xsd',
      'xmlns:aos': 'urn:aos:agbom:1',
      'xmlns:n8060': 'http://csrc.nist.gov/ns/swid/2015-extensions/1.0',
      'xmlns:SHA256': 'http://www.w3.org/2001/04/xmlenc#sha256',
      name: partName(agent),
      tagId: `${pathName(partName(agent))}-${pathName(graph.serialNumber.replace(/^urn:uuid:/iu, ''))}`,
      tagVersion: String(graph.version),
      version: version ?? '0.0',
      versionScheme: version === undefined ? 'unknown' : scheme,
      'xml:lang': 'en',
    },
  )
  return xmlDocument(root)
}

function links(graph: AgBOMGraph): readonly XmlElement[] {
  const { agentCardUrl } = graph.agent.facts
  const found = graph.entries.map((entry) => linkOf(entry)).filter((link) => link !== undefined)
  const card = webLink('see-also', agentCardUrl)
  const all = card === undefined ? found : [...found, card]
  const unique = new Map(all.map((link) => [`${link.attributes['rel']} ${link.attributes['href']}`, link]))
  return [...unique.values()]
}

function linkOf(entry: Entry): XmlElement | undefined {
  const url = entry.kind === 'package' ? npmUrl(entry) : undefined
  return url === undefined
    ? webLink('requires', entry.endpoint)
    : element('Link', [], { rel: 'component', href: url })
}

function webLink(rel: string, address: string | undefined): XmlElement | undefined {
  const href = plainUrl(address ?? '')
  return href === undefined || !/^(?:http|ws)s?:/.test(href) ? undefined : element('Link', [], { rel, href })
}

function metaElement(graph: AgBOMGraph): XmlElement {
  const { agent, tool } = graph
  const [first = '', ...others] = (lineOrNothing(agent.version) ?? '0.0').split('.')
  return element('Meta', [], {
    product: partName(agent),
    colloquialVersion: first,
    revision: others.join('.') || '0',
    edition: 'default',
    persistentId: oneLine(agent.id),
    generator: oneLine(`${tool.name} ${tool.version}`),
    ...descriptionOf(agent),
    ...aosAttributes(agentFacts(graph)),
  })
}

function evidenceElement(graph: AgBOMGraph, { evidenceFile }: SwidOptions): XmlElement {
  const file =
    evidenceFile &&
    element('File', [], {
      name: evidenceFile.name,
      size: String(evidenceFile.size),
      version: String(graph.version),
      'SHA256:hash': evidenceFile.sha256,
    })
  return element('Evidence', [file, ...graph.entries.map(resourceElement)], {
    date: graph.timestamp,
    'n8060:pathSeparator': '/',
    'n8060:envVarPrefix': '$',
    'n8060:envVarSuffix': '%',
  })
}

function resourceElement(entry: Entry): XmlElement {
  const { 'aos:component-type': type = entry.kind, ...facts } = factsOf(entry)
  const own: Facts = {
    'aos:name': partName(entry),
    'aos:version': lineOrNothing(entry.version) ?? '',
    'aos:supplier': lineOrNothing(entry.supplier?.name) ?? '',
    'aos:description': descriptionOf(entry).description ?? '',
    'aos:sha512': entry.sha512 ?? '',
    'aos:depends-on': entry.dependsOn.length === 0 ? '' : JSON.stringify(entry.dependsOn),
  }
  return element('Resource', [], { type, ...aosAttributes(own, facts) })
}

function descriptionOf({ description = '' }: Entry | AgentEntry): { readonly description?: string } {
  return description.trim() === '' ? {} : { description: plainText(description) }
}
