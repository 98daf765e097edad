import type { AgBOMGraph, EntryKind } from '../../graph/agbom-graph.ts'
import { plainText } from '../plain-text.ts'
import { plainUrl } from '../plain-url.ts'

const MAX_NAME = 64

const kindNames: Readonly<Record<EntryKind, string>> = {
  model: 'Model',
  tool: 'Tool',
  'mcp-server': 'MCPServer',
  'a2a-peer': 'A2APeer',
  knowledge: 'Knowledge',
  memory: 'Memory',
  capability: 'Capability',
  package: 'Package',
}

/** The name that the agent has in every SPDX document. */
export const AGENT_NAME: string = 'Agent'

/**
 * Names of the entries in SPDX documents, by id: `Model-GPT4`, `Tool-WebSearch`. Of entries that would have the same name
 * the later ones have a number behind it.
 */
export function spdxNames(graph: AgBOMGraph): ReadonlyMap<string, string> {
  const used = new Map<string, number>()
  const names = new Map<string, string>()
  for (const { id, kind, name } of graph.entries) {
    const wanted = `${kindNames[kind]}-${pascalName(name)}`
    const count = (used.get(wanted) ?? 0) + 1
    used.set(wanted, count)
    names.set(id, count === 1 ? wanted : `${wanted}-${count}`)
  }
  return names
}

/** A name of letters, digits and dots: `web-search` becomes `WebSearch`, `gpt-4` becomes `GPT4`. */
export function pascalName(name: string): string {
  const words = name
    .split(/[^\da-z.]+/iu)
    .map((word) => (isAcronym(word) ? word.toUpperCase() : capital(word)))
  return words.join('').slice(0, MAX_NAME) || 'Unnamed'
}

/** A URI that no other document of SPDX has; each version of a graph has its own. */
export function documentNamespace(graph: AgBOMGraph): string {
  const serial = graph.serialNumber.replace(/^urn:uuid:/iu, '')
  return `${siteOf(graph) ?? 'https://spdx.org/spdxdocs'}/${pathName(graph.agent.name)}-${pathName(serial)}-v${graph.version}`
}

/** The folder for documents of the maker of an agent. */
export function siteOf({ agent }: AgBOMGraph): string | undefined {
  const uri = plainUrl(agent.supplier?.url ?? '')
  return uri === undefined || !/^https?:/.test(uri) ? undefined : `${new URL(uri).origin}/agbom`
}

/** A name that can stand in the path of a URI. */
export function pathName(name: string): string {
  return plainText(name)
    .replaceAll(/[^\da-z.-]+/giu, '_')
    .slice(0, MAX_NAME)
}

// `gpt`, `crm`, `pdf`
function isAcronym(word: string): boolean {
  return /^[b-df-hj-np-tv-z]{2,4}$/iu.test(word)
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
