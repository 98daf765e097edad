import type { ProtocolMessage } from '@aos/sdk'

// what an MCP server asks of its client; everything else with a method is asked by the client
const ASKED_BY_SERVERS: ReadonlySet<string> = new Set([
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
])
// of the notifications that have a direction, those that a client sends
const TOLD_BY_CLIENTS: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/roots/list_changed',
])

const TOLD_BY_SERVERS: ReadonlySet<string> = new Set([
  'notifications/message',
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
])

/** Whether only an MCP server sends a message of this method as a request or a notification. */
export function isFromServer(method: string): boolean {
  return ASKED_BY_SERVERS.has(method) || TOLD_BY_SERVERS.has(method)
}

/** Whether a message tells something and waits for no answer. */
export function isNotification(method: string | undefined): boolean {
  return method?.startsWith('notifications/') === true
}

/**
 * Whether a message asks or answers. Where it does not say, its method and direction tell, as a client sees them: what
 * comes in with the method of a client is the answer to it.
 */
export function legOf({ name, direction, method, leg }: ProtocolMessage): 'request' | 'response' {
  if (leg !== undefined) return leg
  if (method === undefined) return 'response'
  if (name === 'a2a' || isNotification(method)) return 'request'
  return (direction === 'inbound') === ASKED_BY_SERVERS.has(method) ? 'request' : 'response'
}

/** Which side of a connection the agent is that sends or gets a message. */
export function sideOf(protocol: ProtocolMessage): 'client' | 'server' {
  const { name, direction, method = '' } = protocol
  const asks = (direction === 'outbound') === (legOf(protocol) === 'request')
  if (name === 'a2a') return asks ? 'client' : 'server'
  const byServer = isNotification(method)
    ? direction === 'inbound' && !TOLD_BY_CLIENTS.has(method)
    : ASKED_BY_SERVERS.has(method)
  return asks === byServer ? 'server' : 'client'
}
