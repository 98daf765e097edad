import { allow, deny } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpTransport } from '@aos/sdk/mcp'
import { stepRecorder } from '@aos/sdk/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  gatedWire,
  notification,
  refused,
  request,
  result,
  turns,
  WireEnd,
  workerOf,
  type Message,
} from '../../../../test/support/mcp-wire.ts'

const idle = (): Promise<void> => Promise.resolve()

describe('a gated transport', () => {
  test('lets its methods be replaced for a while by what goes through them', async () => {
    const agent = workerOf(idle)
    agent.registerHook('mcp', ({ protocol }) => (protocol?.method === 'ping' ? deny('no') : allow()))
    const { near, delivered, arrived } = gatedWire(agent, { propagate: false })
    const send = near.send.bind(near)
    const close = near.close.bind(near)
    const counted = { send: 0, close: 0 }
    near.send = async (message) => {
      counted.send += 1
      return send(message)
    }
    near.close = async () => {
      counted.close += 1
      return close()
    }
    await near.send(request(1))
    await near.send(request(2, 'ping', {}))
    await near.close()
    expect(counted).toEqual({ send: 2, close: 1 })
    expect(arrived).toEqual([request(1)])
    expect(delivered).toEqual([refused(2, 'Denied: no')])
  })

  test('tells who was there before, and takes handlers away', async () => {
    const [raw, far] = WireEnd.pair()
    const before: Message[] = []
    let closed = 0
    raw.onmessage = (message) => void before.push(message)
    raw.onclose = () => {
      closed += 1
    }
    const agent = workerOf(idle)
    agent.registerHook('mcp', ({ value }) =>
      JSON.stringify(value).includes('evil') ? deny('evil') : allow(),
    )
    const near = instrumentMcpTransport(raw, agent)
    await far.send(notification('notifications/message', { data: 'evil' }))
    await far.send(notification('notifications/message', { data: 'good' }))
    await turns()
    expect(before).toEqual([notification('notifications/message', { data: 'good' })])
    near.onmessage = undefined
    await far.send(notification('notifications/message', { data: 'gone' }))
    await turns()
    expect(before).toHaveLength(1)
    await near.close()
    expect(closed).toBe(1)
  })

  test('of a connection that stands is guarded in its place, and sends again by itself what was decided', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const asked: unknown[] = []
    agent.registerHook('mcp', ({ protocol }) => void asked.push(protocol?.leg))
    const [raw, far] = WireEnd.pair()
    const delivered: Message[] = []
    raw.onmessage = (message) => void delivered.push(message)
    let refusals = 1
    const send = raw.send.bind(raw)
    // as transports do once they have authorised
    raw.send = async (message) => {
      refusals -= 1
      return refusals === 0 ? raw.send(message) : send(message)
    }
    const client = instrumentMcpClient({ connect: idle, transport: raw }, agent)
    await client.transport.send(request(1))
    await far.send(result(1))
    await turns()
    expect(asked).toEqual(['request', 'response'])
    expect(delivered).toEqual([result(1)])
    await raw.send(request(2))
    await raw.close()
    await recorder.ended(2)
    expect(recorder.steps('mcp').map(({ status }) => status)).toEqual(['ok', 'cancelled'])
  })

  test('waits no longer where the stream that would bring the answer has ended', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const [raw] = WireEnd.pair()
    const streams: (() => void)[] = []
    raw.send = async (_message, options) => {
      const { onRequestStreamEnd } = options as { onRequestStreamEnd: () => void }
      streams.push(onRequestStreamEnd)
    }
    let ended = 0
    const onRequestStreamEnd = (): void => {
      ended += 1
    }
    const near = instrumentMcpTransport(raw, agent)
    await near.send(request(1, 'subscriptions/listen', {}), { onRequestStreamEnd })
    streams[0]?.()
    await recorder.ended(1)
    expect(ended).toBe(1)
    expect(recorder.steps('mcp').map(({ status }) => status)).toEqual(['cancelled'])
  })

  test('reads the version of the protocol from the request a message came with', async () => {
    for (const extra of [
      { request: new Request('http://localhost', { headers: { 'MCP-Protocol-Version': '2025-06-18' } }) },
      { requestInfo: { headers: { 'mcp-protocol-version': '2025-06-18' } } },
    ]) {
      const [raw] = WireEnd.pair()
      const agent = workerOf(idle)
      const versions: unknown[] = []
      agent.registerHook('mcp', ({ protocol }) => void versions.push(protocol?.version))
      const near = instrumentMcpTransport(raw, agent)
      near.onmessage = () => undefined
      raw.onmessage?.(request(1), extra)
      expect(versions).toEqual(['2025-06-18'])
    }
  })

  test('lets nothing through that is denied, whatever it is', async () => {
    const member = fc.oneof(fc.constant(undefined), fc.integer(), fc.string(), fc.jsonValue(), fc.anything())
    const message = fc.record(
      {
        jsonrpc: fc.constantFrom('2.0', '1.0', 2),
        id: member,
        method: fc.oneof(
          fc.constantFrom('tools/call', 'notifications/progress', 'notifications/cancelled'),
          member,
        ),
        params: member,
        result: member,
        error: member,
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(message, fc.anything()), fc.boolean(), async (given, isInbound) => {
        const agent = workerOf(idle)
        agent.registerHook('mcp', () => deny('nothing'))
        const { near, far, arrived, delivered } = gatedWire(agent)
        if (isInbound) await far.send(given)
        else await near.send(given).catch(() => undefined)
        await turns(1)
        // only our own errors are on the wire
        for (const one of [...arrived, ...delivered])
          expect(one).toMatchObject({ error: { code: expect.any(Number) as number } })
        expect((isInbound ? delivered : arrived).filter((one) => one === given)).toEqual([])
      }),
      { numRuns: 200, seed: 7 },
    )
  })
})
