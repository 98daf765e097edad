import type { Component } from '../events/event.ts'
import type { ProtocolPeer } from '../hooks/hook-context.ts'
import { plainAddress } from '../values/plain-address.ts'
import { member } from './methods.ts'

/** An agent at the other side, as its card describes it. */
export interface Peer {
  readonly facts: ProtocolPeer
  readonly component: Component
  /** What the card says of how it is spoken to. */
  readonly protocolVersion: string | undefined
}

const MAX_NAME = 200
const MAX_DESCRIPTION = 1000
const MAX_SKILLS = 100

/** What an agent card says of the agent of the given name; a card is a claim, and what it holds is bounded. */
export function peerOf(name: string, card: unknown, endpoint: string | undefined): Peer {
  const version = textOf(member(card, 'version'), MAX_NAME)
  const url = endpoint ?? urlOf(card)
  const skills = member(card, 'skills')
  return {
    facts: { name, version, url },
    protocolVersion: textOf(member(card, 'protocolVersion') ?? firstVersion(card), MAX_NAME),
    component: {
      id: `agent:${name}`,
      type: 'agent',
      name,
      version,
      description: textOf(member(card, 'description'), MAX_DESCRIPTION),
      url,
      capabilities: Array.isArray(skills) ? skills.slice(0, MAX_SKILLS).flatMap(skillName) : undefined,
    },
  }
}

/** The name of the agent of a card. */
export function nameIn(card: unknown): string | undefined {
  return textOf(member(card, 'name'), MAX_NAME)
}

/** Where a transport sends its requests. */
export function endpointOf(transport: object): string | undefined {
  // the SDK's decorator of a tenant holds what sends
  const own = member(transport, 'endpoint') ?? member(member(transport, 'base'), 'endpoint')
  return addressOf(own)
}

function skillName(skill: unknown): readonly string[] {
  const name = textOf(member(skill, 'id'), MAX_NAME) ?? textOf(member(skill, 'name'), MAX_NAME)
  return name === undefined ? [] : [name]
}

function firstVersion(card: unknown): unknown {
  const interfaces = member(card, 'supportedInterfaces')
  return Array.isArray(interfaces) ? member(interfaces[0], 'protocolVersion') : undefined
}

function urlOf(card: unknown): string | undefined {
  const interfaces = member(card, 'supportedInterfaces')
  const first: unknown = Array.isArray(interfaces) ? interfaces[0] : undefined
  return addressOf(member(card, 'url') ?? member(first, 'url'))
}

function addressOf(value: unknown): string | undefined {
  const address = textOf(value, MAX_DESCRIPTION)
  return address === undefined ? undefined : plainAddress(address)
}

function textOf(value: unknown, maxLength: number): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxLength) : undefined
}
