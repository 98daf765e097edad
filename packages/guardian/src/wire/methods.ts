import type { HookName } from '@aos/sdk'

/** A method of the AOS wire that asks for a decision. */
export type StepMethod =
  | 'steps/agentTrigger'
  | 'steps/message'
  | 'steps/toolCallRequest'
  | 'steps/toolCallResult'
  | 'steps/knowledgeRetrieval'
  | 'steps/memoryContextRetrieval'
  | 'steps/memoryStore'
  | 'protocols/MCP'
  | 'protocols/A2A'
  | A2aMethod

/** A method of A2A that the AOS wire has a method for. */
export type A2aMethod =
  | 'message/send'
  | 'message/stream'
  | 'tasks/get'
  | 'tasks/cancel'
  | 'tasks/resubscribe'
  | 'tasks/pushNotificationConfig/set'
  | 'tasks/pushNotificationConfig/get'

const A2A_METHODS: ReadonlyMap<string, A2aMethod> = new Map<string, A2aMethod>([
  ['message/send', 'message/send'],
  ['message/stream', 'message/stream'],
  ['tasks/get', 'tasks/get'],
  ['tasks/cancel', 'tasks/cancel'],
  ['tasks/resubscribe', 'tasks/resubscribe'],
  ['tasks/pushNotificationConfig/set', 'tasks/pushNotificationConfig/set'],
  ['tasks/pushNotificationConfig/get', 'tasks/pushNotificationConfig/get'],
  // as A2A 1.0 calls them
  ['SendMessage', 'message/send'],
  ['SendStreamingMessage', 'message/stream'],
  ['GetTask', 'tasks/get'],
  ['CancelTask', 'tasks/cancel'],
  ['SubscribeToTask', 'tasks/resubscribe'],
  ['CreateTaskPushNotificationConfig', 'tasks/pushNotificationConfig/set'],
  ['GetTaskPushNotificationConfig', 'tasks/pushNotificationConfig/get'],
])

// what the published schema and the pages beside the specification write
const ALIASES: ReadonlyMap<string, StepMethod> = new Map<string, StepMethod>([
  ['task/get', 'tasks/get'],
  ['task/cancel', 'tasks/cancel'],
  ['task/resubscribe', 'tasks/resubscribe'],
  ['task/pushNotificationConfig/set', 'tasks/pushNotificationConfig/set'],
  ['task/pushNotificationConfig/get', 'tasks/pushNotificationConfig/get'],
  ['steps/memoryRetrieval', 'steps/memoryContextRetrieval'],
  ['steps/memoryRetrievalResult', 'steps/memoryContextRetrieval'],
  ['steps/knowledgeRetrievalResult', 'steps/knowledgeRetrieval'],
  ['steps/knowledge', 'steps/knowledgeRetrieval'],
  ['steps/knowledgeStore', 'steps/memoryStore'],
  ['messages/mcp', 'protocols/MCP'],
])

const HOOKS: ReadonlyMap<string, HookName> = new Map<string, HookName>([
  ['steps/agentTrigger', 'agentTrigger'],
  ['steps/message', 'message'],
  ['steps/toolCallRequest', 'toolCallRequest'],
  ['steps/toolCallResult', 'toolCallResult'],
  ['steps/knowledgeRetrieval', 'knowledgeRetrieval'],
  ['steps/memoryContextRetrieval', 'memoryContextRetrieval'],
  ['steps/memoryStore', 'memoryStore'],
  ['protocols/MCP', 'mcp'],
  ['protocols/A2A', 'a2a'],
])

/** Gives the method of the wire that a name stands for, and its hook. */
export function parseMethod(
  name: string,
): { readonly method: StepMethod; readonly hook: HookName } | undefined {
  const alias = ALIASES.get(name) ?? name
  const hook = HOOKS.get(alias)
  if (hook !== undefined) return { method: alias as StepMethod, hook }
  // the names of A2A 1.0 are never methods of the AOS wire
  const a2a = alias.includes('/') ? A2A_METHODS.get(alias) : undefined
  return a2a === undefined ? undefined : { method: a2a, hook: 'a2a' }
}

/** Gives the method of the wire for a method of A2A, whatever its version; one without goes the general way. */
export function a2aMethodOf(name: string | undefined): A2aMethod | 'protocols/A2A' {
  return (name === undefined ? undefined : A2A_METHODS.get(name)) ?? 'protocols/A2A'
}
