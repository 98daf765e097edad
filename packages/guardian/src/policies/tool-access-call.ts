import type { HookAnswer, HookName } from '@aos/sdk'
import { ChangedContext } from '../policy/changed-context.ts'
import { isStep } from '../policy/kept-state.ts'
import type { PolicyContext, PolicyQuestion, PolicyState } from '../policy/policy.ts'

/** Hooks at which a call of a tool can be judged before it happens. */
export const CALL_HOOKS: readonly HookName[] = ['toolCallRequest', 'mcp']

/** Answers a message of MCP that asks for a call without naming its tool. */
export const UNREADABLE_CALL: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'the message asks for a call of a tool without naming it',
  reasonCode: 'tool_unreadable',
})

const CALL = 'tools/call'

/** A message of MCP that asks for a call, shown as the tool call it is. */
class McpCall extends ChangedContext {
  readonly #toolName: string

  constructor(base: PolicyContext, toolName: string, parameters: unknown) {
    super(base, parameters, base.pass)
    this.#toolName = toolName
  }

  override get hook(): 'toolCallRequest' {
    return 'toolCallRequest'
  }
  override get toolName(): string {
    return this.#toolName
  }
}

/**
 * Gives a step as a tool call, whether an agent makes it or a message of MCP asks for it, in either direction;
 * `undefined` where it is none.
 */
export function callOf(context: PolicyContext): PolicyContext | 'unreadable' | undefined {
  const { hook, protocol, value } = context
  if (hook === 'toolCallRequest') return context
  if (hook !== 'mcp' || protocol?.method !== CALL || protocol.leg === 'response') return undefined
  const params = recordOf(value)
  const name = params === undefined ? undefined : ownValue(params, 'name')
  if (params === undefined || typeof name !== 'string')
    return protocol.leg === undefined && isAnswer(params) ? undefined : 'unreadable'
  const given = ownValue(params, 'arguments')
  return new McpCall(context, name, given === undefined ? {} : given)
}

/** Makes the evaluation of a policy that judges calls of tools of one that judges a call. */
export function ofCalls<T>(
  judge: (call: PolicyContext) => T,
): (context: PolicyContext) => T | HookAnswer | undefined {
  return (context) => {
    const call = callOf(context)
    if (call === undefined) return undefined
    return call === 'unreadable' ? UNREADABLE_CALL : judge(call)
  }
}

/** Makes the state of a policy that judges calls of tools of one that is kept for a call. */
export function stateOfCalls(state: {
  readonly save: (call: PolicyContext) => unknown
  readonly restore: (call: PolicyContext, kept: unknown) => void
  readonly release?: () => void
}): PolicyState {
  const call = (question: PolicyQuestion): PolicyContext | undefined => {
    const found = isStep(question) ? callOf(question) : undefined
    return found === 'unreadable' ? undefined : found
  }
  return {
    save: (question) => {
      const asked = call(question)
      return asked === undefined ? null : state.save(asked)
    },
    restore: (question, given) => {
      const asked = call(question)
      if (asked !== undefined) state.restore(asked, given)
    },
    ...(state.release && { release: state.release }),
  }
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

// what comes back for a call may be told with the same method: a result, which names no tool
function isAnswer(params: Readonly<Record<string, unknown>> | undefined): boolean {
  if (params === undefined || Object.hasOwn(params, 'arguments')) return false
  return Object.hasOwn(params, 'content') || Object.hasOwn(params, 'structuredContent')
}
