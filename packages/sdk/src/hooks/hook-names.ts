import { AosError } from '../errors.ts'

/** A point at which an agent's action is judged (AOS Instrument, hooks). */
export type HookName =
  | 'agentTrigger'
  | 'message'
  | 'toolCallRequest'
  | 'toolCallResult'
  | 'knowledgeRetrieval'
  | 'memoryStore'
  | 'memoryContextRetrieval'
  | 'mcp'
  | 'a2a'

/** What a hook may do, in the form of the specification's hook table. */
export interface HookDescription {
  readonly description: string
  readonly can_modify: boolean
  readonly can_deny: boolean
}

const PUBLISHED: Readonly<Record<string, HookDescription>> = {
  agentTrigger: { description: 'Fires when agent starts processing', can_modify: true, can_deny: true },
  message: { description: 'Fires for each message in conversation', can_modify: true, can_deny: true },
  toolCallRequest: { description: 'Fires before tool execution', can_modify: true, can_deny: true },
  knowledgeRetrieval: {
    description: 'Fires when accessing knowledge bases',
    can_modify: false,
    can_deny: true,
  },
  memoryStore: { description: 'Fires when storing to memory', can_modify: true, can_deny: true },
}

const FURTHER: Readonly<Record<string, HookDescription>> = {
  toolCallResult: {
    description: 'Fires after tool execution, before the result reaches the model',
    can_modify: true,
    can_deny: true,
  },
  memoryContextRetrieval: {
    description: 'Fires after memory is read, before it is attached to the context',
    can_modify: true,
    can_deny: true,
  },
  mcp: {
    description: 'Fires for each MCP protocol message, outbound and inbound',
    can_modify: true,
    can_deny: true,
  },
  a2a: {
    description: 'Fires for each A2A protocol message, outbound and inbound',
    can_modify: true,
    can_deny: true,
  },
}

/** Every hook name, in the order of the documentation. */
export const HOOK_NAMES: readonly HookName[] = [
  'agentTrigger',
  'message',
  'toolCallRequest',
  'toolCallResult',
  'knowledgeRetrieval',
  'memoryStore',
  'memoryContextRetrieval',
  'mcp',
  'a2a',
]

const A2A_METHODS = [
  'message/send',
  'message/stream',
  'tasks/get',
  'tasks/cancel',
  'tasks/resubscribe',
  'tasks/pushNotificationConfig/set',
  'tasks/pushNotificationConfig/get',
]

const WIRE_NAMES: ReadonlyMap<string, HookName> = new Map([
  ...HOOK_NAMES.map((name): [string, HookName] => [name, name]),
  ...HOOK_NAMES.filter((name) => name !== 'mcp' && name !== 'a2a').map((name): [string, HookName] => [
    `steps/${name}`,
    name,
  ]),
  ['protocols/MCP', 'mcp'],
  ['protocols/A2A', 'a2a'],
  ...A2A_METHODS.map((method): [string, HookName] => [method, 'a2a']),
])

/** A short hook name, or the wire method of AOS 0.1.0 that stands for it. */
export type HookNameInput =
  | HookName
  | 'steps/agentTrigger'
  | 'steps/message'
  | 'steps/toolCallRequest'
  | 'steps/toolCallResult'
  | 'steps/knowledgeRetrieval'
  | 'steps/memoryStore'
  | 'steps/memoryContextRetrieval'
  | 'protocols/MCP'
  | 'protocols/A2A'
  | 'message/send'
  | 'message/stream'
  | 'tasks/get'
  | 'tasks/cancel'
  | 'tasks/resubscribe'
  | 'tasks/pushNotificationConfig/set'
  | 'tasks/pushNotificationConfig/get'

/** Gives the hook a short or wire name stands for; throws `unknown_hook` with the valid names otherwise. */
export function parseHookName(name: unknown): HookName {
  const known = typeof name === 'string' ? WIRE_NAMES.get(name) : undefined
  if (known !== undefined) return known
  throw new AosError({
    code: 'unknown_hook',
    message: `Unknown hook ${typeof name === 'string' ? JSON.stringify(name) : `of type ${typeof name}`}; valid hooks: ${HOOK_NAMES.join(', ')}`,
    why: 'A handler on a hook that never fires would guard nothing.',
    fix: 'Use one of the valid names, or a wire name such as steps/toolCallRequest or protocols/MCP.',
  })
}

/** Gives the hook table: `landing` equals the one AOS publishes, `all` adds the hooks the specification text defines. */
export function describeHooks(
  profile: 'landing' | 'all' = 'landing',
): Readonly<Record<string, HookDescription>> {
  return profile === 'landing' ? { ...PUBLISHED } : { ...PUBLISHED, ...FURTHER }
}
