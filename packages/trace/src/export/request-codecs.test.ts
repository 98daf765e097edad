import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeTraceRequest } from '../../../../test/support/otlp-protobuf.ts'
import { spansOfRequest, type ReceivedSpan } from '../../../../test/support/otlp-spans.ts'
import type { OtlpProtocol } from '../config/tracer-options.ts'
import { loadOtelSdk, loadOtlpSerializer } from '../otel/otel-sdk.ts'
import type { ReadableSpan } from '../otel/span-types.ts'
import { otlpRequests } from './otlp-request.ts'

const LARGE = 'schön 漢字 "quoted"\n'.repeat(5_000)

function makeSpans(
  scopes: number,
  count: number,
  attributes: Record<string, string | string[]> = {},
): readonly ReadableSpan[] {
  const ended: ReadableSpan[] = []
  const sdk = loadOtelSdk()
  const collect = {
    onStart: () => undefined,
    onEnd: (span: ReadableSpan) => void ended.push(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
  const provider = sdk.createProvider({
    resource: sdk.createResource({ 'service.name': 'codec' }),
    sampler: sdk.alwaysOn(),
    spanLimits: {},
    spanProcessors: [collect],
  })
  for (let scope = 0; scope < scopes; scope += 1)
    for (let index = 0; index < count; index += 1) {
      const span = provider.getTracer(`scope ${scope}`, '1').startSpan(`s${scope}.${index}`, { attributes })
      span.addEvent('said', { text: 'short', ...attributes })
      span.setStatus({ code: 2, message: 'failed' })
      span.end()
    }
  return ended
}

function decode(protocol: OtlpProtocol, body: Uint8Array): readonly ReceivedSpan[] {
  if (protocol === 'http/protobuf') return spansOfRequest(decodeTraceRequest(body))
  return spansOfRequest(JSON.parse(Buffer.from(body).toString('utf8')))
}

describe.each(['http/json', 'http/protobuf'] as const)('requests in %s', (protocol) => {
  const requests = otlpRequests(protocol)
  const render = (spans: readonly ReadableSpan[]): Uint8Array =>
    loadOtlpSerializer(protocol).serializeRequest([...spans]) ?? new Uint8Array()

  it('are joined without a change to any span', () => {
    const parts = [makeSpans(1, 3), makeSpans(2, 1, { text: 'a ]} b' }), makeSpans(1, 1)].map(render)
    const joined = decode(protocol, requests.join(parts))
    expect(joined).toEqual(parts.flatMap((part) => decode(protocol, part)))
    expect(joined).toHaveLength(6)
    expect(joined[0]).toMatchObject({ resource: { 'service.name': 'codec' }, scope: { name: 'scope 0' } })
  })

  it('that are joined say what small parts have in common once', () => {
    const part = render(makeSpans(1, 1))
    const joined = requests.join(Array.from({ length: 100 }, () => part))
    if (protocol === 'http/protobuf') expect(joined.byteLength / 100).toBeLessThan(part.byteLength * 0.75)
    expect(decode(protocol, joined)).toEqual(Array.from({ length: 100 }, () => decode(protocol, part)[0]))
  })

  it.each([
    [1, 2],
    [2, 2],
    [3, 1],
    [2, 5],
  ])('of %i scopes with %i spans are split down to single spans, each as it was', (scopes, count) => {
    const body = render(makeSpans(scopes, count, { text: 'x', list: ['a', 'b'] }))
    const singles = (whole: Uint8Array): readonly Uint8Array[] => {
      const halves = requests.split(whole)
      return halves === undefined ? [whole] : halves.flatMap(singles)
    }
    const parts = singles(body)
    expect(parts).toHaveLength(scopes * count)
    expect(parts.flatMap((part) => decode(protocol, part))).toEqual(decode(protocol, body))
    expect(requests.join(parts).byteLength).toBeGreaterThan(0)
  })

  it('of one span lose its longest texts when they are too large, and say which', () => {
    const [span] = makeSpans(1, 1, { large: LARGE, small: 'kept', list: [LARGE, 'kept too'] })
    const body = render(span === undefined ? [] : [span])
    const before = decode(protocol, body)[0]
    const cut = requests.truncate(body, 40_000)
    expect(cut?.byteLength).toBeLessThan(41_000)
    const [after] = decode(protocol, cut ?? new Uint8Array())
    expect(after).toMatchObject({
      traceId: before?.traceId,
      spanId: before?.spanId,
      name: 's0.0',
      endTimeUnixNano: before?.endTimeUnixNano,
      status: { code: 2, message: 'failed' },
      attributes: { small: 'kept' },
      scope: { name: 'scope 0' },
    })
    expect(LARGE.startsWith(String(after?.attributes['large']))).toBe(true)
    expect(after?.events[0]?.attributes['text']).toBe('short')
    const digest = createHash('sha256').update(LARGE).digest('hex')
    const bytes = Buffer.byteLength(LARGE)
    expect(after?.attributes['aos.truncated']).toEqual([
      `large ${bytes} sha256:${digest}`,
      `list ${bytes} sha256:${digest}`,
    ])
  })

  it('that are cut twice still say what they had first', () => {
    const body = render(makeSpans(1, 1, { large: LARGE }))
    const once = requests.truncate(body, 80_000) ?? new Uint8Array()
    const twice = requests.truncate(once, 20_000) ?? new Uint8Array()
    const [first, second] = [once, twice].map((part) => decode(protocol, part)[0])
    expect(twice.byteLength).toBeLessThan(21_000)
    expect(second?.attributes['aos.truncated']).toEqual(first?.attributes['aos.truncated'])
    expect(second?.attributes['aos.truncated']).toHaveLength(1)
  })

  it('are left alone when cutting texts is not enough, or when there is more than one span', () => {
    expect(requests.truncate(render(makeSpans(1, 1)), 10)).toBeUndefined()
    expect(requests.truncate(render(makeSpans(1, 2, { large: LARGE })), 1_000)).toBeUndefined()
    expect(requests.split(render(makeSpans(1, 1)))).toBeUndefined()
  })
})
