import {
  AosError,
  parseHookName,
  type AgentInfo,
  type HookContext,
  type HookName,
  type HookNameInput,
  type ProtocolMessage,
  type SessionInfo,
  type UserInfo,
} from '@aos/sdk'
import { randomUUID } from 'node:crypto'
import type { PolicyContext } from './policy/policy.ts'

/** What {@link GuardianAgent.evaluate} is asked; whatever is left out is taken from the step that is judged around it. */
export interface EvaluateInput {
  /** Short or wire name of the hook. */
  readonly hook: HookNameInput
  readonly tool?: string | undefined
  /** Arguments of the tool call. */
  readonly parameters?: unknown
  /** What any other hook judges: the text, result, results or items. */
  readonly value?: unknown
  readonly session?: string | undefined
  readonly user?: UserInfo | undefined
  readonly executionId?: string | undefined
  readonly role?: 'user' | 'agent' | 'system' | undefined
  readonly reasoning?: string | undefined
  /** MCP server of the tool, or of the message. */
  readonly mcpServer?: string | undefined
  /** Of `mcp` and `a2a`: which way the message goes, its method, and whether it asks or answers. */
  readonly protocol?: ProtocolMessage | undefined
}

const NEVER = new AbortController().signal

/** Makes the step that an evaluation is about: the surrounding one as far as the input does not say otherwise. */
export function stepToEvaluate(
  input: EvaluateInput,
  around: HookContext | undefined,
  agent: AgentInfo,
): PolicyContext {
  if (typeof input !== 'object' || input === null) throw invalidInput('it is no object')
  const hook = parseHookName(input.hook)
  const session = sessionOf(input.session, around)
  if (around?.hook !== hook) return ownStep(hook, input, { agent: around?.agent ?? agent, session, around })
  return {
    ...factsOf(around),
    session,
    user: input.user ?? around.user,
    toolName: input.tool ?? around.toolName,
    executionId: input.executionId ?? around.executionId,
    role: input.role ?? around.role,
    reasoning: input.reasoning ?? around.reasoning,
    mcpServer: input.mcpServer ?? around.mcpServer,
    protocol: input.protocol ?? around.protocol,
    value: valueOf(input, around.value),
  }
}

function factsOf(around: HookContext): PolicyContext {
  return {
    hook: around.hook,
    pass: around.pass,
    decisionId: around.decisionId,
    turnId: around.turnId,
    runId: around.runId,
    executionId: around.executionId,
    agent: around.agent,
    session: around.session,
    user: around.user,
    toolName: around.toolName,
    toolKind: around.toolKind,
    mcpServer: around.mcpServer,
    reasoning: around.reasoning,
    role: around.role,
    part: around.part,
    final: around.final,
    query: around.query,
    keywords: around.keywords,
    isError: around.isError,
    protocol: around.protocol,
    trigger: around.trigger,
    parentRunId: around.parentRunId,
    value: around.value,
    journal: around.journal,
    signal: around.signal,
  }
}

interface Whose {
  readonly agent: AgentInfo
  readonly session: SessionInfo
  readonly around: HookContext | undefined
}

function ownStep(hook: HookName, input: EvaluateInput, { agent, session, around }: Whose): PolicyContext {
  return {
    hook,
    pass: 'first',
    decisionId: randomUUID(),
    turnId: around?.turnId ?? randomUUID(),
    runId: around?.runId ?? randomUUID(),
    executionId: input.executionId ?? randomUUID(),
    agent,
    session,
    user: input.user ?? around?.user,
    toolName: input.tool ?? '',
    toolKind: undefined,
    mcpServer: input.mcpServer,
    reasoning: input.reasoning,
    role: input.role,
    part: undefined,
    final: undefined,
    query: undefined,
    keywords: undefined,
    isError: undefined,
    protocol: input.protocol,
    value: valueOf(input, undefined),
    journal: around?.journal,
    signal: around?.signal ?? NEVER,
  }
}

// a session that nobody named stays one, also when a handler passes its id on
function sessionOf(given: string | undefined, around: HookContext | undefined): SessionInfo {
  if (given === undefined) return around?.session ?? { id: randomUUID(), generated: true }
  if (typeof given !== 'string' || given === '')
    throw invalidInput('session must be a text that is not empty')
  return around?.session.id === given ? around.session : { id: given, generated: false }
}

function valueOf(input: EvaluateInput, otherwise: unknown): unknown {
  if (input.parameters !== undefined) return input.parameters
  return input.value === undefined ? otherwise : input.value
}

function invalidInput(problem: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `guardian.evaluate() cannot tell what to judge: ${problem}`,
    fix: "Pass { hook: 'toolCallRequest', tool, parameters, session }.",
  })
}
