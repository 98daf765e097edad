import type { HookAnswer, HookName } from '@aos/sdk'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import {
  readDataProtection,
  type DataAction,
  type DataPlace,
  type DataProtection,
  type DataProtectionOptions,
} from './data-protection-options.ts'
import { createDataScanner, type DataScan, type DataScanner } from './data-protection-scan.ts'
import { topicOf } from './data-protection-topics.ts'

/**
 * Keeps secrets and personal data where they belong: redacts them in messages, streams, results and memory, denies tool
 * calls that would send them and retrievals that found them, and denies tool calls that ask for personal records.
 */
export function dataProtection(options: DataProtectionOptions = {}): Policy {
  const read = readDataProtection(options)
  const { detectors, off, custom } = read
  const scan = createDataScanner('data-protection', {
    ...(detectors === undefined ? {} : { detectors }),
    off,
    custom,
  })
  return {
    name: read.name,
    hooks: hooksOf(read),
    shadow: options.shadow,
    evaluate: (context) => {
      const place = placeOf(context)
      if (isOfTool(place) && read.allowed(context.toolName)) return undefined
      const topic = asksFor(place, context, read)
      if (topic !== undefined)
        return { decision: 'deny', message: topic.reason, reasonCode: ['sensitive_topic'] }
      const action = read.actions.get(place) ?? 'deny'
      return action === 'off' ? undefined : answer(place, action, scanOf(context, scan))
    },
  }
}

// what MCP calls a token of progress names a request and opens nothing
function scanOf({ hook, value }: PolicyContext, scan: DataScanner): DataScan {
  if (hook !== 'mcp') return scan(value)
  const found = scan(renamed(value, 'progressToken', 'progress'))
  return found.status === 'found'
    ? { ...found, value: renamed(found.value, 'progress', 'progressToken') }
    : found
}

function renamed(params: unknown, from: string, to: string): unknown {
  const meta: unknown =
    typeof params === 'object' && params !== null ? Reflect.get(params, '_meta') : undefined
  if (typeof meta !== 'object' || meta === null || !Object.hasOwn(meta, from) || Object.hasOwn(meta, to))
    return params
  const members = Object.entries(meta).map(([key, member]: [string, unknown]) => [
    key === from ? to : key,
    member,
  ])
  return { ...(params as object), _meta: Object.fromEntries(members) as object }
}

function hooksOf({ actions, topics }: DataProtection): readonly HookName[] {
  const hooks = new Set<HookName>()
  for (const [place, action] of actions)
    if (action !== 'off' || (topics.length > 0 && ASKING.has(place)))
      hooks.add((place.split('.')[0] ?? place) as HookName)
  return [...hooks]
}

const ASKING: ReadonlySet<DataPlace> = new Set(['toolCallRequest', 'knowledgeRetrieval', 'mcp.outbound'])

function asksFor(
  place: DataPlace,
  { value, query, keywords }: PolicyContext,
  { topics }: DataProtection,
): DataProtection['topics'][number] | undefined {
  if (!ASKING.has(place)) return undefined
  return topicOf(place === 'knowledgeRetrieval' ? [query, keywords] : value, topics)
}

function placeOf({ hook, role, protocol }: PolicyContext): DataPlace {
  switch (hook) {
    case 'message':
      return role === 'user' ? 'message.user' : 'message.agent'
    case 'mcp':
    case 'a2a':
      return `${hook}.${protocol?.direction === 'inbound' ? 'inbound' : 'outbound'}`
    default:
      return hook
  }
}

function isOfTool(place: DataPlace): boolean {
  return place === 'toolCallRequest' || place === 'toolCallResult'
}

const WHAT: Readonly<Record<DataPlace, string>> = {
  agentTrigger: 'The input',
  'message.user': 'The message',
  'message.agent': 'The answer',
  toolCallRequest: 'The arguments',
  toolCallResult: 'The result',
  knowledgeRetrieval: 'What was retrieved',
  memoryStore: 'What is to be stored',
  memoryContextRetrieval: 'The memory',
  'mcp.inbound': 'The MCP message',
  'mcp.outbound': 'The MCP message',
  'a2a.inbound': 'The A2A message',
  'a2a.outbound': 'The A2A message',
}

function answer(place: DataPlace, action: DataAction, scan: DataScan): HookAnswer | undefined {
  if (scan.status === 'clean') return undefined
  if (scan.status === 'unreadable')
    return {
      decision: 'deny',
      message: `${WHAT[place]} could not be looked through for sensitive data`,
      reasonCode: ['data_unreadable'],
    }
  const { kinds } = scan
  const message = `${WHAT[place]} held sensitive data (${kinds.join(', ')})`
  const facts = { reasonCode: ['sensitive_data'], data: { kinds } }
  if (action === 'deny') return { decision: 'deny', message: `${message}, which may not pass`, ...facts }
  return {
    decision: 'modify',
    modifications: scan.value,
    message: `${message}, which was redacted`,
    ...facts,
  }
}
