import type { A2AContext, ObservedSide, PeerSide } from '../generated/aos-types.ts'
import type { CodecName, WireStep } from './codec.ts'
import { defined, member, recordMember, textMember } from './read.ts'
import { legOf, protocolOf } from './protocol-message.ts'
import { toAgent } from './step-context.ts'

/** Shows between whom an A2A message goes: the observed agent in full, its peer as far as it is known. */
export function toA2aContext(step: WireStep, codec: CodecName): A2AContext {
  const protocol = protocolOf(step)
  const asksOthers = (protocol.direction === 'outbound') === (legOf(protocol) === 'request')
  const { agent } = toAgent(step.agent, codec === 'aos-0.1-literal' ? 'aos-0.1' : codec)
  const { url, ...rest } = agent
  // the published schema takes a complete agent for two things at once and refuses it
  const shown = codec === 'aos-0.1-literal' && url !== undefined ? { ...rest, metadata: { url } } : agent
  const observed: ObservedSide = { agent: shown, role: asksOthers ? 'client' : 'server' }
  const name = step.mcpServer ?? ''
  const peer: PeerSide = {
    agent: { url: URL.canParse(name) ? name : '', name, version: '' },
    role: asksOthers ? 'server' : 'client',
  }
  return protocol.direction === 'outbound' ? { from: observed, to: peer } : { from: peer, to: observed }
}

/** The two sides of an A2A message, as they were read. */
export interface A2aSides {
  readonly direction: 'outbound' | 'inbound'
  /** The observed agent. */
  readonly agent: unknown
  readonly peer: string | undefined
}

/** Tells who is observed: the side that shows its provider or instructions, otherwise the one that sends. */
export function readSides(context: unknown): A2aSides {
  const from = recordMember(recordMember(context, 'from'), 'agent')
  const to = recordMember(recordMember(context, 'to'), 'agent')
  const isInbound = !isObserved(from) && isObserved(to)
  const peer = isInbound ? from : to
  const { name } = defined({ name: textMember(peer, 'name') ?? textMember(peer, 'url') })
  return { direction: isInbound ? 'inbound' : 'outbound', agent: isInbound ? to : from, peer: name }
}

function isObserved(agent: unknown): boolean {
  return ['instructions', 'instruction', 'provider'].some((name) => member(agent, name) !== undefined)
}
