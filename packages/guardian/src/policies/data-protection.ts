import type { HookAnswer, HookName } from '@aos/sdk'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import { calledTool } from '../policy/tool-name-of.ts'
import { sideOf } from '../protocol-side.ts'
import {
  readDataProtection,
  type DataAction,
  type DataPlace,
  type DataProtection,
  type DataProtectionOptions,
} from './data-protection-options.ts'
import { scanMessage } from './data-protection-protocol.ts'
import { createDataScanner, type DataScan } from './data-protection-scan.ts'
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
      const tool = toolOf(place, context)
      if (tool !== undefined && read.allowed(tool)) return undefined
      const isAsked = isAskedOfServer(context)
      const topic = isAsked || ASKING.has(place) ? asksFor(place, context, read) : undefined
      if (topic !== undefined)
        return { decision: 'deny', message: topic.reason, reasonCode: ['sensitive_topic'] }
      const action = read.actions.get(place) ?? 'deny'
      // arguments with holes in them make a tool do what nobody meant
      if (action === 'off' || (isAsked && action === 'redact')) return undefined
      const { hook, value } = context
      const found = hook === 'mcp' || hook === 'a2a' ? scanMessage(context, scan) : scan(value)
      return answer(place, action, found)
    },
  }
}

function hooksOf({ actions, topics }: DataProtection): readonly HookName[] {
  const hooks = new Set<HookName>()
  for (const [place, action] of actions)
    if (action !== 'off' || (topics.length > 0 && (ASKING.has(place) || place === 'mcp.inbound')))
      hooks.add((place.split('.')[0] ?? place) as HookName)
  return [...hooks]
}

const ASKING: ReadonlySet<DataPlace> = new Set(['toolCallRequest', 'knowledgeRetrieval', 'mcp.outbound'])

function asksFor(
  place: DataPlace,
  { value, query, keywords }: PolicyContext,
  { topics }: DataProtection,
): DataProtection['topics'][number] | undefined {
  return topicOf(place === 'knowledgeRetrieval' ? [query, keywords] : value, topics)
}

function placeOf({ hook, role, protocol }: PolicyContext): DataPlace {
  switch (hook) {
    case 'message':
      return role === 'user' ? 'message.user' : 'message.agent'
    case 'mcp':
    case 'a2a':
      if (protocol?.direction === 'inbound') return `${hook}.inbound`
      return protocol?.leg === 'response' ? `${hook}.answers` : `${hook}.outbound`
    default:
      return hook
  }
}

/** Whether somebody asks this of an MCP server of one's own. */
function isAskedOfServer({ hook, protocol }: PolicyContext): boolean {
  if (hook !== 'mcp' || protocol?.direction !== 'inbound' || protocol.leg !== 'request') return false
  return sideOf(protocol) === 'server'
}

function toolOf(place: DataPlace, context: PolicyContext): string | undefined {
  if (place === 'toolCallRequest' || place === 'toolCallResult') return context.toolName
  return calledTool(context)
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
  'mcp.answers': 'The MCP answer',
  'a2a.inbound': 'The A2A message',
  'a2a.outbound': 'The A2A message',
  'a2a.answers': 'The A2A answer',
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
