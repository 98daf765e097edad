import { once } from 'node:events'
import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as HttpExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { afterEach, describe, expect, it } from 'vitest'
import { startFaultyCollector } from '../../../../test/support/faulty-collector.ts'
import { decodeTraceRequest } from '../../../../test/support/otlp-protobuf.ts'
import { spansOfRequest } from '../../../../test/support/otlp-spans.ts'
import { loadOtelSdk } from '../otel/otel-sdk.ts'
import type { ReadableSpan, SpanExporter } from '../otel/span-types.ts'
import { withMembers } from '../otel/with-members.ts'
import { ExporterSink, type ExporterSinkOptions } from './exporter-sink.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

function makeSpans(count: number): readonly ReadableSpan[] {
  const ended: ReadableSpan[] = []
  const sdk = loadOtelSdk()
  const collect = {
    onStart: () => undefined,
    onEnd: (span: ReadableSpan) => void ended.push(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
  const provider = sdk.createProvider({
    resource: sdk.createResource({ 'service.name': 'exporters' }),
    sampler: sdk.alwaysOn(),
    spanLimits: {},
    spanProcessors: [collect],
  })
  for (let index = 0; index < count; index += 1) provider.getTracer('t').startSpan(`s${index}`).end()
  return ended
}

it('an exporter is handed what OTLP can hold, and the very spans where they are that', async () => {
  const [fine, odd] = makeSpans(2)
  if (fine === undefined || odd === undefined) throw new Error('there are no spans')
  const half = withMembers(odd, { name: 'half \ud83e', attributes: { nan: Number.NaN } })
  const handed: ReadableSpan[] = []
  const { sink } = createSink({
    export(spans, done) {
      handed.push(...spans)
      done({ code: 0 })
    },
  })
  sink.send([fine, half])
  await sink.flush(1_000)
  expect(handed[0]).toBe(fine)
  expect([handed[1]?.name, handed[1]?.attributes]).toEqual(['half \ufffd', { nan: 'NaN' }])
})

function createSink(
  exporter: Pick<SpanExporter, 'export'>,
  options: Partial<ExporterSinkOptions> = {},
): { sink: ExporterSink; reports: string[]; waits: number[] } {
  const reports: string[] = []
  const waits: number[] = []
  const sink = new ExporterSink({
    exporter: {
      export: (spans, done) => exporter.export(spans, done),
      shutdown: () => Promise.resolve(),
    },
    exportTimeoutMs: 10_000,
    report: (reason) => reports.push(reason),
    wait: async (ms) => void waits.push(ms),
    ...options,
  })
  return { sink, reports, waits }
}

/** A collector of gRPC that refuses as many calls as it is told, and keeps the names of the spans it takes. */
async function startGrpcCollector(refusals: number): Promise<{ url: string; names: string[] }> {
  const names: string[] = []
  let left = refusals
  const server = new Server()
  const raw = (bytes: Buffer): Buffer => bytes
  const method = {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  }
  server.addService(
    { Export: method },
    {
      Export({ request }: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) {
        left -= 1
        if (left >= 0) return answer({ code: status.INTERNAL, details: 'refused' })
        names.push(...spansOfRequest(decodeTraceRequest(request)).map(({ name }) => name))
        answer(null, Buffer.alloc(0))
      },
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  closing.push(() => server.forceShutdown())
  return { url: `http://127.0.0.1:${port}`, names }
}

describe('ExporterSink', () => {
  it('gives spans to exporter-trace-otlp-http again that it could not deliver', async () => {
    const collector = await startFaultyCollector()
    closing.push(() => collector[Symbol.asyncDispose]())
    collector.behave({ status: 500 }, { status: 500 }, 'accept')
    const exporter = new HttpExporter({ url: `${collector.endpoint}/v1/traces` })
    closing.push(() => exporter.shutdown())
    const { sink, waits, reports } = createSink(exporter)
    sink.send(makeSpans(5))
    await sink.flush(20_000)
    expect(sink.counts()).toEqual({ delivered: 5, spooled: 0, dropped: 0, queued: 0, recovered: 0 })
    expect(collector.spans.map(({ name }) => name)).toEqual(['s0', 's1', 's2', 's3', 's4'])
    expect(waits).toEqual([1_000, 2_000])
    expect(new Set(reports)).toEqual(new Set(['the exporter failed and is given the spans again']))
  })

  it('gives spans to exporter-trace-otlp-grpc again that it could not deliver', async () => {
    const { url, names } = await startGrpcCollector(2)
    const exporter = new GrpcExporter({ url })
    closing.push(() => exporter.shutdown())
    const { sink, waits } = createSink(exporter)
    sink.send(makeSpans(3))
    await sink.flush(20_000)
    expect(sink.counts()).toMatchObject({ delivered: 3, dropped: 0, queued: 0 })
    expect(names).toEqual(['s0', 's1', 's2'])
    expect(waits).toHaveLength(2)
  })

  it('counts as dropped what an exporter fails with for minutes, and what it throws at', async () => {
    let calls = 0
    const { sink, waits, reports } = createSink({
      export(_spans, done) {
        calls += 1
        if (calls % 2 === 0) throw new Error('broken')
        done({ code: 1, error: new Error('refused') })
      },
    })
    sink.send(makeSpans(4))
    await sink.flush(20_000)
    expect(sink.counts()).toMatchObject({ delivered: 0, dropped: 4, queued: 0 })
    expect(waits.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(300_000)
    expect(reports.at(-1)).toBe('dropped: the exporter failed')
  })

  it('does not ask again for what was never answered, and believes an answer that comes late', async () => {
    const answers: (() => void)[] = []
    const { sink, reports } = createSink(
      { export: (_spans, done) => void answers.push(() => done({ code: 0 })) },
      { exportTimeoutMs: 1 },
    )
    sink.send(makeSpans(2))
    await sink.flush(20_000)
    expect(answers).toHaveLength(1)
    expect(reports).toEqual(['dropped: the exporter did not answer in time'])
    expect(sink.counts()).toMatchObject({ delivered: 0, dropped: 2, queued: 0 })
    answers[0]?.()
    answers[0]?.()
    expect(sink.counts()).toMatchObject({ delivered: 2, dropped: 0, queued: 0 })
  })

  it('keeps spans while it waits, and a flush does not', async () => {
    const waiting = new EventTarget()
    let calls = 0
    const { sink } = createSink(
      {
        export(_spans, done) {
          calls += 1
          done({ code: calls === 1 ? 1 : 0 })
        },
      },
      {
        async wait(_ms, signal) {
          waiting.dispatchEvent(new Event('wait'))
          await once(signal, 'abort')
        },
      },
    )
    const waits = once(waiting, 'wait')
    sink.send(makeSpans(2))
    await waits
    expect(sink.counts()).toMatchObject({ delivered: 0, dropped: 0, queued: 2 })
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    await sink.flush(20_000)
    expect(sink.counts()).toMatchObject({ delivered: 2, queued: 0 })
  })
})
