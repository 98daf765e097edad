// Messages at odd moments: before they are asked for, after their run, while an application waits in its own handler.
import { allow, deny, type HookContext } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpTransport } from '@aos/sdk/mcp'
import { describe, expect, test } from 'vitest'
import { withoutUnhandled } from '../../../../test/compat/mcp/kit/unhandled.ts'
import {
  gatedWire,
  refused,
  request,
  result,
  turns,
  WireEnd,
  workerOf,
  type Message,
} from '../../../../test/support/mcp-wire.ts'

const idle = (): Promise<void> => Promise.resolve()
const EVIL = { content: [{ type: 'text', text: 'evil' }] }

/** Denies what is evil where it says that it answers a call, and takes its time for everything that comes in. */
async function noEvilAnswers({ protocol, value }: HookContext): Promise<ReturnType<typeof allow>> {
  if (protocol?.direction === 'inbound') await turns(2)
  const isAnswer = protocol?.method === 'tools/call' && protocol.leg === 'response'
  return isAnswer && JSON.stringify(value).includes('evil') ? deny('evil') : allow()
}

describe('an answer', () => {
  test('that comes before its request is not delivered once that waits', async () => {
    const agent = workerOf(idle)
    agent.registerHook('mcp', noEvilAnswers)
    const { near, far, delivered, errors } = gatedWire(agent)
    await far.send(result(5, EVIL))
    await near.send(request(5))
    await turns(20)
    expect(delivered).toEqual([])
    expect(errors).toEqual(['received an answer to what was not asked; it was dropped'])
    await far.send(result(5))
    await turns(20)
    expect(delivered).toEqual([result(5)])
  })

  test('that comes after its run is judged as the answer to its request', async () => {
    const wire = gatedWire()
    const agent = workerOf(async () => {
      void wire.near.send(request(1, 'tools/call', { name: 'read' }))
    })
    const judged: unknown[] = []
    agent.registerHook('mcp', (context) => {
      judged.push([context.protocol?.leg, context.protocol?.method, context.protocol?.target])
      return noEvilAnswers(context)
    })
    await agent.run('go')
    await turns(20)
    await wire.far.send(result(1, EVIL))
    await turns(20)
    expect(wire.delivered).toEqual([refused(1, 'Denied: evil')])
    expect(judged).toEqual([
      ['request', 'tools/call', 'read'],
      ['response', 'tools/call', 'read'],
    ])
  })
})

test('an application that answers in its own handler, and waits there for that, is not waited for', async () => {
  const agent = workerOf(idle)
  agent.registerHook('mcp', async () => allow())
  const { near, far, arrived } = gatedWire(agent)
  near.onmessage = (async ({ id }: Message) => near.send(result(id))) as never
  await far.send(request(1))
  await turns(20)
  expect(arrived).toEqual([result(1)])
})

test('what no run can be started for is refused on both sides, and ends no process', () =>
  withoutUnhandled(async () => {
    let broken = false
    const agent = workerOf(idle, {
      clock: () => {
        if (broken) throw new Error('no clock')
        return 1
      },
    })
    agent.registerHook('mcp', () => allow())
    const { near, far, arrived, delivered, errors } = gatedWire(agent)
    broken = true
    await expect(near.send(request(1))).rejects.toThrow('no clock')
    await far.send(request(2))
    await turns()
    expect(arrived).toEqual([refused(2, 'the run has ended')])
    expect([delivered, errors]).toEqual([[], ['no clock']])
  }))

test('the other side cannot say that it is the client', async () => {
  const agent = workerOf(idle)
  const servers: unknown[] = []
  agent.registerHook('mcp', ({ mcpServer, protocol }) => {
    if (protocol?.method === 'tools/call') servers.push(mcpServer)
    return allow()
  })
  const { near, far } = gatedWire(agent)
  await far.send(request(1, 'tools/list', {}))
  await turns(20)
  await near.send(request(2, 'initialize', { clientInfo: { name: 'us', version: '1' } }))
  await far.send(result(2, { serverInfo: { name: 'files', version: '1' } }))
  await turns(20)
  await near.send(request(3))
  await turns(20)
  expect(servers).toEqual(['files'])
})

describe('a connection that stands', () => {
  test('has a message judged again that the application sends again', async () => {
    const agent = workerOf(idle)
    const [raw, far] = WireEnd.pair()
    const arrived: Message[] = []
    far.onmessage = (message) => void arrived.push(message)
    const judged: unknown[] = []
    agent.registerHook('mcp', ({ value }) => {
      judged.push(value)
      return JSON.stringify(value).includes('evil') ? deny('evil') : allow()
    })
    const client = { transport: raw, tools: async () => undefined, close: async () => undefined }
    instrumentMcpClient(client, agent, { propagate: false })
    const params = { data: 'good' }
    const frame = { jsonrpc: '2.0', method: 'notifications/message', params }
    await raw.send(frame)
    params.data = 'evil'
    await raw.send(frame)
    expect(judged).toHaveLength(2)
    expect(arrived).toHaveLength(1)
  })

  test('is guarded anew when it is made again with the same transport', async () => {
    const agent = workerOf(idle)
    agent.registerHook('mcp', ({ value }) =>
      JSON.stringify(value).includes('evil') ? deny('evil') : allow(),
    )
    const [raw, far] = WireEnd.pair()
    const delivered: Message[] = []
    // as the SDK connects
    const client = {
      transport: undefined as WireEnd | undefined,
      async connect(transport: WireEnd): Promise<void> {
        client.transport = transport
        transport.onmessage = (message) => void delivered.push(message)
      },
    }
    await client.connect(raw)
    const gated = instrumentMcpClient(client, agent)
    await raw.close()
    await gated.connect(raw as never)
    await far.send({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'evil' } })
    await turns()
    expect(delivered).toEqual([])
    await far.send({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'good' } })
    await turns()
    expect(delivered).toHaveLength(1)
  })
})

test('two owners of one transport both judge', async () => {
  const [raw, far] = WireEnd.pair()
  const asked: string[] = []
  const agents = ['one', 'other'].map((name) => {
    const agent = workerOf(idle)
    agent.registerHook('mcp', () => {
      asked.push(name)
      return allow()
    })
    return agent
  })
  const arrived: Message[] = []
  far.onmessage = (message) => void arrived.push(message)
  let transport = raw
  for (const agent of agents) transport = instrumentMcpTransport(transport, agent, { propagate: false })
  await transport.send({ jsonrpc: '2.0', method: 'notifications/message', params: {} })
  expect([new Set(asked), arrived.length]).toEqual([new Set(['one', 'other']), 1])
})
