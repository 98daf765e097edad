import type { Span } from '@opentelemetry/api'
import type { HookSubject } from '../hooks/hook-context.ts'
import type { HookName } from '../hooks/hook-names.ts'
import type { Component, StepKind } from '../events/event.ts'
import type { Refusal } from './admission.ts'

/** What a tool is beside being a tool; its tag adds a hook and never replaces `toolCallRequest` or `toolCallResult`. */
export type ToolKind = 'tool' | 'knowledge' | 'memoryStore' | 'memoryContext' | 'agent'

/** Facts only some operations have, handed to handlers as they are. */
export type OperationFacts = Partial<
  Pick<
    HookSubject,
    | 'reasoning'
    | 'role'
    | 'messageId'
    | 'part'
    | 'final'
    | 'trigger'
    | 'query'
    | 'keywords'
    | 'protocol'
    | 'mcpServer'
  >
>

/** How a person's approval of this operation stands with the framework. */
export type ApprovalState =
  /** The framework has no approval of its own: `onApproval` is asked. */
  | 'none'
  /** The framework can ask and resume; an `ask` is handed to it. */
  | 'framework'
  /** The framework reports that a person has approved this call. */
  | 'granted'
  /** The framework reports that a person has refused this call. */
  | 'refused'

/** One thing an agent is about to do, in the terms all frameworks share. */
export interface Operation {
  readonly kind: StepKind
  /** Tool name, model id, or the name of the store. */
  readonly name: string
  readonly value: unknown
  readonly executionId?: string | undefined
  readonly toolKind?: ToolKind | undefined
  readonly component?: Component | undefined
  readonly facts?: OperationFacts | undefined
  /** Says what is wrong with a replacement value, or nothing. */
  readonly validate?: ((value: unknown) => string | undefined | PromiseLike<string | undefined>) | undefined
  /** The same for a replacement of what the operation brought back. */
  readonly validateResult?: Operation['validate']
  /**
   * What it brings back is an answer, which the hook of the operation judges too; `protocol` shows it with the
   * direction turned around.
   */
  readonly answered?: boolean | undefined
  /**
   * Name of the tool whose judged call this very message is: handlers that have judged that are not asked again
   * (AOS, extending MCP).
   */
  readonly coveredBy?: string | undefined
  readonly approval?: ApprovalState | undefined
  /** What forbids it whoever is asked: it is refused by admission, before any handler. */
  readonly refusal?: Refusal | undefined
  /** False where the effect happens outside this process. Default true. */
  readonly enforceable?: boolean | undefined
  /**
   * `own` (default) opens a span at once, `defer` when the operation is executed or closed,
   * `run` puts everything on the span of the run.
   */
  readonly span?: 'own' | 'defer' | 'run' | undefined
  readonly model?: { readonly provider?: string | undefined; readonly requested: string } | undefined
  /** A span somebody else made for this operation; it is annotated and not ended. */
  readonly hostSpan?: Span | undefined
}

/** Which hooks judge an operation before it happens, in order. */
export function requestHooks(operation: Operation): readonly HookName[] {
  switch (operation.kind) {
    case 'agentTrigger':
      return TRIGGER
    case 'message':
      return MESSAGE
    case 'toolCall':
      return operation.toolKind === 'memoryStore' ? TOOL_AND_STORE : TOOL
    case 'memoryStore':
      return STORE
    case 'mcp':
      return MCP
    case 'a2a':
      return A2A
    default:
      return NONE
  }
}

/** Which hooks judge what an operation brought back, in order. */
export function resultHooks(operation: Operation): readonly HookName[] {
  if (operation.kind === 'knowledgeRetrieval') return KNOWLEDGE
  if (operation.kind === 'memoryContextRetrieval') return CONTEXT
  if (operation.answered === true) return requestHooks(operation)
  if (operation.kind !== 'toolCall') return NONE
  if (operation.toolKind === 'knowledge') return RESULT_AND_KNOWLEDGE
  return operation.toolKind === 'memoryContext' ? RESULT_AND_CONTEXT : RESULT
}

const NONE: readonly HookName[] = []
const TRIGGER: readonly HookName[] = ['agentTrigger']
const MESSAGE: readonly HookName[] = ['message']
const TOOL: readonly HookName[] = ['toolCallRequest']
const TOOL_AND_STORE: readonly HookName[] = ['toolCallRequest', 'memoryStore']
const STORE: readonly HookName[] = ['memoryStore']
const MCP: readonly HookName[] = ['mcp']
const A2A: readonly HookName[] = ['a2a']
const RESULT: readonly HookName[] = ['toolCallResult']
const RESULT_AND_KNOWLEDGE: readonly HookName[] = ['toolCallResult', 'knowledgeRetrieval']
const RESULT_AND_CONTEXT: readonly HookName[] = ['toolCallResult', 'memoryContextRetrieval']
const KNOWLEDGE: readonly HookName[] = ['knowledgeRetrieval']
const CONTEXT: readonly HookName[] = ['memoryContextRetrieval']
