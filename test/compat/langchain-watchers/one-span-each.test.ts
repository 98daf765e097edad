import { LangChainInstrumentation as OpenInference } from '@arizeai/openinference-instrumentation-langchain'
import { AOSInstrument } from '@aos/sdk'
import { text, toolCall } from '@aos/sdk/testing'
import { OpenTelemetryTracer } from '@aos/trace'
import * as callbackManagerModule from '@langchain/core/callbacks/manager'
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
import * as chatModels from '@langchain/core/language_models/chat_models'
import * as messages from '@langchain/core/messages'
import * as outputs from '@langchain/core/outputs'
import { CallbackHandler } from '@langfuse/langchain'
import { setLangfuseTracerProvider, startActiveObservation } from '@langfuse/tracing'
import { LangChainInstrumentation as Traceloop } from '@traceloop/instrumentation-langchain'
import { createAgent, tool } from 'langchain'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { scriptedChatModel } from '../../support/langchain/scripted-model.ts'
import { startOtlpReceiver } from '../../support/otlp-receiver.ts'

// three others listen to the callbacks of LangChain beside us, on one provider

const openInference = new OpenInference()
const traceloop = new Traceloop()
openInference.manuallyInstrument({ ...callbackManagerModule })
traceloop.manuallyInstrument({ callbackManagerModule })
afterAll(() => {
  openInference.disable()
  traceloop.disable()
  setLangfuseTracerProvider(null)
})

test.each(['leave-out', 'keep'] as const)('repeated spans: %s', async (repeatedSpans) => {
  await using collector = await startOtlpReceiver()
  const tracer = new OpenTelemetryTracer({ endpoint: collector.endpoint, spool: false, repeatedSpans })
  openInference.setTracerProvider(tracer.provider)
  traceloop.setTracerProvider(tracer.provider)
  setLangfuseTracerProvider(tracer.provider)
  const search = tool(
    ({ query }: { query: string }) =>
      startActiveObservation('by hand', () => tracer.startActiveSpan('read index', () => `found ${query}`)),
    { name: 'search', description: 'searches', schema: z.object({ query: z.string() }) },
  )
  const model = scriptedChatModel({ chatModels, messages, outputs } as never, {
    steps: [[toolCall('search', { query: 'a' })], [text('done')]],
  })
  const plain = (): ReturnType<typeof createAgent> =>
    createAgent({ model, tools: [search], name: 'researcher' } as never)
  const question = { messages: [{ role: 'user', content: 'go' }] }
  const config = { callbacks: [new CallbackHandler()] }
  const agent = tracer.instrument(new AOSInstrument(plain()))
  await agent.invoke(question as never, config as never)
  await awaitAllCallbacks()
  await tracer.forceFlush()
  const named = (pattern: RegExp): readonly string[] =>
    collector.spans.filter(({ name }) => pattern.test(name)).map(({ scope }) => scope.name)

  const spans = collector.spans.map(({ spanId }) => spanId)
  const orphans = collector.spans.filter(({ parentSpanId: id }) => id !== undefined && !spans.includes(id))
  expect(orphans).toEqual([])
  // what the tool's own code makes stays, in the trace
  expect(named(/^by hand$|^read index$/)).toHaveLength(2)
  expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1)
  if (repeatedSpans === 'leave-out') {
    expect(collector.spans.map(({ name }) => name).toSorted()).toEqual([
      'by hand',
      'chat scripted-model',
      'chat scripted-model',
      'execute_tool search',
      'invoke_agent researcher',
      'read index',
    ])
    expect(tracer.provider.repeated).toBeGreaterThan(10)
  } else {
    expect(tracer.provider.repeated).toBe(0)
    expect(new Set(collector.spans.map(({ scope }) => scope.name))).toEqual(
      new Set([
        '@aos/sdk',
        '@arizeai/openinference-instrumentation-langchain',
        '@traceloop/instrumentation-langchain',
        'langfuse-sdk',
        '@aos/trace',
      ]),
    )
  }
  await tracer.shutdown()
})
