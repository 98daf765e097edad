import type { HookAnswer, HookName } from '@aos/sdk'
import type { PolicyContext } from '../policy/policy.ts'

/** A call of a tool as a policy judges it, whether an agent makes it or a message of MCP asks for it. */
export interface JudgedCall {
  readonly toolName: string
  readonly mcpServer: string | undefined
  /** Its arguments; `undefined` where they are no object, so that no rule could be held against them. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined
}

/** Hooks at which a call of a tool can be judged before it happens. */
export const CALL_HOOKS: readonly HookName[] = ['toolCallRequest', 'mcp']

/** Answers a message of MCP that asks for a call without naming its tool. */
export const UNREADABLE_CALL: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'the message asks for a call of a tool without naming it',
  reasonCode: 'tool_unreadable',
})

/** Gives the tool call that a step is, `undefined` where it is none. */
export function callOf(context: PolicyContext): JudgedCall | 'unreadable' | undefined {
  const { hook, value, mcpServer } = context
  if (hook === 'toolCallRequest')
    return { toolName: context.toolName, mcpServer, parameters: recordOf(value) }
  if (hook !== 'mcp' || context.protocol?.method !== 'tools/call') return undefined
  const params = recordOf(value)
  const name = params === undefined ? undefined : ownValue(params, 'name')
  if (params === undefined || typeof name !== 'string') return isAnswer(params) ? undefined : 'unreadable'
  const given = ownValue(params, 'arguments')
  return { toolName: name, mcpServer, parameters: given === undefined ? {} : recordOf(given) }
}

/** Reads a member of an object, never one that it has inherited. */
export function ownValue(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** Reads a value as an object with named members. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

// what comes back for a call is told with the same method: a result, which names no tool
function isAnswer(params: Readonly<Record<string, unknown>> | undefined): boolean {
  if (params === undefined || Object.hasOwn(params, 'arguments')) return false
  return Object.hasOwn(params, 'content') || Object.hasOwn(params, 'structuredContent')
}
