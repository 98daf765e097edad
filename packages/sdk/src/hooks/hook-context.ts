import { AosError } from '../errors.ts'
import type { HookName } from './hook-names.ts'
import type { JournalSheet } from './journal-sheet.ts'
import { copyForHandler, judgedValue } from './judged-value.ts'

/** Who acts. */
export interface AgentInfo {
  readonly id: string
  readonly name: string
  readonly version?: string | undefined
  readonly provider?: string | undefined
}

/** For whom the agent acts. */
export interface UserInfo {
  readonly id: string
  readonly name?: string | undefined
  readonly email?: string | undefined
}

/** The conversation a run belongs to; `generated` when nobody named it. */
export interface SessionInfo {
  readonly id: string
  readonly generated: boolean
}

/** The other side of a protocol message, as far as it has said who it is. */
export interface ProtocolPeer {
  readonly name?: string | undefined
  readonly version?: string | undefined
  readonly url?: string | undefined
}

/** A message of MCP or A2A on its way (AOS, extending MCP and A2A). */
export interface ProtocolMessage {
  readonly name: 'mcp' | 'a2a'
  readonly direction: 'outbound' | 'inbound'
  /** Method of the message; of an answer, the method it answers. */
  readonly method?: string | undefined
  /** Whether it asks or answers; a notification asks. */
  readonly leg?: 'request' | 'response' | undefined
  /** Id of the message in its own protocol. */
  readonly id?: string | number | undefined
  /** Version of the protocol, where it is known. */
  readonly version?: string | undefined
  /** What it is about: name of the tool or prompt, uri of the resource, id of the task. */
  readonly target?: string | undefined
  /** The other side: MCP server or client, A2A agent. */
  readonly peer?: ProtocolPeer | undefined
}

/** The facts of the operation under judgement, the same for each handler and pass. */
export interface HookSubject {
  readonly hook: HookName
  readonly decisionId: string
  readonly stepId: string
  readonly turnId: string
  readonly runId: string
  /** The run this one is inside of: another agent called this one. */
  readonly parentRunId?: string | undefined
  readonly agent: AgentInfo
  readonly session: SessionInfo
  readonly user?: UserInfo | undefined
  readonly trace?: { readonly traceId: string; readonly spanId: string } | undefined
  readonly executionId?: string | undefined
  readonly toolName?: string | undefined
  readonly toolKind?: string | undefined
  readonly mcpServer?: string | undefined
  readonly reasoning?: string | undefined
  /** False where the effect happens outside this process and a deny can only end the run. */
  readonly enforceable: boolean
  readonly role?: 'user' | 'agent' | 'system' | undefined
  readonly messageId?: string | undefined
  readonly part?: 'text' | 'reasoning' | 'object' | 'notice' | undefined
  readonly final?: boolean | undefined
  readonly trigger?: { readonly type: 'user' | 'autonomous'; readonly event?: unknown } | undefined
  readonly query?: string | undefined
  readonly keywords?: readonly string[] | undefined
  readonly isError?: boolean | undefined
  readonly protocol?: ProtocolMessage | undefined
  /** Name of the tool whose judged call this very message is; handlers that have judged that are not asked again. */
  readonly coveredBy?: string | undefined
}

const VALUE_NAMES: Readonly<Record<string, readonly HookName[]>> = {
  parameters: ['toolCallRequest', 'mcp', 'a2a'],
  result: ['toolCallResult', 'mcp', 'a2a'],
  results: ['knowledgeRetrieval'],
  memory: ['memoryStore', 'memoryContextRetrieval'],
  content: ['message', 'agentTrigger'],
}

/** How one look at a value goes: whose copy it is, which pass, and whom to tell of writes after the seal. */
export interface HookLook {
  readonly value: unknown
  readonly pass: 'first' | 'recheck'
  readonly onLateWrite: () => void
  readonly sheet?: JournalSheet | undefined
}

/**
 * What a handler is given: the facts of the operation and a copy of the value it judges. Assigning the value
 * (`context.parameters = …`) or changing it in place is a modify. Sealed once the handler has settled.
 */
export class HookContext {
  readonly #subject: HookSubject
  readonly #look: HookLook
  #value: unknown
  #sealed = false
  #controller: AbortController | undefined
  #keywords: readonly string[] | undefined
  #trigger: JudgedTrigger | undefined

  constructor(subject: HookSubject, look: HookLook) {
    this.#subject = subject
    this.#look = look
    this.#value = look.value
  }

  get hook(): HookName {
    return this.#subject.hook
  }
  /** `recheck` when a later handler changed the value after this one judged it; the `decisionId` stays the same. */
  get pass(): 'first' | 'recheck' {
    return this.#look.pass
  }
  get decisionId(): string {
    return this.#subject.decisionId
  }
  get stepId(): string {
    return this.#subject.stepId
  }
  get turnId(): string {
    return this.#subject.turnId
  }
  get runId(): string {
    return this.#subject.runId
  }
  /** The run this one is inside of; its user messages are what another agent wrote. */
  get parentRunId(): string | undefined {
    return this.#subject.parentRunId
  }
  get executionId(): string | undefined {
    return this.#subject.executionId
  }
  get agent(): AgentInfo {
    return Object.freeze(this.#subject.agent)
  }
  get session(): SessionInfo {
    return this.#subject.session
  }
  get sessionId(): string {
    return this.#subject.session.id
  }
  get user(): UserInfo | undefined {
    return this.#subject.user
  }
  get trace(): HookSubject['trace'] {
    return Object.freeze(this.#subject.trace)
  }
  get toolName(): string {
    return this.#subject.toolName ?? ''
  }
  get toolId(): string {
    return this.#subject.toolName ?? ''
  }
  get toolKind(): string | undefined {
    return this.#subject.toolKind
  }
  get mcpServer(): string | undefined {
    return this.#subject.mcpServer
  }
  get reasoning(): string | undefined {
    return this.#subject.reasoning
  }
  get enforceable(): boolean {
    return this.#subject.enforceable
  }
  get role(): HookSubject['role'] {
    return this.#subject.role
  }
  get part(): HookSubject['part'] {
    return this.#subject.part
  }
  get final(): boolean | undefined {
    return this.#subject.final
  }
  get query(): string | undefined {
    return this.#subject.query
  }
  get keywords(): readonly string[] | undefined {
    return (this.#keywords ??= copyOf(this.#subject.keywords))
  }
  get isError(): boolean | undefined {
    return this.#subject.isError
  }
  get protocol(): HookSubject['protocol'] {
    return Object.freeze(this.#subject.protocol)
  }
  /**
   * Name of the tool whose judged call this very message of MCP is. Whoever has judged the call is not asked about the
   * message, so that only handlers without a say on the call see this.
   */
  get coveredBy(): string | undefined {
    return this.#subject.coveredBy
  }
  /** Aborted when the handler's deadline has passed. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  /**
   * Where a handler with a state of its own keeps it for the decision journal, before it uses it:
   * `context.journal?.keep('calls', { save: () => calls, restore: (state) => { calls = state } })`. Absent without a journal.
   */
  get journal(): JournalSheet | undefined {
    return this.#look.sheet
  }

  /** The value this hook judges, whatever its kind. */
  get value(): unknown {
    return this.#value
  }
  set value(value: unknown) {
    if (this.#sealed) this.#look.onLateWrite()
    else this.#value = value
  }

  /** Arguments of the tool call (`toolCallRequest`), params or answer of the protocol message (`mcp`, `a2a`). */
  get parameters(): Record<string, unknown> {
    return this.#named('parameters') as Record<string, unknown>
  }
  set parameters(value: unknown) {
    this.#assign('parameters', value)
  }
  /** Result of the tool call, before the model sees it. */
  get result(): unknown {
    return this.#named('result')
  }
  set result(value: unknown) {
    this.#assign('result', value)
  }
  /** What a retrieval found: `{ id, content, … }[]`. */
  get results(): unknown {
    return this.#named('results')
  }
  set results(value: unknown) {
    this.#assign('results', value)
  }
  /** Memory items, as text. */
  get memory(): unknown {
    return this.#named('memory')
  }
  set memory(value: unknown) {
    this.#assign('memory', value)
  }
  /** Text of the message or trigger. */
  get content(): unknown {
    return this.#named('content')
  }
  set content(value: unknown) {
    this.#assign('content', value)
  }
  /** The message under judgement (`message`); its `content` is the context's value. */
  get message(): { readonly id: string; readonly role: string; content: unknown } | undefined {
    return this.hook === 'message' ? new JudgedMessage(this, this.#subject) : undefined
  }
  /** The trigger under judgement (`agentTrigger`); its `content` is the context's value. */
  get trigger(): { readonly type: string; readonly event: unknown; content: unknown } | undefined {
    const { trigger } = this.#subject
    if (trigger !== undefined) this.#trigger ??= new JudgedTrigger(this, trigger)
    return this.#trigger
  }

  /** Ends the handler's say; the engine calls it once the handler has settled or timed out. */
  static seal(context: HookContext): void {
    context.#sealed = true
  }

  /** Ends the say of a handler whose deadline has passed, and tells it through its signal. */
  static timeOut(context: HookContext): void {
    context.#sealed = true
    context.#controller ??= new AbortController()
    context.#controller.abort(new Error('the handler deadline has passed'))
  }

  #named(name: string): unknown {
    return VALUE_NAMES[name]?.includes(this.hook) === true ? this.#value : undefined
  }

  #assign(name: string, value: unknown): void {
    if (VALUE_NAMES[name]?.includes(this.hook) === true) {
      this.value = value
      return
    }
    throw new AosError({
      code: 'invalid_handler',
      message: `context.${name} cannot be assigned in a ${this.hook} handler`,
      why: `${this.hook} does not judge ${name}, so the change would be lost.`,
      fix: 'Assign context.value, or the member the hook judges.',
    })
  }
}

class JudgedMessage {
  readonly #context: HookContext
  readonly id: string
  readonly role: string

  constructor(context: HookContext, subject: HookSubject) {
    this.#context = context
    this.id = subject.messageId ?? subject.stepId
    this.role = subject.role ?? 'agent'
  }
  get content(): unknown {
    return this.#context.value
  }
  set content(content: unknown) {
    this.#context.value = content
  }
}

class JudgedTrigger {
  readonly #context: HookContext
  readonly type: string
  readonly event: unknown

  constructor(context: HookContext, trigger: { readonly type: string; readonly event?: unknown }) {
    this.#context = context
    this.type = trigger.type
    this.event = copyOf(trigger.event)
  }
  get content(): unknown {
    return this.#context.value
  }
  set content(content: unknown) {
    this.#context.value = content
  }
}

// what the caller owns is neither frozen nor handed on
function copyOf<T>(given: T): T {
  return given === undefined ? given : (copyForHandler(judgedValue(given)) as T)
}
