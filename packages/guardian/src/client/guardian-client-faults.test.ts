import { createServer } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import { wireStep } from '../../../../test/support/wire-step.ts'
import { codecOf } from '../wire/codecs.ts'
import {
  alive,
  allows,
  hangs,
  replies,
  repliesStatus,
  startScriptedGuardian,
  type ReceivedRequest,
  type Reply,
  type ScriptedGuardian,
} from '../../../../test/support/scripted-guardian.ts'
import { createGuardianClient, type GuardianClient, type GuardianClientOptions } from './guardian-client.ts'

const started: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of started.splice(0).toReversed()) await each.close()
})

async function guardianWith(reply: Reply | Reply[]): Promise<ScriptedGuardian> {
  const guardian = await startScriptedGuardian(reply)
  started.push(guardian)
  return guardian
}

function clientOf(guardian: ScriptedGuardian, options: Partial<GuardianClientOptions> = {}): GuardianClient {
  const client = createGuardianClient({ endpoint: guardian.url, codec: codecOf('aos-0.1'), ...options })
  started.push(client)
  return client
}

function denied(code: string): object {
  return { decision: 'deny', reasonCode: [code] }
}

function answerTo({ id }: ReceivedRequest, decision = 'allow'): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result: { decision, message: 'raw' } })
}

/** Writes an HTTP answer by hand. */
function rawly(write: (request: ReceivedRequest) => string): Reply {
  return (request) => void request.socket.write(write(request))
}

const dies: Reply = ({ socket }) => void socket.destroy()

describe('deadline', () => {
  test('denies each of many steps in time where the guardian hangs', async () => {
    const guardian = await guardianWith(hangs)
    const client = clientOf(guardian, {
      timeoutMs: 100,
      maxInFlight: 20,
      breaker: { failures: 100, window: 100 },
    })
    const start = performance.now()
    const answers = await Promise.all(Array.from({ length: 40 }, () => client.decide(wireStep())))
    expect(performance.now() - start).toBeLessThan(1000)
    expect(answers.map(({ decision }) => decision)).toEqual(Array(40).fill('deny'))
    expect(client.stats()).toMatchObject({ decisions: 0, inFlight: 0, queued: 0 })
  })

  test('holds for answers that begin and do not end', async () => {
    const slow = rawly(
      () => 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    )
    const client = clientOf(await guardianWith(slow), { timeoutMs: 50 })
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_timeout'))
  })

  test('counts an answer that comes too late, and does not apply it', async () => {
    const clock = new ManualClock()
    let answer = (): void => undefined
    const guardian = await guardianWith((request, response) => {
      answer = () => allows(request, response)
    })
    const client = clientOf(guardian, { timing: clock })
    const decided = client.decide(wireStep())
    await guardian.received()
    clock.advance(1000)
    expect(await decided).toMatchObject(denied('guardian_timeout'))
    answer()
    await expect.poll(() => client.stats().late).toBe(1)
    expect(client.stats()).toMatchObject({ decisions: 0, failures: { guardian_timeout: 1 } })
    expect(clock.pending).toBe(0)
  })

  test('holds where the event loop was blocked and the answer is there before the timer', async () => {
    const clock = new ManualClock()
    const guardian = await guardianWith((request, response) => {
      clock.block(5000)
      allows(request, response)
    })
    const client = clientOf(guardian, { timing: clock })
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_timeout'))
    expect(client.stats()).toMatchObject({ late: 1, decisions: 0 })
  })

  test('can be set for one decision', async () => {
    const client = clientOf(await guardianWith(hangs), { timeoutMs: 60_000 })
    expect(await client.decide(wireStep(), { timeoutMs: 20 })).toMatchObject(denied('guardian_timeout'))
  })

  test('cancels what an aborted caller waits for, and sends nothing for one that is aborted', async () => {
    const guardian = await guardianWith(hangs)
    const client = clientOf(guardian)
    const controller = new AbortController()
    const decided = client.decide(wireStep(), { signal: controller.signal })
    const { socket } = await guardian.received()
    controller.abort()
    expect(await decided).toMatchObject(denied('guardian_aborted'))
    if (!socket.destroyed) await once(socket, 'close')
    expect(await client.decide(wireStep(), { signal: controller.signal })).toMatchObject(
      denied('guardian_aborted'),
    )
    expect(guardian.requests).toHaveLength(1)
  })
})

describe('retry', () => {
  const retried: Record<string, Reply> = {
    'the connection is cut before an answer': dies,
    'a gateway does not reach the guardian': repliesStatus(502),
    'the guardian is out of service': repliesStatus(503),
    'a gateway has waited': repliesStatus(504),
    'the guardian is busy and says when to come': repliesStatus(429, { 'retry-after': '0' }),
    'the guardian says a time that has passed': repliesStatus(429, {
      'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT',
    }),
  }

  for (const [what, reply] of Object.entries(retried)) {
    test(`asks once more, the same, where ${what}`, async () => {
      const guardian = await guardianWith([reply, allows])
      const client = clientOf(guardian)
      expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
      expect(guardian.requests).toHaveLength(2)
      expect(guardian.requests[0]?.text).toBe(guardian.requests[1]?.text)
      expect(client.stats()).toMatchObject({ requests: 2, retries: 1, failures: {} })
    })
  }

  const once: Record<string, [Reply, string]> = {
    'the answer breaks in the middle': [
      (request) => {
        const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n'
        request.socket.write(`${head}${answerTo(request)}`, () => request.socket.destroy())
      },
      'guardian_unavailable',
    ],
    'the guardian is busy and does not say when to come': [repliesStatus(429), 'guardian_overloaded'],
    'the guardian says to come after the deadline': [
      repliesStatus(503, { 'retry-after': '60' }),
      'guardian_unavailable',
    ],
    'the guardian has failed': [repliesStatus(500), 'guardian_error'],
    'the guardian has denied': [replies({ decision: 'deny', message: 'no' }), ''],
  }

  for (const [what, [reply, code]] of Object.entries(once)) {
    test(`does not ask again where ${what}`, async () => {
      const guardian = await guardianWith([reply, allows])
      const client = clientOf(guardian)
      expect(await client.decide(wireStep())).toMatchObject(code === '' ? { decision: 'deny' } : denied(code))
      expect(guardian.requests).toHaveLength(1)
    })
  }

  test('asks once more, not twice', async () => {
    const guardian = await guardianWith(dies)
    const client = clientOf(guardian)
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_unavailable'))
    expect(guardian.requests).toHaveLength(2)
  })

  test('asks once more where nobody listens', async () => {
    const guardian = await guardianWith(allows)
    const { url } = guardian
    await guardian.close()
    started.splice(0)
    const client = createGuardianClient({ endpoint: url, codec: codecOf('aos-0.1') })
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_unavailable'))
    expect(client.stats()).toMatchObject({ requests: 2, retries: 1 })
    await client.close()
  })

  test('takes a new connection where those that were kept have gone stale', async () => {
    const guardian = await guardianWith(allows)
    const client = clientOf(guardian)
    await Promise.all([1, 2, 3].map(() => client.decide(wireStep())))
    const stale = new Set(guardian.requests.map(({ socket }) => socket))
    expect(stale.size).toBe(3)
    guardian.replies = [
      (request, response) =>
        stale.has(request.socket) ? request.socket.destroy() : allows(request, response),
    ]
    expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
    expect(client.stats()).toMatchObject({ retries: 1, failures: {} })
  })
})

describe('answers that are not to be believed', () => {
  const head = (more: string): string => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${more}\r\n`

  const answers: Record<string, [Reply, string]> = {
    'says to be over the limit': [
      rawly(() => head('content-length: 2000000\r\n')),
      'guardian_response_too_large',
    ],
    'grows over the limit': [
      rawly(() => `${head('transfer-encoding: chunked\r\n')}200000\r\n${' '.repeat(0x200000)}\r\n`),
      'guardian_response_too_large',
    ],
    'says to be compressed': [
      (request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        response.end(answerTo(request))
      },
      'guardian_invalid_response',
    ],
    redirects: [
      (_request, response) => {
        response.writeHead(307, { location: 'http://127.0.0.1:9/' })
        response.end()
      },
      'guardian_redirect_refused',
    ],
    'is no HTTP': [rawly(() => 'SSH-2.0-OpenSSH_9.9\r\n'), 'guardian_invalid_response'],
    'changes the protocol': [
      rawly(() => 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
      'guardian_unavailable',
    ],
    'is not UTF-8': [
      (request) => {
        const body = Buffer.from(answerTo(request).replace('raw', '\u00ff'), 'latin1')
        request.socket.write(Buffer.concat([Buffer.from(head(`content-length: ${body.length}\r\n`)), body]))
      },
      'guardian_invalid_response',
    ],
  }

  for (const [what, [reply, code]] of Object.entries(answers)) {
    test(`denies where an answer ${what}`, async () => {
      const guardian = await guardianWith(reply)
      const client = clientOf(guardian)
      expect(await client.decide(wireStep())).toMatchObject(denied(code))
    })
  }

  test.each(['at once', 'later'])(
    'does not take an answer that came twice (%s) for one to the next step',
    async (when) => {
      const answer = (request: ReceivedRequest): string => {
        const body = answerTo(request)
        return `${head(`content-length: ${body.length}\r\n`)}${body}`
      }
      const guardian = await guardianWith([
        rawly((request) => answer(request).repeat(when === 'at once' ? 2 : 1)),
        replies({ decision: 'deny', message: 'no' }),
      ])
      const client = clientOf(guardian)
      expect(await client.decide(wireStep({ id: 1 }))).toMatchObject({ decision: 'allow' })
      const [first] = guardian.requests
      if (when === 'later' && first !== undefined) first.socket.write(answer(first))
      expect(await client.decide(wireStep({ id: 2 }))).toMatchObject({ decision: 'deny' })
    },
  )

  test('gives each of many steps its own answer', async () => {
    const held: (() => void)[] = []
    const guardian = await guardianWith((request, response) => {
      held.push(() => replies({ decision: 'deny', message: `n=${String(request.id)}` })(request, response))
      if (held.length === 50) for (const answer of held.toReversed()) answer()
    })
    const client = clientOf(guardian)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_each, n) => client.decide(wireStep({ id: n }))),
    )
    expect(answers.map(({ message }) => message)).toEqual(Array.from({ length: 50 }, (_each, n) => `n=${n}`))
  })
})

describe('bounds', () => {
  test('denies a request over the limit, of which a mask may cut enough', async () => {
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
  })

  test('denies what no place in the queue is left for, and judges the rest in turn', async () => {
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
  })

  test('denies a step whose turn does not come in time', async () => {
    const client = clientOf(await guardianWith(hangs), { maxInFlight: 1 })
    const first = client.decide(wireStep(), { timeoutMs: 10_000 })
    expect(await client.decide(wireStep(), { timeoutMs: 20 })).toMatchObject(denied('guardian_queue_full'))
    started.splice(0, 1).forEach((guardian) => void guardian.close())
    expect(await first).toMatchObject(denied('guardian_unavailable'))
  })
})

describe('breaker', () => {
  test('answers at once while open, and after one probe asks again', async () => {
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
  })

  test('stays open where the probe fails', async () => {
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
  test('denies where the name leads to an address at which no guardian may be', async () => {
    const guardian = await guardianWith(allows)
    const client = clientOf(guardian, {
      endpoint: `http://guardian.localhost:${guardian.port}`,
      resolve: (_name, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]),
      failOpen: { toolCallRequest: { reason: 'a test' } },
    })
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_address_refused'))
    expect(client.stats()).toMatchObject({ requests: 1, retries: 0 })
  })

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
