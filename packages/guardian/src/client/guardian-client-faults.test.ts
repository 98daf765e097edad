import { verifies } from '../../../../test/conformance/verifies.ts'
import { denied, guardianClients } from '../../../../test/support/guardian-clients.ts'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import {
  type ReceivedRequest,
  type Reply,
  allows,
  hangs,
  replies,
  repliesStatus,
} from '../../../../test/support/scripted-guardian.ts'
import { wireStep } from '../../../../test/support/wire-step.ts'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'

const { guardianWith, clientOf } = guardianClients()

function answerTo({ id }: ReceivedRequest, decision = 'allow'): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result: { decision, message: 'raw' } })
}

/** Writes an HTTP answer by hand. */
function rawly(write: (request: ReceivedRequest) => string): Reply {
  return (request) => void request.socket.write(write(request))
}

const dies: Reply = ({ socket }) => void socket.destroy()

describe('deadline', () => {
  verifies(
    'guardian.client.deadline',
    'denies each of many steps in time where the guardian hangs',
    async () => {
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
    },
  )

  verifies('guardian.client.deadline', 'holds for answers that begin and do not end', async () => {
    const slow = rawly(
      () => 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    )
    const client = clientOf(await guardianWith(slow), { timeoutMs: 50 })
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_timeout'))
  })

  verifies(
    'guardian.client.late',
    'counts an answer that comes too late, and does not apply it',
    async () => {
      const clock = new ManualClock()
      let answer = (): void => undefined
      const guardian = await guardianWith((request, response) => {
        answer = () => allows(request, response)
      })
      const client = clientOf(guardian, { timing: clock })
      const decided = client.decide(wireStep())
      await guardian.received()
      clock.advance(5000)
      expect(await decided).toMatchObject(denied('guardian_timeout'))
      answer()
      await expect.poll(() => client.stats().late).toBe(1)
      expect(client.stats()).toMatchObject({ decisions: 0, failures: { guardian_timeout: 1 } })
      expect(clock.pending).toBe(0)
    },
  )

  verifies(
    'guardian.client.late',
    'holds where the event loop was blocked and the answer is there before the timer',
    async () => {
      const clock = new ManualClock()
      const guardian = await guardianWith((request, response) => {
        clock.block(5000)
        allows(request, response)
      })
      const client = clientOf(guardian, { timing: clock })
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_timeout'))
      expect(client.stats()).toMatchObject({ late: 1, decisions: 0 })
    },
  )

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
    verifies('guardian.client.retry', `asks once more, the same, where ${what}`, async () => {
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
    verifies('guardian.client.retry', `does not ask again where ${what}`, async () => {
      const guardian = await guardianWith([reply, allows])
      const client = clientOf(guardian)
      expect(await client.decide(wireStep())).toMatchObject(code === '' ? { decision: 'deny' } : denied(code))
      expect(guardian.requests).toHaveLength(1)
    })
  }

  verifies('guardian.client.retry', 'asks once more, not twice', async () => {
    const guardian = await guardianWith(dies)
    const client = clientOf(guardian)
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_unavailable'))
    expect(guardian.requests).toHaveLength(2)
  })

  test('asks once more where nobody listens', async () => {
    const guardian = await guardianWith(allows)
    const endpoint = guardian.url
    await guardian.close()
    const client = clientOf(guardian, { endpoint })
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_unavailable'))
    expect(client.stats()).toMatchObject({ requests: 2, retries: 1 })
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
    verifies('guardian.client.answer', `denies where an answer ${what}`, async () => {
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

  verifies('guardian.client.answer', 'gives each of many steps its own answer', async () => {
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
