import type { ProtocolPeer } from '@aos/sdk'
import type { A2AContext, ObservedSide, PeerSide } from '../generated/aos-types.ts'
import { sideOf } from '../protocol-side.ts'
import type { CodecName, WireStep } from './codec.ts'
import { protocolOf, readPeer, shownName } from './protocol-peer.ts'
import { member, recordMember, type JsonRecord } from './read.ts'
import { toAgent } from './step-context.ts'

/** Shows between whom an A2A message goes: the observed agent in full, its peer as its agent card tells. */
export function toA2aContext(step: WireStep, codec: CodecName): A2AContext {
  const protocol = protocolOf(step)
  const role = sideOf(protocol)
  const { agent } = toAgent(step.agent, codec === 'aos-0.1-literal' ? 'aos-0.1' : codec)
  const { url, ...rest } = agent
  // the published schema takes a complete agent for two things at once and refuses it
  const shown = codec === 'aos-0.1-literal' && url !== undefined ? { ...rest, metadata: { url } } : agent
  const observed: ObservedSide = { agent: shown, role }
  const name = shownName(step) ?? ''
  const peer: PeerSide = {
    agent: {
      url: protocol.peer?.url ?? (URL.canParse(name) ? name : ''),
      name,
      version: protocol.peer?.version ?? '',
    },
    role: role === 'client' ? 'server' : 'client',
  }
  return protocol.direction === 'outbound' ? { from: observed, to: peer } : { from: peer, to: observed }
}

/** The two sides of an A2A message, as they were read. */
export interface A2aSides {
  readonly direction: 'outbound' | 'inbound'
  /** The observed agent. */
  readonly agent: JsonRecord | undefined
  readonly peer: ProtocolPeer | undefined
}

/** Tells who is observed: as our extension says, the side that shows its provider or instructions, or who sends. */
export function readSides(context: unknown): A2aSides {
  const from = recordMember(recordMember(context, 'from'), 'agent')
  const to = recordMember(recordMember(context, 'to'), 'agent')
  const said = member(a2aExtension(context), 'direction')
  const isInbound = said === 'inbound' || (said !== 'outbound' && !isObserved(from) && isObserved(to))
  return {
    direction: isInbound ? 'inbound' : 'outbound',
    agent: isInbound ? to : from,
    peer: readPeer(isInbound ? from : to),
  }
}

/** Gives our extension of an A2A context, which earlier versions have in the context of the step. */
export function a2aExtension(context: unknown): JsonRecord | undefined {
  return recordMember(context, 'a2a') ?? recordMember(recordMember(context, 'step'), 'a2a')
}

function isObserved(agent: unknown): boolean {
  return ['instructions', 'instruction', 'provider'].some((name) => member(agent, name) !== undefined)
}
