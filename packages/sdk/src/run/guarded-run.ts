import { AosDeniedError } from '../errors.ts'
import type { HookSubject, ProtocolMessage, ProtocolPeer } from '../hooks/hook-context.ts'
import { processState } from '../process-state.ts'
import { outgoingLinks } from '../propagation/outgoing-links.ts'
import { boundTool, type AmbientToolOptions } from './bound-tool.ts'
import { inOpenRun } from './boundary.ts'
import { consume, decideNow, finish, guard, type Ticket } from './gate.ts'
import type { Operation, ToolKind } from './operation.ts'
import type { Run } from './run.ts'
import { Step, type ModelFacts } from './step.ts'

/** What starts a run: content, and for an autonomous one the event it comes from. */
export interface TriggerInput {
  readonly type?: 'user' | 'autonomous' | undefined
  readonly event?: unknown
  readonly content: unknown
}

/** A message on its way to the model or to the user. */
export interface MessageInput {
  readonly role: 'user' | 'agent' | 'system'
  readonly content: unknown
  readonly id?: string | undefined
  readonly part?: HookSubject['part']
  readonly final?: boolean | undefined
  readonly validate?: Operation['validate']
}

/** A tool call whose arguments are known. */
export interface ToolCallInput {
  readonly toolName: string
  readonly parameters: unknown
  /** Links request and result; made when absent. */
  readonly executionId?: string | undefined
  readonly kind?: ToolKind | undefined
  readonly reasoning?: string | undefined
  readonly mcpServer?: string | undefined
  readonly validate?: Operation['validate']
}

/** A call of a model. */
export interface ModelInput {
  readonly model: string
  readonly provider?: string | undefined
  readonly messages: unknown
}

/** A protocol message in or out. */
export interface ProtocolInput {
  readonly protocol: 'mcp' | 'a2a'
  readonly direction: 'outbound' | 'inbound'
  readonly method?: string | undefined
  /** Whether it asks (default) or answers. */
  readonly leg?: ProtocolMessage['leg']
  /** The other side. */
  readonly peer?: ProtocolPeer | undefined
  readonly server?: string | undefined
  /** Params of a request or notification, or the result of a response. */
  readonly message: unknown
}

type Effect<V, T> = (value: V) => T | PromiseLike<T>

/** The guarded operations of one run, in the terms all frameworks share. Each denied operation throws `AosDeniedError`. */
export class GuardedRun {
  readonly run: Run

  constructor(run: Run) {
    this.run = run
  }

  get sessionId(): string {
    return this.run.session.id
  }

  get runId(): string {
    return this.run.id
  }

  get signal(): AbortSignal {
    return this.run.signal
  }

  /** Judges what starts the run (`agentTrigger`); a denial ends the run. Gives the content to go on with. */
  async trigger(input: TriggerInput): Promise<unknown> {
    return inOpenRun(this.run, async (run) =>
      run.quiet ? input.content : judgeOrEnd(run, triggerOperation(input)),
    )
  }

  /**
   * Judges a message (`message`) and delivers what it became. A denied user message ends the run; a denied agent
   * message becomes the notice, or ends the run with `onDeny: 'throw'`.
   */
  async message<T = unknown>(input: MessageInput, deliver: Effect<unknown, T>): Promise<T> {
    return inOpenRun(this.run, async (run) => {
      if (run.quiet) return deliver(input.content)
      if (input.role === 'user') return deliver(await userMessage(run, input))
      const ticket = await decideNow(run, messageOperation(input))
      if (ticket.denial === undefined) return deliver(pass(ticket))
      if (run.core.options.onDeny === 'replace' && input.role === 'agent')
        return deliver(noticeOf(run, ticket.denial.reason))
      return endRun(run, new AosDeniedError(ticket.denial))
    })
  }

  /** Admits and records a model call; a refused one ends the run. `report` takes usage and the model that answered. */
  async model<T>(
    input: ModelInput,
    call: (messages: unknown, report: (facts: ModelFacts) => void) => T | PromiseLike<T>,
  ): Promise<T> {
    return inOpenRun(this.run, async (run) => {
      const { model, provider, messages } = input
      if (run.quiet) {
        run.core.components.note('model', model)
        return call(messages, () => undefined)
      }
      const ticket = await decideNow(run, {
        kind: 'modelCall',
        name: model,
        value: messages,
        model: { requested: model, provider },
        component: { id: `model:${model}`, type: 'model', name: model },
      })
      consume(ticket)
      try {
        const output = await run.enter(
          () => call(messages, (facts) => ticket.step.setFacts(facts)),
          ticket.step,
        )
        return (await finish(ticket, output)) as T
      } catch (error) {
        ticket.step.fail(error)
        throw error
      }
    })
  }

  /** Judges a tool call before it executes and its result before it is used. */
  toolCall<T>(input: ToolCallInput, execute: Effect<never, T>): Promise<T> {
    return inOpenRun(this.run, async (run) => {
      if (run.quiet) {
        run.core.components.note('tool', input.toolName)
        return execute(input.parameters as never)
      }
      return guard(run, toolOperation(run, input), (value) => execute(value as never))
    })
  }

  /**
   * Makes a tool of a plain function, of the same type: each call is judged in this run, and in an implicit child of it
   * once it has ended. Throws `invalid_options` for a function without a name.
   */
  tool<A extends readonly [parameters?: unknown], R>(
    execute: (...parameters: A) => R | PromiseLike<R>,
    options?: AmbientToolOptions,
  ): (...parameters: A) => Promise<R> {
    return boundTool(this, execute, options)
  }

  /** Retrieves knowledge and judges the results before they are used (`knowledgeRetrieval`). */
  async knowledge<T>(
    input: { readonly query?: string; readonly keywords?: readonly string[]; readonly source?: string },
    retrieve: () => T | PromiseLike<T>,
  ): Promise<T> {
    return inOpenRun(this.run, async (run) => {
      const { query, keywords, source = 'knowledge' } = input
      if (run.quiet) {
        run.core.components.note('knowledge', source)
        return retrieve()
      }
      const operation: Operation = {
        kind: 'knowledgeRetrieval',
        name: source,
        value: { query, keywords },
        facts: { query, keywords },
        component: { id: `knowledge:${source}`, type: 'knowledge', name: source },
      }
      return guard(run, operation, retrieve)
    })
  }

  /** Judges items before they are stored (`memoryStore`). */
  async memoryStore<T>(
    items: readonly string[],
    store: Effect<readonly string[], T>,
    name = 'memory',
  ): Promise<T> {
    return inOpenRun(this.run, async (run) => {
      if (run.quiet) {
        run.core.components.note('memory', name)
        return store(items)
      }
      const operation: Operation = {
        kind: 'memoryStore',
        name,
        value: items,
        validate: textList,
        component: { id: `memory:${name}`, type: 'memory', name },
      }
      return guard(run, operation, (value) => store(value as readonly string[]))
    })
  }

  /** Loads memory and judges it before it is attached to the context (`memoryContextRetrieval`). */
  async memoryContext<T>(load: () => T | PromiseLike<T>, name = 'memory'): Promise<T> {
    return inOpenRun(this.run, async (run) => {
      if (run.quiet) {
        run.core.components.note('memory', name)
        return load()
      }
      const operation: Operation = {
        kind: 'memoryContextRetrieval',
        name,
        value: undefined,
        component: { id: `memory:${name}`, type: 'memory', name },
      }
      return guard(run, operation, load)
    })
  }

  /** Judges a protocol message before it is sent or processed (`mcp`, `a2a`). */
  async protocol<T>(input: ProtocolInput, forward: Effect<unknown, T>): Promise<T> {
    return inOpenRun(this.run, async (run) => {
      if (run.quiet) return forward(input.message)
      const { protocol: name, direction, method, leg, peer, server, message } = input
      const operation: Operation = {
        kind: name,
        name: method ?? direction,
        value: message,
        facts: {
          protocol: { name, direction, method, ...(leg && { leg }), ...(peer && { peer }) },
          mcpServer: server,
        },
      }
      return guard(run, operation, forward)
    })
  }

  /**
   * What a request to another process carries so that an instrumented agent there continues this trace and lineage:
   * `traceparent`, `tracestate` and `baggage` (W3C), read there with `remoteCaller(headers)`.
   */
  links(): Readonly<Record<string, string>> {
    const { run, step } = processState.ambient.getStore() ?? {}
    return outgoingLinks(this.run, run === this.run && step instanceof Step ? step : undefined)
  }

  /** Notes a reasoning step on the trace. */
  reasoning(thought: string, next: { readonly action: string; readonly tool?: string }): void {
    this.run.reasoned(thought, next.action, next.tool)
  }
}

async function userMessage(run: Run, input: MessageInput): Promise<unknown> {
  const { sessions, epoch } = run.core
  const key = mayBeKnown(run, input) ? sessions.keyOf(run.session.id, run.user?.id, input.content) : undefined
  if (key !== undefined && sessions.has(key, epoch)) return input.content
  const ticket = await decideNow(run, messageOperation(input))
  if (ticket.denial !== undefined) return endRun(run, new AosDeniedError(ticket.denial))
  const content = pass(ticket)
  if (key !== undefined && ticket.clean) sessions.add(key, epoch)
  return content
}

// what outer handlers have judged belongs to their own agent, not to this one
function mayBeKnown(run: Run, input: MessageInput): input is MessageInput & { readonly content: string } {
  return (
    typeof input.content === 'string' &&
    !run.session.generated &&
    run.hears('message') &&
    run.parent?.hears('message') !== true
  )
}

async function judgeOrEnd(run: Run, operation: Operation): Promise<unknown> {
  const ticket = await decideNow(run, operation)
  if (ticket.denial !== undefined) return endRun(run, new AosDeniedError(ticket.denial))
  return pass(ticket)
}

function pass(ticket: Ticket): unknown {
  consume(ticket)
  ticket.step.end('ok')
  return ticket.value
}

function endRun(run: Run, error: AosDeniedError): never {
  run.abort(error)
  throw error
}

function triggerOperation({ type = 'user', event, content }: TriggerInput): Operation {
  return {
    kind: 'agentTrigger',
    name: type,
    value: content,
    facts: { trigger: { type, event } },
    span: 'run',
    validate: sameType(content),
  }
}

/** Text that takes the place of a denied message. */
export function noticeOf(run: Run, reason: string): string {
  return run.core.options.notice.replaceAll('{reason}', () => reason)
}

/** The operation that a message stands for. */
export function messageOperation(input: MessageInput): Operation {
  const { role, content, id, part = 'text', final, validate = sameType(content) } = input
  return {
    kind: 'message',
    name: role,
    value: content,
    facts: { role, messageId: id, part, final },
    span: 'run',
    validate,
  }
}

/** The operation that a tool call stands for. */
export function toolOperation(run: Run, input: ToolCallInput): Operation {
  const {
    toolName,
    parameters,
    executionId = run.core.newId(run.core.now()),
    kind,
    reasoning,
    mcpServer,
    validate,
  } = input
  return {
    kind: 'toolCall',
    name: toolName,
    value: parameters,
    executionId,
    toolKind: kind ?? ownKind(run, toolName),
    facts: { reasoning, mcpServer },
    validate,
    component: { id: `tool:${toolName}`, type: 'tool', name: toolName },
  }
}

// a model names tools as it likes, also like members that every object has
function ownKind(run: Run, toolName: string): ToolKind | undefined {
  const { toolKinds } = run.core.options
  return Object.hasOwn(toolKinds, toolName) ? toolKinds[toolName] : undefined
}

function sameType(content: unknown): Operation['validate'] {
  return (value) =>
    typeof value === typeof content ? undefined : `a message's content stays a ${typeof content}`
}

function textList(value: unknown): string | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? undefined
    : 'memory is a list of texts'
}
