import { AosDeniedError, isDenied } from '@aos/sdk'
import {
  consume,
  decide,
  finish,
  finishFailed,
  GuardedRun,
  runTurn,
  ticketHolds,
  toolOperation,
  type Adapter,
  type AdapterHost,
  type RunCall,
  type Ticket,
} from '@aos/sdk/adapter'
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { HumanMessage, ToolMessage, type AIMessage, type BaseMessage } from '@langchain/core/messages'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { createMiddleware } from 'langchain'
import { GuardedChatModel, rewritten } from './guarded-chat-model.ts'

interface AgentShape {
  readonly options: {
    readonly tools?: readonly StructuredToolInterface[]
    readonly middleware?: readonly object[]
  }
  readonly graph: object
  invoke(state: object, config?: object): Promise<{ messages: BaseMessage[] }>
  stream(state: object, config?: object): Promise<AsyncIterable<unknown>>
}

interface State {
  readonly messages: readonly (BaseMessage | { readonly role: string; readonly content: string })[]
}

/** A first LangChain adapter on the public adapter kit: proves the core, and is not the adapter users get. */
export const langchainSpike: Adapter = {
  name: 'LangChain createAgent (spike)',
  recognises: (agent) =>
    ['options', 'graph', 'invoke', 'stream'].every((key) => key in agent) &&
    typeof Reflect.get(agent, 'invoke') === 'function',
  describe: (agent) => ({
    framework: 'langchain',
    name: 'agent',
    components: ((agent as AgentShape).options.tools ?? []).map(({ name }) => ({
      id: `tool:${name}`,
      type: 'tool',
      name,
    })),
    coverage: [{ component: 'agent', enforcement: 'bound' }],
  }),
  bind: (target, host) => {
    const agent = target as AgentShape
    return {
      members: {
        invoke: (state: State, config?: object) => invoke(agent, host, { state, config }),
        stream: (state: State, config?: object) => stream(agent, host, { state, config }),
      },
      run: (input, { signal: _signal, ...call }) =>
        invoke(agent, host, { state: { messages: [new HumanMessage(String(input))] }, config: {}, call }),
    }
  },
}

interface Call {
  readonly state: State
  readonly config?: object | undefined
  readonly call?: RunCall | undefined
}

async function invoke(agent: AgentShape, host: AdapterHost, { state, config, call }: Call): Promise<unknown> {
  const run = host.startRun(call)
  const guard = new AgentGuard(agent, new GuardedRun(run))
  return runTurn(run, async () => guard.rebuilt().invoke(await guard.judgeInput(state), config))
}

async function stream(
  agent: AgentShape,
  host: AdapterHost,
  { state, config, call }: Call,
): Promise<AsyncIterable<unknown>> {
  const run = host.startRun(call)
  const guard = new AgentGuard(agent, new GuardedRun(run))
  const chunks = run.enter(async () => guard.rebuilt().stream(await guard.judgeInput(state), config))
  return readWithin(run, chunks)
}

// the run ends when its chunks do, and rejects with the very error that ended it
async function* readWithin(
  run: ReturnType<AdapterHost['startRun']>,
  chunks: Promise<AsyncIterable<unknown>>,
): AsyncGenerator<unknown> {
  try {
    const iterator = (await chunks)[Symbol.asyncIterator]()
    for (;;) {
      const next = await run.enter(() => iterator.next())
      run.throwIfFatal()
      if (next.done === true) break
      yield next.value
    }
    run.end('completed')
  } catch (thrown) {
    const error: unknown = run.fatal === undefined ? thrown : run.fatal.error
    run.end('failed', error)
    throw error
  } finally {
    run.end('cancelled')
  }
}

/** One call of an agent: its tools and model bound to the run. */
class AgentGuard {
  readonly #agent: AgentShape
  readonly #aos: GuardedRun
  readonly #tickets = new Map<string, Ticket>()

  constructor(agent: AgentShape, aos: GuardedRun) {
    this.#agent = agent
    this.#aos = aos
  }

  async judgeInput(state: State): Promise<object> {
    const last = state.messages.at(-1)
    const content = typeof last?.content === 'string' ? last.content : ''
    const triggered = await this.#aos.trigger({ content })
    const text = await this.#aos.message<unknown>({ role: 'user', content: triggered }, (decided) => decided)
    return { ...state, messages: [...state.messages.slice(0, -1), new HumanMessage(String(text))] }
  }

  rebuilt(): AgentShape {
    const { options } = this.#agent
    const judge = { aos: this.#aos, judgeCalls: (answer: AIMessage) => this.#judgeCalls(answer) }
    const guarded = createMiddleware({
      name: 'aos',
      wrapModelCall: async (request, handler) => {
        this.#aos.run.throwIfFatal()
        return handler({ ...request, model: new GuardedChatModel(request.model as BaseChatModel, judge) })
      },
    })
    const middleware = [...(options.middleware ?? []), guarded]
    const Agent = this.#agent.constructor as new (options: object) => AgentShape
    return new Agent({
      ...options,
      tools: (options.tools ?? []).map((tool) => this.#gated(tool)),
      middleware,
    })
  }

  async #judgeCalls(answer: AIMessage): Promise<AIMessage> {
    const calls = await Promise.all(
      (answer.tool_calls ?? []).map(async (call) => {
        const ticket = await this.#decide(call.name, call.id ?? '', call.args)
        return ticket.modified ? { ...call, args: ticket.value as Record<string, unknown> } : call
      }),
    )
    return rewritten(answer, { tool_calls: calls })
  }

  async #decide(toolName: string, executionId: string, parameters: unknown): Promise<Ticket> {
    const tool = this.#agent.options.tools?.find(({ name }) => name === toolName)
    const ticket = await decide(
      this.#aos.run,
      toolOperation(this.#aos.run, {
        toolName,
        executionId,
        parameters,
        validate: (value) => problemOf(tool, value),
      }),
    )
    this.#tickets.set(executionId, ticket)
    return ticket
  }

  // tools are told apart by their prototype, so the gated one is derived from the user's
  #gated(tool: StructuredToolInterface): StructuredToolInterface {
    const gated = Object.create(tool) as StructuredToolInterface
    const invokeTool = (input: unknown, config?: object): Promise<unknown> =>
      this.#execute(tool, input, config)
    Object.defineProperty(gated, 'invoke', { value: invokeTool })
    return gated
  }

  async #execute(
    tool: StructuredToolInterface,
    input: unknown,
    config: object | undefined,
  ): Promise<unknown> {
    const { id = '', args } = input as { id?: string; args: unknown }
    const { run } = this.#aos
    try {
      const known = this.#tickets.get(id)
      const ticket =
        known !== undefined && (known.denial !== undefined || ticketHolds(known, run, args))
          ? known
          : await this.#decide(tool.name, id, args)
      consume(ticket)
      try {
        const call = { ...(input as object), args: ticket.value }
        const message = (await run.enter(
          () => tool.invoke(call as never, config),
          ticket.step,
        )) as ToolMessage
        const content = await finish(ticket, message.content)
        return content === message.content
          ? message
          : new ToolMessage({ content: String(content), tool_call_id: id, name: tool.name })
      } catch (error) {
        throw ticket.step.ended ? error : await finishFailed(ticket, error)
      }
    } catch (error) {
      // thrown inside a tool it would be swallowed or retried: a denial is told, and a fatal error waits at the boundary
      if (!isDenied(error) && run.fatal === undefined) throw error
      const reason = error instanceof AosDeniedError ? error.message : 'the run was ended'
      return new ToolMessage({ content: reason, tool_call_id: id, name: tool.name, status: 'error' })
    }
  }
}

function problemOf(tool: StructuredToolInterface | undefined, value: unknown): string | undefined {
  const schema: unknown = tool?.schema
  const safeParse: unknown =
    typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'safeParse') : undefined
  if (typeof safeParse !== 'function') return undefined
  const result = Reflect.apply(safeParse, schema, [value]) as { success: boolean; error?: Error }
  return result.success ? undefined : (result.error?.message ?? 'invalid')
}
