import { deepEqual, doesNotThrow, equal, ok } from 'node:assert/strict'
import { trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import type { LogRecord } from '../logs/logger-provider.ts'
import { traceEmitReceiver } from './trace-emit.ts'

const ids = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }

function received(params: unknown): LogRecord | undefined {
  const records: LogRecord[] = []
  const emit = (record: LogRecord): void => void records.push(record)
  traceEmitReceiver({ loggerProvider: { getLogger: () => ({ emit }) } })(params)
  return records[0]
}

const withAttributes = (attributes: unknown): LogRecord['attributes'] =>
  received({ ...ids, event: { type: 'agent.execution', timestamp: '2024-01-15T10:30:00Z', attributes } })
    ?.attributes ?? {}

describe('traceEmitReceiver', () => {
  test('gives what others add a place of its own', () => {
    const attributes = withAttributes({
      'session.id': 'sess_123',
      'aos.decision': 'allow',
      nested: { deep: [1] },
      half: 0.5,
      list: [1, 'two'],
    })
    deepEqual(attributes, {
      'aos.event.type': 'agent.execution',
      'aos.session.id': 'sess_123',
      'aos.emitted.aos.decision': 'allow',
      'aos.emitted.nested': '{"deep":[1]}',
      'aos.emitted.half': '0.5',
      'aos.emitted.list': ['1', 'two'],
    })
  })

  test('takes secrets out, and bounds what it takes', () => {
    const many = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [`a${index}`, 'x'.repeat(9_000)]),
    )
    const attributes = withAttributes({ to: 'jane.doe@example.com', 'jane.doe@example.com': 1, ...many })
    equal(attributes['aos.emitted.to'], '[REDACTED:email]')
    equal(attributes['aos.emitted.[REDACTED:email]'], 1)
    ok(JSON.stringify(attributes).length < 80_000)
  })

  test('never throws, and links only what is a span', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (event, traceId) => {
        doesNotThrow(() => received({ traceId, spanId: ids.spanId, event }))
      }),
    )
    equal(received(undefined)?.eventName, 'aos.trace.emit')
    equal(received({ traceId: 't', spanId: 's', event: {} })?.context, undefined)
    const { context } = received({ ...ids, event: {} }) ?? {}
    equal(context && trace.getSpanContext(context)?.traceId, ids.traceId)
  })
})
