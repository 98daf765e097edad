import type { HookName } from '@aos/sdk'
import type { WireStep } from './codec.ts'
import { isSentAsError } from './protocol-error.ts'
import { readPeer, shownName } from './protocol-peer.ts'
import { defined, isRecord, isTextList, member, recordMember, textMember, type JsonRecord } from './read.ts'
import { toWireJson } from './wire-json.ts'

/** A member of a step that only some hooks have. */
export type Fact =
  | 'executionId'
  | 'toolName'
  | 'toolKind'
  | 'mcpServer'
  | 'reasoning'
  | 'role'
  | 'messageId'
  | 'part'
  | 'final'
  | 'trigger'
  | 'query'
  | 'keywords'
  | 'isError'
  | 'protocol'

type Facts = Partial<Pick<WireStep, Fact>>

// what the AOS wire has a member for
const NATURAL: Readonly<Record<HookName, readonly Fact[]>> = {
  agentTrigger: [],
  message: ['role', 'messageId', 'reasoning'],
  toolCallRequest: ['executionId', 'toolName', 'reasoning'],
  toolCallResult: ['executionId', 'isError', 'reasoning'],
  knowledgeRetrieval: ['query', 'keywords', 'reasoning'],
  memoryStore: ['reasoning'],
  memoryContextRetrieval: ['reasoning'],
  mcp: ['mcpServer', 'protocol', 'reasoning'],
  a2a: ['mcpServer', 'protocol', 'reasoning'],
}

const NAMES: readonly Fact[] = [
  'executionId',
  'toolName',
  'toolKind',
  'mcpServer',
  'reasoning',
  'role',
  'messageId',
  'part',
  'final',
  'trigger',
  'query',
  'keywords',
  'isError',
  'protocol',
]

/** Gives the facts of a step that the method of its hook has no member for, for `context.guardian`. */
export function furtherFacts(step: WireStep): JsonRecord {
  const natural = NATURAL[step.hook]
  return factsBeside(step, (name) => {
    if (name === 'trigger') return isNaturalTrigger(step)
    // shown as the peer's name is not always what the step calls it
    if (name === 'mcpServer' && natural.includes(name)) return step.mcpServer === shownName(step)
    return natural.includes(name) || (name === 'isError' && isSentAsError(step))
  })
}

/** Gives the facts of a step except some, for a message that has members for those. */
export function factsBeside(step: WireStep, isCarried: (name: Fact) => boolean): JsonRecord {
  const facts: Record<string, unknown> = {}
  for (const name of NAMES)
    if (step[name] !== undefined && !isCarried(name)) facts[name] = toWireJson(step[name])
  return facts
}

/** Whether a trigger is one that the AOS wire has a member for: autonomous, with an event of a type and an id. */
export function isNaturalTrigger({ hook, trigger }: WireStep): boolean {
  const event = trigger?.event
  return (
    hook === 'agentTrigger' &&
    trigger?.type === 'autonomous' &&
    textMember(event, 'type') !== undefined &&
    textMember(event, 'id') !== undefined
  )
}

const READERS: { readonly [Name in Fact]: (value: unknown) => Facts[Name] } = {
  executionId: readText,
  toolName: readText,
  toolKind: readText,
  mcpServer: readText,
  reasoning: readText,
  role: readRole,
  messageId: readText,
  part: readText,
  final: readBoolean,
  trigger: readTrigger,
  query: readText,
  keywords: readTexts,
  isError: readBoolean,
  protocol: readProtocol,
}

/** Reads facts; what has another type than it should have is nobody's fact. */
export function readFacts(source: unknown): Facts {
  const facts: Record<string, unknown> = {}
  if (!isRecord(source)) return facts
  for (const name of NAMES) {
    const value = Object.hasOwn(source, name) ? READERS[name](source[name]) : undefined
    if (value !== undefined) facts[name] = value
  }
  return facts
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Reads the role of a message. */
export function readRole(value: unknown): WireStep['role'] {
  return value === 'user' || value === 'agent' || value === 'system' ? value : undefined
}

/** Reads a list of texts. */
export function readTexts(value: unknown): readonly string[] | undefined {
  return isTextList(value) ? value : undefined
}

/** Reads a boolean. */
export function readBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function readTrigger(value: unknown): WireStep['trigger'] {
  const type = member(value, 'type')
  if (type !== 'user' && type !== 'autonomous') return undefined
  return defined<NonNullable<WireStep['trigger']>>({ type, event: member(value, 'event') })
}

/** Reads which way a protocol message goes, and what it is about. */
export function readProtocol(value: unknown, name?: 'mcp' | 'a2a'): WireStep['protocol'] {
  const which = name ?? member(value, 'name')
  const direction = member(value, 'direction')
  const leg = member(value, 'leg')
  const id = member(value, 'id')
  if ((which !== 'mcp' && which !== 'a2a') || (direction !== 'outbound' && direction !== 'inbound'))
    return undefined
  return defined<NonNullable<WireStep['protocol']>>({
    name: which,
    direction,
    method: textMember(value, 'method'),
    leg: leg === 'request' || leg === 'response' ? leg : undefined,
    id: typeof id === 'string' || typeof id === 'number' ? id : undefined,
    version: textMember(value, 'version') ?? textMember(value, 'protocolVersion'),
    target: textMember(value, 'target'),
    peer: readPeer(recordMember(value, 'peer')),
  })
}

/** Reads a trace that names both its ids. */
export function readTrace(value: unknown): WireStep['trace'] {
  const traceId = textMember(value, 'traceId')
  const spanId = textMember(value, 'spanId')
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId }
}

/** Reads the pass; what is not said to be a recheck is the first look. */
export function readPass(value: unknown): WireStep['pass'] {
  return value === 'recheck' ? 'recheck' : 'first'
}

/** Reads a user. */
export function readUser(value: unknown): WireStep['user'] {
  const id = textMember(value, 'id')
  if (id === undefined || !isRecord(value)) return undefined
  return defined({ id, name: textMember(value, 'name'), email: textMember(value, 'email') })
}

/** Reads an agent; a provider without a name or an address is none, and names that the step did not have are left out. */
export function readAgent(value: unknown, absent: ReadonlySet<string>): WireStep['agent'] {
  const url = textMember(value, 'url') ?? textMember(recordMember(value, 'metadata'), 'url')
  const name = textMember(value, 'name')
  const unless = <T>(key: string, given: T): T | undefined => (absent.has(`agent.${key}`) ? undefined : given)
  return defined({
    id: textMember(value, 'id') ?? url ?? name ?? 'unknown',
    name: name ?? 'unknown',
    version: unless('version', textMember(value, 'version')),
    // some pages of the specification spell it without the s
    instructions: unless(
      'instructions',
      textMember(value, 'instructions') ?? textMember(value, 'instruction'),
    ),
    provider: unless('provider', readProvider(member(value, 'provider'))),
    url: unless('url', url),
    description: textMember(value, 'description'),
  })
}

function readProvider(value: unknown): WireStep['agent']['provider'] {
  const name = textMember(value, 'name')
  return name === undefined ? undefined : { name, url: textMember(value, 'url') ?? '' }
}
