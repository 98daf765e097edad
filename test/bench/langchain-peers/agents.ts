import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import { context, SpanKind, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { createAgent, tool, type ReactAgent } from 'langchain'
import { z } from 'zod'

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

/** Where spans go: batched, to an exporter that counts them and does nothing else. */
export interface Tracing {
  readonly provider: BasicTracerProvider
  readonly flush: () => Promise<void>
  /** How much has arrived. */
  readonly exported: () => number
}

/** Somewhere for spans to go. */
export function tracing(): Tracing {
  let exported = 0
  const exporter = {
    export(spans: ReadableSpan[], done: (result: { code: number }) => void) {
      exported += spans.length
      done({ code: 0 })
    },
    shutdown: async () => undefined,
  }
  const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 100_000, scheduledDelayMillis: 50 })
  return {
    provider: new BasicTracerProvider({ spanProcessors: [processor] }),
    flush: () => processor.forceFlush(),
    exported: () => exported,
  }
}

type Wrap = <T>(name: string, kind: SpanKind, work: () => Promise<T>) => Promise<T>

const bare: Wrap = (_name, _kind, work) => work()

/** A model that answers at once: so many tool calls, one by one, then a text. */
class InstantModel extends BaseChatModel {
  #calls = 0
  readonly #steps: number
  readonly #wrap: Wrap

  constructor(steps: number, wrap: Wrap) {
    super({})
    this.#steps = steps
    this.#wrap = wrap
  }

  override _llmType(): string {
    return 'instant'
  }

  override getLsParams(): ReturnType<BaseChatModel['getLsParams']> {
    return { ls_provider: 'bench', ls_model_name: 'instant', ls_model_type: 'chat' }
  }

  override bindTools(
    tools: unknown[],
    kwargs: object = {},
  ): ReturnType<NonNullable<BaseChatModel['bindTools']>> {
    return this.withConfig({ tools, ...kwargs } as never)
  }

  override _generate(_messages: BaseMessage[]): Promise<ChatResult> {
    return this.#wrap('chat instant', SpanKind.CLIENT, async () => this.#answer())
  }

  #answer(): ChatResult {
    const last = this.#calls++ % (this.#steps + 1) === this.#steps
    const call = {
      type: 'tool_call' as const,
      id: `call-${this.#calls}`,
      name: 'search',
      args: { query: 'recent papers on safety' },
    }
    const message = new AIMessage({
      content: last ? 'That is all there is to say about it.' : '',
      tool_calls: last ? [] : [call],
      usage_metadata: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
      response_metadata: { model_name: 'instant', finish_reason: last ? 'stop' : 'tool_calls' },
    } as never)
    return { generations: [{ text: message.text, message }] }
  }
}

/** The agent that is measured: one model, one tool. */
export function plainAgent(steps: number, wrap: Wrap = bare): ReactAgent {
  const search = tool(
    () => wrap('execute_tool search', SpanKind.INTERNAL, async () => 'three papers were found'),
    { name: 'search', description: 'Finds papers', schema: z.object({ query: z.string() }) },
  )
  const agent = createAgent({ name: 'researcher', model: new InstantModel(steps, wrap), tools: [search] })
  return agent as unknown as ReactAgent
}

/** What an agent is asked. */
export function question(): { messages: { role: 'user'; content: string }[] } {
  return { messages: [{ role: 'user', content: 'Find recent papers' }] }
}

/** One turn of the agent with the same spans as ours, written by hand at the same seams. */
export function handWrittenTurn(steps: number, tracer: Tracer): () => Promise<unknown> {
  const wrap: Wrap = (name, kind, work) =>
    tracer.startActiveSpan(
      name,
      { kind, attributes: { 'gen_ai.operation.name': name.split(' ')[0] ?? name } },
      async (span) => {
        try {
          const result = await work()
          span.setAttribute('gen_ai.output.messages', JSON.stringify(result).slice(0, 500))
          return result
        } finally {
          span.end()
        }
      },
    )
  const agent = plainAgent(steps, wrap)
  return () => wrap('invoke_agent researcher', SpanKind.INTERNAL, async () => agent.invoke(question()))
}
