import { deepEqual, equal, partialDeepStrictEqual } from 'node:assert/strict'
import { AOSInstrument, createRedactor, deny, type GuardedRun } from '@aos/sdk'
import { AOSTraceProvider, formatSpan, OpenTelemetryTracer } from '@aos/trace'
import { trace, type Span } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node'
import { afterEach, describe, expect, it } from 'vitest'
import { verifies } from '../conformance/verifies.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'

const open: AsyncDisposable[] = []

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]()
})

function kept<Resource extends AsyncDisposable>(resource: Resource): Resource {
  open.push(resource)
  return resource
}

const research = async (input: string, aos: GuardedRun): Promise<string> => {
  aos.reasoning('Need to search for recent AI safety papers', { action: 'tool_call', tool: 'web-search' })
  const found = await aos.toolCall({ toolName: 'web-search', parameters: { query: input } }, async () => {
    await Promise.resolve()
    return 'three papers'
  })
  return aos.toolCall({ toolName: 'summarize', parameters: { text: found } }, () => `summary of ${found}`)
}

describe('AOSTraceProvider', () => {
  verifies('aos.seed.S22', 'the tracer for a name makes spans of that scope', async () => {
    const receiver = kept(await startOtlpReceiver())
    const provider = kept(new AOSTraceProvider({ endpoint: receiver.endpoint, spool: false }))
    provider.getTracer('research-assistant', '1.0').startSpan('work').end()
    partialDeepStrictEqual(await provider.forceFlush(), { created: 1, delivered: 1 })
    partialDeepStrictEqual(receiver.spans[0], {
      name: 'work',
      scope: { name: 'research-assistant', version: '1.0' },
    })
  })

  verifies('aos.seed.S23', 'the span of the caller is completed, also across await', async () => {
    const exporter = new InMemorySpanExporter()
    const provider = kept(new AOSTraceProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
    const tracer = new OpenTelemetryTracer({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    kept(tracer)
    const agent = tracer.instrument(new AOSInstrument(research))
    await provider.getTracer('research-assistant').startActiveSpan('agent_session', async (span: Span) => {
      span.setAttribute('aos.session.id', 'sess_123')
      await Promise.resolve()
      await agent.run('Find recent AI safety papers')
      span.end()
    })
    const session = exporter.getFinishedSpans().find(({ name }) => name === 'agent_session')
    const printed = session === undefined ? undefined : formatSpan(session)
    partialDeepStrictEqual(printed, {
      operationName: 'agent_session',
      attributes: {
        'aos.session.id': 'sess_123',
        'aos.reasoning.steps': 1,
        'aos.tools.called': ['web-search', 'summarize'],
      },
      events: [
        {
          name: 'aos.step.reasoning',
          attributes: {
            thought: 'Need to search for recent AI safety papers',
            action: 'tool_call',
            tool: 'web-search',
          },
        },
      ],
    })
    const traces = new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId))
    equal(traces.size, 1)
  })

  it('becomes the global provider when asked to', async () => {
    const exporter = new InMemorySpanExporter()
    const provider = kept(new AOSTraceProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
    expect(provider.register()).toBe(true)
    trace.getTracer('other code').startSpan('seen').end()
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['seen'])
    expect(kept(new AOSTraceProvider({ spanProcessors: [] })).register()).toBe(false)
    trace.disable()
  })
})

describe('OpenTelemetryTracer', () => {
  verifies('aos.seed.S25', 'the runs of the instrumented agent arrive as spans', async () => {
    const receiver = kept(await startOtlpReceiver())
    const tracer = kept(
      new OpenTelemetryTracer({
        serviceName: 'research-assistant',
        endpoint: receiver.endpoint,
        spool: false,
      }),
    )
    const aosAgent = new AOSInstrument(research)
    const traced = tracer.instrument(aosAgent)
    equal(await traced.run('papers'), 'summary of three papers')
    await aosAgent.run('this one is not traced')
    await tracer.forceFlush()
    equal(receiver.requests[0]?.path, '/v1/traces')
    deepEqual(receiver.spans.map(({ name }) => name).toSorted(), [
      'execute_tool summarize',
      'execute_tool web-search',
      'invoke_agent research',
    ])
    partialDeepStrictEqual(receiver.spans[0]?.resource, { 'service.name': 'research-assistant' })
  })

  it('says how to instrument an agent that is not', () => {
    const tracer = kept(new OpenTelemetryTracer({ spanProcessors: [] }))
    expect(() => tracer.instrument(research)).toThrow(
      expect.objectContaining({
        code: 'not_instrumented',
        fix: expect.stringContaining('new AOSInstrument(agent)') as string,
      }),
    )
  })

  it('ends a span when its work settles, and records what it throws', async () => {
    const exporter = new InMemorySpanExporter()
    const tracer = kept(new OpenTelemetryTracer({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
    expect(tracer.startActiveSpan('sync', () => 1)).toBe(1)
    expect(await tracer.startActiveSpan('async', async () => 2)).toBe(2)
    expect(tracer.startActiveSpan('ended by its work', (span) => span.end())).toBeUndefined()
    const error = new Error('no luck')
    await expect(tracer.startActiveSpan('rejecting', () => Promise.reject(error))).rejects.toBe(error)
    expect(() =>
      tracer.startActiveSpan('throwing', () => {
        throw error
      }),
    ).toThrow(error)
    expect(
      exporter.getFinishedSpans().map(({ name, status, events }) => [name, status.code, events.length]),
    ).toEqual([
      ['sync', 0, 0],
      ['async', 0, 0],
      ['ended by its work', 0, 0],
      ['rejecting', 2, 1],
      ['throwing', 2, 1],
    ])
  })

  it('records of an error what the steps of a run do: its type and its redacted message', async () => {
    const exporter = new InMemorySpanExporter()
    const spanProcessors = [new SimpleSpanProcessor(exporter)]
    const secret = 'sk-ant-api03-Zk4q8WmT2vXc7LpR9sNdB1yH'
    const failing = new TypeError(`rejected ${secret} of crew-4711`)
    const crew = createRedactor({ custom: [{ name: 'crew', pattern: /crew-\d+/ }] })
    const tracer = kept(new OpenTelemetryTracer({ spanProcessors }))
    const work = async (): Promise<never> => tracer.startActiveSpan('work', () => Promise.reject(failing))
    await expect(work()).rejects.toBe(failing)
    await expect(new AOSInstrument(work, { redactor: crew }).run('go')).rejects.toBe(failing)
    const own = kept(new OpenTelemetryTracer({ spanProcessors, redactor: crew }))
    const thrown = own.startActiveSpan('work', () => Promise.reject(failing.message))
    await expect(thrown).rejects.toBe(failing.message)
    const spans = exporter.getFinishedSpans()
    const described = spans.map(({ attributes, status, events }) => [attributes, status.message, events])
    expect(JSON.stringify(described)).not.toContain(secret)
    expect(spans.map(({ attributes, status }) => [attributes['error.type'], status.message])).toEqual([
      ['TypeError', 'rejected [REDACTED:anthropic-key] of crew-4711'],
      ['TypeError', 'rejected [REDACTED:anthropic-key] of [REDACTED:crew]'],
      ['string', 'rejected [REDACTED:anthropic-key] of [REDACTED:crew]'],
    ])
    expect(spans[0]?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'exception',
        {
          'exception.type': 'TypeError',
          'exception.message': 'rejected [REDACTED:anthropic-key] of crew-4711',
        },
      ],
    ])
  })

  it('takes a denial for a decision and not for an error', async () => {
    const exporter = new InMemorySpanExporter()
    const tracer = kept(new OpenTelemetryTracer({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
    const agent = new AOSInstrument(research)
    agent.registerHook('agentTrigger', () => deny('not today'))
    await expect(tracer.startActiveSpan('session', () => agent.run('papers'))).rejects.toThrow('not today')
    expect(exporter.getFinishedSpans().map(({ name, status }) => [name, status.code])).toEqual([
      ['session', 0],
    ])
  })

  it.each<[string, Pick<SpanExporter, 'export'>]>([
    ['fails', { export: (_spans, done) => done({ code: 1, error: new Error('refused') }) }],
    ['hangs', { export: () => undefined }],
    [
      'throws',
      {
        export: () => {
          throw new Error('broken')
        },
      },
    ],
  ])('never lets an exporter that %s affect the agent', async (_, broken) => {
    const exporter: SpanExporter = { ...broken, shutdown: () => Promise.reject(new Error('broken too')) }
    const tracer = new OpenTelemetryTracer({ exporter, exportTimeoutMs: 50 })
    expect(await tracer.instrument(new AOSInstrument(research)).run('papers')).toBe('summary of three papers')
    expect(await tracer.shutdown(1_000)).toEqual({
      created: 3,
      delivered: 0,
      spooled: 0,
      dropped: 3,
      queued: 0,
      recovered: 0,
    })
  })

  it('takes no more spans after shutdown, which may be called twice', async () => {
    const receiver = kept(await startOtlpReceiver())
    const tracer = new OpenTelemetryTracer({ endpoint: receiver.endpoint, spool: false })
    tracer.startActiveSpan('before', () => undefined)
    await tracer.shutdown()
    tracer.startActiveSpan('after', () => undefined)
    expect(await tracer.shutdown()).toMatchObject({ created: 2, delivered: 1, dropped: 1 })
    expect(receiver.spans.map(({ name }) => name)).toEqual(['before'])
  })

  it('counts as dropped what nobody takes when there is no spool', async () => {
    const receiver = kept(await startOtlpReceiver())
    receiver.behave(() => ({ status: 503 }))
    const tracer = new OpenTelemetryTracer({ endpoint: receiver.endpoint, spool: false })
    tracer.startActiveSpan('lost', () => undefined)
    expect(await tracer.shutdown(200)).toMatchObject({ created: 1, spooled: 0, dropped: 1, queued: 0 })
  })

  it('refuses options that cannot work when it is made', () => {
    const make = (): unknown =>
      new OpenTelemetryTracer({ serviceName: 'x', endpoint: 'telemetry.example.com' })
    expect(make).toThrow(
      expect.objectContaining({
        code: 'invalid_options',
        message: 'invalid option endpoint',
        fix: expect.stringContaining('https://telemetry.example.com') as string,
      }),
    )
  })
})
