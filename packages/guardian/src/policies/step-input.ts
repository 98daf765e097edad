import type { HookName } from '@aos/sdk'
import type { PolicyContext } from '../policy/policy.ts'
import { legOf } from '../protocol-side.ts'

const PARAMETERS: ReadonlySet<HookName> = new Set<HookName>(['toolCallRequest', 'mcp', 'a2a'])
const RESULT: ReadonlySet<HookName> = new Set<HookName>(['toolCallResult'])
const CONTENT: ReadonlySet<HookName> = new Set<HookName>(['message', 'agentTrigger'])

/** What a policy written in another language is told of a step; what the step does not have is null. */
export interface StepInput {
  readonly hook: HookName
  readonly tool: string | null
  /** Arguments of a tool call, parameters of a protocol message that asks. */
  readonly parameters: unknown
  /** Whatever the hook judges. */
  readonly value: unknown
  /** What a tool gave back, or a protocol message brings as an answer. */
  readonly result: unknown
  /** Text of a message or a trigger. */
  readonly content: unknown
  readonly agent: { readonly id: string; readonly name: string }
  readonly session: { readonly id: string; readonly generated: boolean }
  readonly user: { readonly id: string; readonly name: string | null; readonly email: string | null } | null
  readonly role: string | null
  readonly query: string | null
  readonly mcp_server: string | null
  readonly is_error: boolean | null
  /** Of a message of MCP or A2A. */
  readonly protocol: StepProtocol | null
}

/** What a policy written in another language is told of a protocol message. */
export interface StepProtocol {
  readonly name: string
  readonly direction: string
  readonly leg: string
  readonly method: string | null
  readonly target: string | null
  readonly peer: string | null
}

/** Names of what {@link stepInput} gives. */
export const STEP_INPUT_NAMES: readonly (keyof StepInput)[] = [
  'hook',
  'tool',
  'parameters',
  'value',
  'result',
  'content',
  'agent',
  'session',
  'user',
  'role',
  'query',
  'mcp_server',
  'is_error',
  'protocol',
]

/** Makes the input of a policy in another language. */
export function stepInput(context: PolicyContext): StepInput {
  const { hook, agent, session, user, toolName } = context
  const value = context.value ?? null
  const protocol = protocolInput(context)
  const isAnswer = protocol?.leg === 'response'
  return {
    hook,
    tool: toolName === '' ? null : toolName,
    parameters: PARAMETERS.has(hook) && !isAnswer ? value : null,
    value,
    result: RESULT.has(hook) || isAnswer ? value : null,
    content: CONTENT.has(hook) ? value : null,
    agent: { id: agent.id, name: agent.name },
    session: { id: session.id, generated: session.generated },
    user: user === undefined ? null : { id: user.id, name: user.name ?? null, email: user.email ?? null },
    role: context.role ?? null,
    query: context.query ?? null,
    mcp_server: context.mcpServer ?? null,
    is_error: context.isError ?? null,
    protocol,
  }
}

function protocolInput({ protocol }: PolicyContext): StepProtocol | null {
  if (protocol === undefined) return null
  const { name, direction, method, target, peer } = protocol
  return {
    name,
    direction,
    leg: legOf(protocol),
    method: method ?? null,
    target: target ?? null,
    peer: peer?.name ?? null,
  }
}
