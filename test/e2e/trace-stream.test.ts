import { deepEqual, equal } from 'node:assert/strict'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { AOSTraceStream, OpenTelemetryTracer, type TraceEvent } from '@aos/trace'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { describe, it } from 'vitest'

const agentCalled = (name: string): AOSInstrument<(input: string, aos: GuardedRun) => Promise<string>> =>
  new AOSInstrument(
    (_input: string, aos: GuardedRun) => aos.toolCall({ toolName: name, parameters: {} }, () => 'done'),
    { agent: { name } },
  )

describe('AOSTraceStream of a tracer', () => {
  it('tells of every agent it traces, before and after start(), and of each step once', async () => {
    const exporter = new InMemorySpanExporter()
    await using tracer = new OpenTelemetryTracer({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    const [first, second, other] = [agentCalled('first'), agentCalled('second'), agentCalled('other')]
    const views = [tracer.instrument(first), tracer.instrument(first.withSession('s'))]
    const stream = new AOSTraceStream(tracer)
    const events: TraceEvent[] = []
    stream.on('event', (event) => void events.push(event))
    await stream.start()
    const late = tracer.instrument(second)
    for (const agent of [...views, late, other]) await agent.run('go')
    const called = events.flatMap((event) => (event.type === 'tool.call' ? [event.data.name] : []))
    deepEqual(called, ['first', 'first', 'second'])
    const spans = new Set(exporter.getFinishedSpans().map((span) => span.spanContext().spanId))
    for (const { type, trace } of events)
      if (type !== 'agbom.update') equal(spans.has(trace?.spanId ?? ''), true)
    const { length } = events
    await stream.stop()
    await late.run('go')
    equal(events.length, length)
  })
})
