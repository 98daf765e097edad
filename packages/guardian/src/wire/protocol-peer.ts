import type { ProtocolMessage, ProtocolPeer } from '@aos/sdk'
import { sideOf } from '../protocol-side.ts'
import type { WireStep } from './codec.ts'
import { defined, recordMember, textMember, type JsonRecord } from './read.ts'

/** The direction of a step that names none. */
export function protocolOf(step: WireStep): ProtocolMessage {
  return step.protocol ?? { name: step.hook === 'mcp' ? 'mcp' : 'a2a', direction: 'outbound' }
}

/** The name under which a protocol step shows its MCP server, or the other agent. */
export function shownName(step: WireStep): string | undefined {
  const protocol = protocolOf(step)
  const isOwn = protocol.name === 'mcp' && sideOf(protocol) === 'server'
  return isOwn ? (step.mcpServer ?? step.agent.name) : (protocol.peer?.name ?? step.mcpServer)
}

/** Shows the two ends of an MCP connection: the server, and of a server of one's own its client, too. */
export function toMcpEnds(step: WireStep): JsonRecord {
  const protocol = protocolOf(step)
  const { name, version, url } = protocol.peer ?? {}
  if (sideOf(protocol) === 'client') return { server: defined({ name: shownName(step), version, url }) }
  const { agent } = step
  const server = defined({ name: shownName(step), version: agent.version, url: agent.url })
  return protocol.peer === undefined ? { server } : { server, client: defined({ name, version, url }) }
}

/** Names what {@link toMcpEnds}, or the sides of an A2A message, show and the step does not have. */
export function absentPeer(step: WireStep): readonly string[] {
  const { peer, name } = protocolOf(step)
  const members = name === 'a2a' ? (['name', 'version', 'url'] as const) : (['name'] as const)
  return [
    ...(step.mcpServer === undefined ? ['mcpServer'] : []),
    ...(peer === undefined
      ? ['peer']
      : members.filter((key) => peer[key] === undefined).map((key) => `peer.${key}`)),
  ]
}

/** Reads who is at the other side of an MCP connection, and the name of the server. */
export function readMcpEnds(
  extension: unknown,
  protocol: ProtocolMessage,
): { readonly peer: ProtocolPeer | undefined; readonly mcpServer: string | undefined } {
  const server = recordMember(extension, 'server')
  const peer = sideOf(protocol) === 'client' ? server : recordMember(extension, 'client')
  return { peer: readPeer(peer), mcpServer: textMember(server, 'name') }
}

/** Reads who is at the other side. */
export function readPeer(source: JsonRecord | undefined): ProtocolPeer | undefined {
  if (source === undefined) return undefined
  const [name, version, url] = ['name', 'version', 'url'].map((key) => textMember(source, key))
  return defined({ name, version, url }) as ProtocolPeer
}

/** Takes away what of the other side was shown and is not known. */
export function withoutAbsentPeer(protocol: ProtocolMessage, absent: ReadonlySet<string>): ProtocolMessage {
  const { peer, ...rest } = protocol
  if (peer === undefined || absent.has('peer')) return rest
  const known = Object.entries(peer).filter(([key]) => !absent.has(`peer.${key}`))
  return { ...rest, peer: Object.fromEntries(known) }
}
