// An agent of LangChain that three other instrumentations watch beside us, on one provider: argv[2] is the collector, argv[3] what is done with spans that repeat ours.
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
import { z } from 'zod'
import { scriptedChatModel } from '../../support/langchain/scripted-model.ts'

const [, , endpoint = '', repeatedSpans] = process.argv
const tracer = new OpenTelemetryTracer({
  endpoint,
  spool: false,
  repeatedSpans: repeatedSpans === 'keep' ? 'keep' : 'leave-out',
})
const openInference = new OpenInference({ tracerProvider: tracer.provider })
openInference.manuallyInstrument({ ...callbackManagerModule })
const traceloop = new Traceloop()
traceloop.setTracerProvider(tracer.provider)
traceloop.manuallyInstrument({ callbackManagerModule })
setLangfuseTracerProvider(tracer.provider)

const search = tool(
  ({ query }: { query: string }) =>
    startActiveObservation('by hand', () => tracer.startActiveSpan('read index', () => `found ${query}`)),
  { name: 'search', description: 'searches', schema: z.object({ query: z.string() }) },
)
const model = scriptedChatModel({ chatModels, messages, outputs } as never, {
  steps: [[toolCall('search', { query: 'a' })], [text('done')]],
})
const agent = tracer.instrument(
  new AOSInstrument(createAgent({ model, tools: [search], name: 'researcher' } as never)),
)
const question = { messages: [{ role: 'user', content: 'go' }] }
await agent.invoke(question as never, { callbacks: [new CallbackHandler()] } as never)
await awaitAllCallbacks()
await tracer.shutdown()
process.stdout.write(String(tracer.provider.repeated))
