import { equal } from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { hmacSigner, verifyActivitySignature } from './signature.ts'

const body = Buffer.from('{"event_type":"tool.finished"}')
const timestamp = 1_790_000_000
const nowMs = timestamp * 1000

async function signed(secret = 'shared', names = {}): Promise<Record<string, string>> {
  return { ...(await hmacSigner(secret, names)({ body, eventId: 'evt-1', timestamp })) }
}

describe('the signature of a request', () => {
  verifies('agent-activity.signature', 'is the HMAC of time, dot and body', async () => {
    const headers = await signed()
    const expected = createHmac('sha256', 'shared').update(`${timestamp}.${body.toString()}`).digest('hex')
    equal(headers['x-agent-activity-timestamp'], String(timestamp))
    equal(headers['x-agent-activity-signature'], `sha256=${expected}`)
    equal(verifyActivitySignature({ headers, body }, { secret: 'shared', nowMs }), true)
    equal(verifyActivitySignature({ headers, body: body.toString() }, { secret: 'shared', nowMs }), true)
  })

  test('may stand in other headers', async () => {
    const names = { timestamp: 'X-Time', signature: 'X-Sign' }
    const headers = await signed('shared', names)
    const received = { headers: { 'x-time': headers['X-Time'], 'x-sign': headers['X-Sign'] }, body }
    equal(verifyActivitySignature(received, { secret: 'shared', headers: names, nowMs }), true)
    equal(verifyActivitySignature(received, { secret: 'shared', nowMs }), false)
  })

  verifies('agent-activity.signature', 'does not hold for anything else', async () => {
    const headers = await signed()
    const secret = 'shared'
    const changed = Buffer.from(body)
    changed[3] = (changed[3] ?? 0) ^ 1
    equal(verifyActivitySignature({ headers, body: changed }, { secret, nowMs }), false)
    equal(verifyActivitySignature({ headers, body }, { secret: 'other', nowMs }), false)
    for (const late of [301_000, -301_000])
      equal(verifyActivitySignature({ headers, body }, { secret, nowMs: nowMs + late }), false)
    for (const [name, value] of [
      ['x-agent-activity-timestamp', String(timestamp + 1)],
      ['x-agent-activity-timestamp', '1e9'],
      ['x-agent-activity-signature', 'sha256='],
      ['x-agent-activity-signature', undefined],
      ['x-agent-activity-signature', ['sha256=00', 'sha256=00']],
    ] as const)
      equal(
        verifyActivitySignature({ headers: { ...headers, [name]: value }, body }, { secret, nowMs }),
        false,
      )
  })
})
