import { verifies } from '../../../../test/conformance/verifies.ts'
import { denied, guardianClients } from '../../../../test/support/guardian-clients.ts'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import { alive, allows, hangs, repliesStatus } from '../../../../test/support/scripted-guardian.ts'
import { wireStep } from '../../../../test/support/wire-step.ts'
import { codecOf } from '../wire/codecs.ts'
import { createGuardianClient } from './guardian-client.ts'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'

const { guardianWith, clientOf } = guardianClients()

describe('bounds', () => {
  verifies(
    'guardian.client.bounds',
    'denies a request over the limit, of which a mask may cut enough',
    async () => {
      const guardian = await guardianWith(allows)
      const step = wireStep({ value: { text: 'x'.repeat(2000) } })
      const client = clientOf(guardian, { maxRequestBytes: 1000 })
      expect(await client.decide(step)).toMatchObject(denied('guardian_request_too_large'))
      expect(guardian.requests).toHaveLength(0)
      const masked = clientOf(guardian, {
        maxRequestBytes: 1000,
        fieldMask: { toolCallRequest: { value: 'none' } },
      })
      expect(await masked.decide(step)).toMatchObject({ decision: 'allow' })
    },
  )

  verifies(
    'guardian.client.bounds',
    'denies what no place in the queue is left for, and judges the rest in turn',
    async () => {
      const waiting: (() => void)[] = []
      const guardian = await guardianWith(
        (request, response) => void waiting.push(() => allows(request, response)),
      )
      const client = clientOf(guardian, { maxInFlight: 2, maxQueue: 2 })
      const decided = Array.from({ length: 6 }, () => client.decide(wireStep()))
      expect(await decided[4]).toMatchObject(denied('guardian_queue_full'))
      expect(await decided[5]).toMatchObject(denied('guardian_queue_full'))
      expect(client.stats()).toMatchObject({ inFlight: 2, queued: 2 })
      for (let answered = 0; answered < 4; answered++) {
        await expect.poll(() => waiting.length).toBeGreaterThan(0)
        waiting.shift()?.()
      }
      const first = await Promise.all(decided.slice(0, 4))
      expect(first.map(({ decision }) => decision)).toEqual(Array(4).fill('allow'))
      expect(guardian.connections).toBe(2)
    },
  )

  test('denies a step whose turn does not come in time', async () => {
    const guardian = await guardianWith(hangs)
    const client = clientOf(guardian, { maxInFlight: 1 })
    const first = client.decide(wireStep(), { timeoutMs: 10_000 })
    expect(await client.decide(wireStep(), { timeoutMs: 20 })).toMatchObject(denied('guardian_queue_full'))
    await guardian.close()
    expect(await first).toMatchObject(denied('guardian_unavailable'))
  })
})

describe('breaker', () => {
  verifies(
    'guardian.client.breaker',
    'answers at once while open, and after one probe asks again',
    async () => {
      const clock = new ManualClock()
      const guardian = await guardianWith(alive(repliesStatus(429)))
      const client = clientOf(guardian, { timing: clock })
      for (let count = 0; count < 5; count++) await client.decide(wireStep())
      expect(client.stats()).toMatchObject({ breaker: 'open', breakerOpened: 1 })
      const sent = guardian.requests.length
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_circuit_open'))
      expect(guardian.requests).toHaveLength(sent)
      guardian.replies = [alive(allows)]
      clock.advance(5000)
      const [first, second] = [client.decide(wireStep()), client.decide(wireStep())]
      expect(await second).toMatchObject(denied('guardian_circuit_open'))
      expect(await first).toMatchObject({ decision: 'allow' })
      expect(guardian.requests.slice(sent).map(({ method }) => method)).toEqual([
        'ping',
        'steps/toolCallRequest',
      ])
      expect(client.stats().breaker).toBe('closed')
    },
  )

  verifies('guardian.client.breaker', 'stays open where the probe fails', async () => {
    const clock = new ManualClock()
    const guardian = await guardianWith(repliesStatus(429))
    const client = clientOf(guardian, { timing: clock, breaker: { failures: 1 } })
    await client.decide(wireStep())
    clock.advance(5000)
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_circuit_open'))
    expect(client.stats()).toMatchObject({ breaker: 'open', breakerOpened: 2 })
  })

  test('closes for whatever answers the probe, which need not know ping', async () => {
    const clock = new ManualClock()
    const guardian = await guardianWith([repliesStatus(429), repliesStatus(400), allows])
    const client = clientOf(guardian, { timing: clock, breaker: { failures: 1 } })
    await client.decide(wireStep())
    clock.advance(5000)
    expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
  })

  test('is not opened by answers that are not to be believed', async () => {
    const client = clientOf(await guardianWith(repliesStatus(401)), { breaker: { failures: 1 } })
    await client.decide(wireStep())
    expect(client.stats().breaker).toBe('closed')
  })

  test('decides within microseconds while open', async () => {
    const client = clientOf(await guardianWith(repliesStatus(429)), {
      breaker: { failures: 1, probeAfterMs: 60_000 },
    })
    await client.decide(wireStep())
    const step = wireStep()
    for (let count = 0; count < 1000; count++) await client.decide(step)
    const start = performance.now()
    for (let count = 0; count < 1000; count++) await client.decide(step)
    expect(performance.now() - start).toBeLessThan(100)
  })
})

describe('addresses', () => {
  verifies(
    'guardian.client.endpoint',
    'denies where the name leads to an address at which no guardian may be',
    async () => {
      const guardian = await guardianWith(allows)
      const client = clientOf(guardian, {
        endpoint: `http://guardian.localhost:${guardian.port}`,
        resolve: (_name, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]),
        failOpen: { toolCallRequest: { reason: 'a test' } },
      })
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_address_refused'))
      expect(client.stats()).toMatchObject({ requests: 1, retries: 0 })
    },
  )

  test('finds a guardian by its name', async () => {
    const guardian = await guardianWith(allows)
    const client = clientOf(guardian, {
      endpoint: `http://guardian.localhost:${guardian.port}`,
      resolve: (_name, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    })
    expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
  })

  test('denies what speaks no HTTP at all', async () => {
    const server = createServer((socket) => void socket.end('hello\r\n\r\n'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const client = createGuardianClient({ endpoint: `http://127.0.0.1:${port}`, codec: codecOf('aos-0.1') })
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_invalid_response'))
    await client.close()
    server.close()
  })
})
