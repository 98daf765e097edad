import { OpenTelemetry } from '@ai-sdk/otel'
import { allow, AOSInstrument } from '@aos/sdk'
import { context, SpanKind, type Tracer, type TracerProvider } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { stepCountIs, tool, ToolLoopAgent, type LanguageModel, type Tool } from 'ai'
import { z } from 'zod'

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

/** A tracer whose spans are batched and handed to an exporter that takes them and does nothing. */
export function tracing(): {
  readonly provider: BasicTracerProvider
  readonly processor: BatchSpanProcessor
} {
  const exporter = {
    export: (_spans: ReadableSpan[], done: (result: { code: number }) => void) => done({ code: 0 }),
    shutdown: async () => undefined,
  }
  const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 100_000, scheduledDelayMillis: 50 })
  return { provider: new BasicTracerProvider({ spanProcessors: [processor] }), processor }
}

const usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
}

interface Answer {
  readonly content: readonly Record<string, unknown>[]
  readonly finishReason: { readonly unified: string; readonly raw: undefined }
}

/** What is said in a turn. */
export interface Content {
  readonly query: () => string
  readonly found: () => unknown
}

const SMALL: Content = {
  query: () => 'recent papers on safety',
  found: () => 'three papers were found',
}

/** A model that answers at once: so many tool calls, one by one, then a text. */
function instantModel(steps: number, { query }: Content = SMALL): LanguageModel {
  let calls = 0
  const answer = (): Answer => {
    const at = calls++ % (steps + 1)
    if (at === steps)
      return {
        content: [{ type: 'text', text: 'That is all there is to say about it.' }],
        finishReason: { unified: 'stop', raw: undefined },
      }
    const call = {
      type: 'tool-call',
      toolCallId: `call-${calls}`,
      toolName: 'search',
      input: JSON.stringify({ query: query() }),
    }
    return { content: [call], finishReason: { unified: 'tool-calls', raw: undefined } }
  }
  const model = {
    specificationVersion: 'v4',
    provider: 'bench',
    modelId: 'instant',
    supportedUrls: {},
    doGenerate: async () => ({ ...answer(), usage, warnings: [] }),
    doStream: async () => ({ stream: streamOf(answer()) }),
  }
  return model as unknown as LanguageModel
}

function streamOf({ content, finishReason }: Answer): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'stream-start', warnings: [] })
      for (const part of content) {
        if (part['type'] !== 'text') {
          controller.enqueue(part)
          continue
        }
        controller.enqueue({ type: 'text-start', id: '0' })
        for (const word of String(part['text']).split(' '))
          controller.enqueue({ type: 'text-delta', id: '0', delta: `${word} ` })
        controller.enqueue({ type: 'text-end', id: '0' })
      }
      controller.enqueue({ type: 'finish', finishReason, usage })
      controller.close()
    },
  })
}

type Tools = { search: Tool<{ query: string }, unknown> }

type Agent = ToolLoopAgent<never, Tools>

function toolSet(execute: (query: string) => Promise<unknown>): Tools {
  return {
    search: tool({ inputSchema: z.object({ query: z.string() }), execute: ({ query }) => execute(query) }),
  }
}

/** The agent as it is; with telemetry switched off unless an integration is given. */
export function plainAgent(
  steps: number,
  {
    integration,
    content = SMALL,
  }: { readonly integration?: OpenTelemetry; readonly content?: Content | undefined } = {},
): Agent {
  const telemetry =
    integration === undefined ? { isEnabled: false } : { isEnabled: true, integrations: [integration] }
  return new ToolLoopAgent({
    model: instantModel(steps, content),
    tools: toolSet(async () => content.found()),
    stopWhen: stepCountIs(steps + 1),
    telemetry,
  })
}

/** The agent under @ai-sdk/otel. */
export function otelAgent(steps: number, tracer: Tracer, content: Content = SMALL): Agent {
  return plainAgent(steps, { integration: new OpenTelemetry({ tracer }), content })
}

/** The agent with the same spans as ours, written by hand at the same seams. */
export function handWrittenAgent(steps: number, tracer: Tracer): Agent {
  const inSpan = <T>(name: string, kind: SpanKind, work: () => Promise<T>): Promise<T> =>
    tracer.startActiveSpan(
      name,
      { kind, attributes: { 'gen_ai.operation.name': name.split(' ')[0] } },
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
  const model = instantModel(steps) as unknown as {
    doGenerate(options: unknown): Promise<unknown>
    doStream(options: unknown): Promise<unknown>
  }
  const traced = {
    ...model,
    doGenerate: (options: unknown) =>
      inSpan('chat instant', SpanKind.CLIENT, () => model.doGenerate(options)),
    doStream: (options: unknown) => inSpan('chat instant', SpanKind.CLIENT, () => model.doStream(options)),
  }
  const tools = toolSet(() => inSpan('execute_tool search', SpanKind.INTERNAL, async () => SMALL.found()))
  const agent = new ToolLoopAgent({
    model: traced as unknown as LanguageModel,
    tools,
    telemetry: { isEnabled: false },
  })
  const generate = agent.generate.bind(agent)
  agent.generate = ((options: never) =>
    inSpan('invoke_agent agent', SpanKind.INTERNAL, () => generate(options))) as typeof agent.generate
  const stream = agent.stream.bind(agent)
  agent.stream = ((options: never) =>
    inSpan('invoke_agent agent', SpanKind.INTERNAL, () => stream(options))) as typeof agent.stream
  return agent
}

/** How our instrument watches. */
export interface OurOptions {
  readonly provider?: TracerProvider
  readonly hooks: boolean
  readonly capture?: 'preview' | 'full'
  readonly content?: Content | undefined
}

/** The agent under our instrument. */
export function ourAgent(
  steps: number,
  { provider, hooks, capture = 'preview', content = SMALL }: OurOptions,
): Agent {
  const agent = new AOSInstrument(plainAgent(steps, { content }), {
    capture,
    ...(provider === undefined ? {} : { tracerProvider: provider }),
  })
  if (!hooks) return agent
  agent.registerHook('toolCallRequest', async () => allow())
  agent.registerHook('message', async () => allow())
  return agent
}

export type { Agent }
