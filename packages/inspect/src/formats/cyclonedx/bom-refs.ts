import type { AgBOMGraph, Entry } from '../../graph/agbom-graph.ts'
import { lineOrNothing } from '../one-line.ts'
import { npmUrl } from '../package-url.ts'
import { partName } from '../part-name.ts'
import { percentEncoded } from '../plain-text.ts'

/** How the parts of a document refer to each other. */
export interface BomRefs {
  readonly agent: string
  /** By the id of the entry; nothing for what is no part of its own. */
  readonly parts: ReadonlyMap<string, string>
  /** By the id of the entry: the service that it is reached as. */
  readonly endpoints: ReadonlyMap<string, string>
}

/** Names all parts of a graph, in plain ASCII and each by itself: of equal names the later ones have a number. */
export function bomRefs({ agent, entries }: AgBOMGraph, byId: ReadonlyMap<string, Entry>): BomRefs {
  const used = new Map<string, number>()
  const unique = (ref: string): string => {
    const count = (used.get(ref) ?? 0) + 1
    used.set(ref, count)
    return count === 1 ? ref : `${ref}#${count}`
  }
  const agentRef = unique(`urn:agent:${refText(partName(agent))}`)
  const named = entries.filter(({ kind }) => kind !== 'capability')
  return {
    agent: agentRef,
    parts: new Map(named.map((entry) => [entry.id, unique(refOf(entry, byId))])),
    endpoints: new Map(named.map((entry) => [entry.id, unique(`urn:service:endpoint:${refText(entry.id)}`)])),
  }
}

function refOf(entry: Entry, byId: ReadonlyMap<string, Entry>): string {
  const name = refText(partName(entry))
  switch (entry.kind) {
    case 'package':
      return decoded(npmUrl(entry) ?? `urn:package:${name}`)
    case 'mcp-server': {
      const version = lineOrNothing(entry.version)
      return `urn:service:mcp:${name}${version === undefined ? '' : `:${refText(version)}`}`
    }
    case 'a2a-peer':
      return `urn:service:a2a:${name}`
    case 'tool': {
      const server = entry.dependsOn.map((id) => byId.get(id)).find((part) => part?.kind === 'mcp-server')
      return server === undefined ? `urn:tool:${name}` : `urn:mcp:tool:${refText(partName(server))}:${name}`
    }
    default:
      return `urn:${entry.kind}:${name}`
  }
}

function refText(text: string): string {
  return decoded(percentEncoded(text))
}

// as other makers of CycloneDX write references, and check them
function decoded(text: string): string {
  return text.replaceAll(/%(?:40|3A|2F)/g, decodeURIComponent)
}
