import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limitBody, startOtlpReceiver, type OtlpReceiver } from '../../../../test/support/otlp-receiver.ts'
import { loadOtelSdk, loadOtlpSerializer, type OtlpSerializer } from '../otel/otel-sdk.ts'
import type { ReadableSpan } from '../otel/span-types.ts'
import type { OtlpCompression } from '../config/tracer-options.ts'
import { OutboxSink } from './outbox-sink.ts'

let receiver: OtlpReceiver
let spool: string

beforeEach(async () => {
  receiver = await startOtlpReceiver()
  spool = mkdtempSync(join(tmpdir(), 'aos-sink-'))
})
afterEach(async () => {
  await receiver.close()
  rmSync(spool, { recursive: true, force: true })
})

const SERVICE = { 'service.name': 'sink' }

function createSink(
  reports: string[] = [],
  serializer: OtlpSerializer = loadOtlpSerializer('http/json'),
  {
    url = `${receiver.endpoint}/v1/traces`,
    headers = { authorization: 'canary' },
    resource = SERVICE,
    compression = 'none' as OtlpCompression,
  } = {},
): OutboxSink {
  const target = { url, headers, protocol: 'http/json', compression } as const
  const report = (reason: string): void => void reports.push(reason)
  return new OutboxSink({
    target,
    serializer,
    resource,
    spool,
    maxRequestBytes: 1_000_000,
    maxBatchSpans: 512,
    scheduleDelayMs: 1,
    exportTimeoutMs: 1_000,
    report,
  })
}

function makeSpans(count: number, text = ''): readonly ReadableSpan[] {
  const ended: ReadableSpan[] = []
  const sdk = loadOtelSdk()
  const collect = {
    onStart: () => undefined,
    onEnd: (span: ReadableSpan) => void ended.push(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
  const resource = sdk.createResource({ 'service.name': 'sink' })
  const provider = sdk.createProvider({
    resource,
    sampler: sdk.alwaysOn(),
    spanLimits: {},
    spanProcessors: [collect],
  })
  for (let index = 0; index < count; index += 1)
    provider.getTracer('t').startSpan(`s${index}`, { attributes: { text } }).end()
  return ended
}

describe('OutboxSink', () => {
  it('delivers, and sends credentials only over the wire', async () => {
    const sink = createSink()
    sink.send(makeSpans(3))
    await sink.flush(2_000)
    expect(sink.counts()).toEqual({ delivered: 3, spooled: 0, dropped: 0, queued: 0, recovered: 0 })
    expect(receiver.requests[0]?.headers.authorization).toBe('canary')
    await sink.close(0)
  })

  it.each([400])('counts as dropped what a collector refuses for good with %i', async (status) => {
    receiver.behave(() => ({ status }))
    const reports: string[] = []
    const sink = createSink(reports)
    sink.send(makeSpans(3))
    await sink.flush(2_000)
    expect(sink.counts()).toMatchObject({ delivered: 0, dropped: 3, queued: 0 })
    expect(reports).toEqual([`rejected: HTTP ${status}`])
    await sink.close(0)
  })

  it.each([301, 401, 404, 429, 500])('keeps what a collector may take later, after %i', async (status) => {
    receiver.behave(() => ({ status, headers: { location: `${receiver.endpoint}/elsewhere` } }))
    const first = createSink()
    first.send(makeSpans(3))
    await receiver.until(({ requests }) => requests.length > 0)
    await first.close(0)
    expect(first.counts()).toMatchObject({ delivered: 0, spooled: 3, dropped: 0, queued: 0 })
    receiver.behave()
    const second = createSink()
    await second.flush(2_000)
    expect(second.counts()).toMatchObject({ delivered: 0, recovered: 3 })
    expect(receiver.spans).toHaveLength(3)
    await second.close(0)
  })

  it('sends with new credentials what was refused with the old ones, and only to where it was meant for', async () => {
    receiver.behave(({ headers }) => ({ status: headers.authorization === 'new' ? 200 : 401 }))
    const json = loadOtlpSerializer('http/json')
    const first = createSink()
    first.send(makeSpans(3))
    await receiver.until(({ requests }) => requests.length > 0)
    await first.close(0)
    await using other = await startOtlpReceiver()
    const rotated = { headers: { authorization: 'new' } }
    const elsewhere = [
      { ...rotated, url: `${other.endpoint}/v1/traces` },
      { ...rotated, resource: { 'service.name': 'other' } },
      { headers: { ...rotated.headers, 'x-scope-orgid': 'other' } },
    ]
    for (const place of elsewhere) {
      const sink = createSink([], json, place)
      await sink.flush(500)
      expect(sink.counts().recovered).toBe(0)
      await sink.close(0)
    }
    const second = createSink([], json, rotated)
    await second.flush(2_000)
    expect(second.counts()).toMatchObject({ delivered: 0, recovered: 3 })
    expect([receiver.spans.length, other.requests.length]).toEqual([3, 0])
    await second.close(0)
  })

  it('sends in parts what a collector finds too large, cuts what alone is, and learns its limit', async () => {
    receiver.behave(limitBody(40_000))
    const reports: string[] = []
    const sink = createSink(reports)
    sink.send([...makeSpans(10, 'x'.repeat(10_000)), ...makeSpans(1, 'y'.repeat(90_000))])
    await sink.flush(20_000)
    expect(sink.counts()).toEqual({ delivered: 11, spooled: 0, dropped: 0, queued: 0, recovered: 0 })
    expect(new Set(receiver.spans.map(({ spanId }) => spanId)).size).toBe(11)
    const cut = receiver.spans.filter(({ attributes }) => attributes['aos.truncated'] !== undefined)
    expect(cut).toHaveLength(1)
    expect(cut[0]?.attributes['aos.truncated']).toEqual([
      expect.stringMatching(/^text 90000 sha256:[0-9a-f]{64}$/),
    ])
    expect(String(cut[0]?.attributes['text'])).toMatch(/^y{1000,}$/)
    expect(reports).toEqual(['a span that is larger than a request may be was truncated'])
    const before = receiver.requests.length
    for (const spans of Array.from({ length: 6 }, () => makeSpans(2, 'x'.repeat(10_000)))) sink.send(spans)
    await sink.flush(20_000)
    expect(receiver.requests.slice(before).every(({ bodyBytes }) => bodyBytes <= 40_000)).toBe(true)
    await sink.close(0)
  })

  it('keeps to its own limit, and compresses when asked to', async () => {
    const sink = createSink([], undefined, { compression: 'gzip' })
    sink.send(makeSpans(3, 'x'.repeat(900_000)))
    await sink.flush(20_000)
    expect(receiver.spans).toHaveLength(3)
    for (const { bodyBytes, headers } of receiver.requests) {
      expect(bodyBytes).toBeLessThanOrEqual(1_000_000)
      expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': 'application/json' })
      expect(Number(headers['content-length'])).toBeLessThan(50_000)
    }
    await sink.close(0)
  })

  it('has spans on disk as soon as it has them', () => {
    const sink = createSink()
    sink.send(makeSpans(3))
    const folders = readdirSync(spool)
    expect(folders.flatMap((name) => readdirSync(join(spool, name)))).toHaveLength(1)
    sink.saveSync([])
    expect(sink.counts()).toMatchObject({ spooled: 3, queued: 0 })
  })

  it('loses only the span that cannot be rendered', async () => {
    const real = loadOtlpSerializer('http/json')
    const serializer: OtlpSerializer = {
      ...real,
      serializeRequest(spans) {
        if (spans.some(({ name }) => name === 's2')) throw new Error('cannot render')
        return real.serializeRequest(spans)
      },
    }
    const reports: string[] = []
    const sink = createSink(reports, serializer)
    sink.send(makeSpans(5))
    await sink.flush(2_000)
    expect(sink.counts()).toMatchObject({ delivered: 4, dropped: 1 })
    expect(receiver.spans.map(({ name }) => name)).toEqual(['s0', 's1', 's3', 's4'])
    expect(reports).toEqual(['dropped: a span could not be rendered'])
    await sink.close(0)
  })

  it('counts as dropped what cannot be saved', () => {
    rmSync(spool, { recursive: true })
    const sink = new OutboxSink({
      target: { url: `${receiver.endpoint}/v1/traces`, headers: {}, protocol: 'http/json' },
      serializer: loadOtlpSerializer('http/json'),
      resource: SERVICE,
      spool: join(import.meta.filename, 'not-a-folder'),
      maxRequestBytes: 1_000_000,
      maxBatchSpans: 512,
      scheduleDelayMs: 1,
      exportTimeoutMs: 1_000,
      report: () => undefined,
    })
    sink.saveSync([makeSpans(2), makeSpans(3)])
    expect(sink.counts()).toMatchObject({ spooled: 0, dropped: 5, queued: 0 })
  })
})
