// an application that has its own OpenTelemetry set-up: the agent's spans go through it, without a tracer of ours
import { setTimeout as delay } from 'node:timers/promises'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { doctor } from '@aos/trace'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

const exporter = new OTLPTraceExporter({ url: `${process.env['ENDPOINT']}/v1/traces` })
const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(provider)

const agent = new AOSInstrument(async (input: string, aos: GuardedRun) =>
  aos.toolCall({ toolName: 'search', parameters: { query: input } }, async () => {
    await delay(1)
    return trace.getTracer('user').startActiveSpan('user span', (span) => {
      span.end()
      return `found ${input}`
    })
  }),
)
const result = await agent.run('papers')
await provider.forceFlush()
process.stdout.write(`${JSON.stringify({ result, doctor: await doctor() })}\n`)
