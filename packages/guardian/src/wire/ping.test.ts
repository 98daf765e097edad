import { expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { overTheWire } from '../../../../test/support/database-call.ts'
import { decodePing, decodePingResponse, encodePing, encodePingResponse } from './ping.ts'

const PING = { id: 'p1', timestamp: Date.UTC(2026, 0, 31), timeout: 5000 }
const STATE = { status: 'connected', version: '1.0.0', timestamp: Date.UTC(2026, 0, 31) } as const

verifies('aos.wire.ping', 'there and back', () => {
  const asked = decodePing(overTheWire(encodePing(PING, 'aos-0.1')), { lenient: false })
  expect(asked).toEqual({ ok: true, ping: PING })
  const answer = overTheWire(encodePingResponse(PING, STATE))
  expect(decodePingResponse(PING, answer)).toEqual({ ok: true, value: STATE })
})

verifies('aos.wire.C14', 'where the timestamp stands', () => {
  const timestamp = '2026-01-31T00:00:00.000Z'
  const { params, ...literal } = overTheWire(encodePing(PING, 'aos-0.1-literal'))
  expect([params, literal]).toMatchObject([{ timestamp }, { timestamp }])
  expect(encodePing(PING, 'aos-0.1')).not.toHaveProperty('timestamp')
  const published = { ...literal, params: {} }
  expect(decodePing(published)).toMatchObject({ ok: true, ping: { timestamp: PING.timestamp } })
  expect(decodePing(published, { lenient: false }).ok).toBe(false)
})

test.each([
  ['another id', { id: 'p2' }],
  ['another status', { result: { ...STATE, status: 'fine', timestamp: '2026-01-31T00:00:00Z' } }],
  ['a decision', { result: { decision: 'allow', message: 'm' } }],
  ['an error', { result: undefined, error: { code: -32603, message: 'Internal error' } }],
])('no answer: %s', (_name, more) => {
  expect(decodePingResponse(PING, { ...encodePingResponse(PING, STATE), ...more }).ok).toBe(false)
})

test.each([
  ['no id', { id: null }, -32600],
  ['another method', { method: 'pong' }, -32601],
  ['no timestamp', { params: {} }, -32602],
])('no ping: %s', (_name, more, code) => {
  expect(decodePing({ ...encodePing(PING, 'aos-0.1'), ...more })).toMatchObject({
    ok: false,
    error: { code },
  })
})
