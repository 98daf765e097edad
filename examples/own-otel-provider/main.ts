// An application with OpenTelemetry of its own: the agent's spans go through it, and nothing of @aos/trace is needed.
import assert from 'node:assert/strict'
import { AOSInstrument, deny } from '@aos/sdk'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { ToolLoopAgent, tool } from 'ai'
import { z } from 'zod'
import { startOtlpReceiver } from '../../test/support/otlp-receiver.ts'

await using collector = await startOtlpReceiver()
const exporter = new OTLPTraceExporter({ url: `${collector.endpoint}/v1/traces` })
const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
provider.register()

const model = scriptedModel({
  steps: [toolCall('lookup', { key: 'a' }), toolCall('lookup', { key: 'forbidden' }), 'Done.'],
})
const lookup = tool({
  inputSchema: z.object({ key: z.string() }),
  execute: ({ key }) =>
    trace.getTracer('application').startActiveSpan('read cache', (span) => {
      span.end()
      return key.toUpperCase()
    }),
})
const agent = new AOSInstrument(new ToolLoopAgent({ model, tools: { lookup } }), {
  agent: { name: 'cache-reader' },
})
agent.registerHook('toolCallRequest', ({ parameters }) =>
  parameters['key'] === 'forbidden' ? deny('this key is private') : undefined,
)

await agent.run('Look up a, then the private key')
await provider.shutdown()

const byName = (name: string): (typeof collector.spans)[number] | undefined =>
  collector.spans.find((span) => span.name === name)
for (const { name, attributes } of collector.spans)
  console.log(name.padEnd(28), attributes['aos.step.status'] ?? '')

const tools = collector.spans.filter(({ name }) => name === 'execute_tool lookup')
const ours = byName('read cache')
assert.equal(
  collector.spans.length,
  7,
  'the run, three model calls, two tool calls, and the span of the application',
)
assert.equal(new Set(collector.spans.map(({ traceId }) => traceId)).size, 1)
assert.equal(ours?.parentSpanId, tools[0]?.spanId, 'the span of the application is a child of the tool call')
assert.deepEqual(
  tools.map(({ attributes }) => attributes['aos.step.status']),
  ['ok', 'denied'],
)
assert.ok(byName('invoke_agent cache-reader') !== undefined)
