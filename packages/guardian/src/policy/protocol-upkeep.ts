import type { PolicyContext } from './policy.ts'

// what keeps an MCP connection going and tells what there is, and makes nothing happen
const UPKEEP: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'ping',
  'logging/setLevel',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/message',
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/roots/list_changed',
])

/**
 * Whether a step is a protocol message that nobody needs to have allowed: the answer to one that was judged, or one by
 * which an MCP connection lives. A policy may deny it all the same.
 */
export function isUpkeep({ hook, protocol }: PolicyContext): boolean {
  if (protocol === undefined) return false
  return protocol.leg === 'response' || (hook === 'mcp' && UPKEEP.has(protocol.method ?? ''))
}
