// What a server receives and sends through a gated transport, message by message.
import { allow, currentRun, deny, modify, type AosError, type AOSHandle, type AOSInstrument } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpServer, instrumentMcpTransport } from '@aos/sdk/mcp'
import { stepRecorder } from '@aos/sdk/testing'
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
  type GatedWire,
  type Message,
} from '../../../../test/support/mcp-wire.ts'

const idle = (): Promise<void> => Promise.resolve()

/** Has the application answer each request with what is given. */
function serving(wire: GatedWire, answer: (message: Message) => Message = ({ id }) => result(id)): GatedWire {
  wire.near.onmessage = (message) => {
    wire.delivered.push(message)
    if (message['id'] !== undefined && message['method'] !== undefined) void wire.near.send(answer(message))
  }
  return wire
}

describe('a request of the other side', () => {
  test('and its answer are one step in one run, in which it is served', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const runs: unknown[] = []
    agent.registerHook('mcp', ({ protocol, runId }) => void runs.push(runId, protocol))
    const { far, arrived } = serving(gatedWire(agent), ({ id }) => {
      runs.push(currentRun()?.runId)
      return result(id)
    })
    await far.send(request(1))
    await recorder.ended(1)
    expect(arrived).toEqual([result(1)])
    const [id, asked, here, again, answered] = runs
    expect([here, again]).toEqual([id, id])
    expect(asked).toMatchObject({ direction: 'inbound', leg: 'request', id: 1, target: 'read' })
    expect(answered).toMatchObject({ direction: 'outbound', leg: 'response', method: 'tools/call', id: 1 })
    expect(recorder.steps('mcp').map(({ name, status }) => [name, status])).toEqual([['tools/call', 'ok']])
  })

  test('that is denied reaches nobody and is answered with an error', async () => {
    const agent = workerOf(idle)
    agent.registerHook('mcp', () => deny('private'))
    const { far, arrived, delivered } = serving(gatedWire(agent))
    await far.send(request('x'))
    expect([delivered, arrived]).toEqual([[], [refused('x', 'Denied: private')]])
  })

  test('is modified, and so is its answer, which is withheld where it is denied', async () => {
    const agent = workerOf(idle)
    const stop = agent.registerHook('mcp', ({ protocol }) =>
      modify(protocol?.leg === 'request' ? { name: 'other' } : { content: ['changed'] }),
    )
    const { far, arrived, delivered } = serving(gatedWire(agent))
    await far.send(request(1))
    await turns()
    expect(delivered).toEqual([request(1, 'tools/call', { name: 'other' })])
    expect(arrived).toEqual([result(1, { content: ['changed'] })])
    stop()
    agent.registerHook('mcp', ({ protocol }) => (protocol?.leg === 'response' ? deny('private') : allow()))
    await far.send(request(2))
    await turns()
    expect(arrived.at(-1)).toEqual(refused(2, 'Denied: private'))
  })

  test.each(['request', 'response'])('is answered when a handler throws at the %s', async (leg) => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    agent.registerHook('mcp', ({ protocol }) => {
      if (protocol?.leg === leg) throw new Error('broken')
    })
    const { far, arrived, delivered, errors } = serving(gatedWire(agent))
    await far.send(request(1))
    await recorder.ended(1)
    await turns()
    expect(arrived).toEqual([refused(1, 'the run has ended')])
    expect(delivered).toHaveLength(leg === 'request' ? 0 : 1)
    expect(errors).toEqual(['broken'])
    expect(recorder.runs()[0]?.status).toBe('failed')
  })

  test('is not served again under an id that is being served', async () => {
    const agent = workerOf(idle)
    agent.registerHook('mcp', () => allow())
    const { near, far, arrived, delivered } = gatedWire(agent)
    await far.send(request(1))
    await far.send(request('1'))
    expect(delivered).toHaveLength(1)
    expect(arrived).toEqual([refused('1', expect.stringContaining('being answered') as string, -32600)])
    await near.send(result(1))
    await turns()
    await far.send(request(1))
    expect(delivered).toHaveLength(2)
  })

  test('that is cancelled is over once the application knows, and nobody waits for a closed connection', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    agent.registerHook('mcp', async ({ protocol }) => {
      if (protocol?.id === 1) await turns(3)
      return allow()
    })
    const { far, near, delivered, arrived } = gatedWire(agent)
    await far.send(request(1))
    await far.send(notification('notifications/cancelled', { requestId: 1 }))
    await far.send(request(2))
    await recorder.ended(1)
    expect(delivered.map(({ method, id }) => id ?? method)).toEqual([2, 1, 'notifications/cancelled'])
    await far.close()
    await recorder.ended(2)
    const calls = recorder.steps('mcp').filter(({ name }) => name === 'tools/call')
    expect(calls.map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
    await near.send(result(1))
    await turns()
    expect(arrived).toEqual([result(1)])
  })

  test('is not cancelled by a notification that is denied', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    agent.registerHook('mcp', ({ protocol }) =>
      protocol?.method === 'notifications/cancelled' ? deny('go on') : allow(),
    )
    const { far, near, delivered, arrived } = gatedWire(agent)
    await far.send(request(1))
    await far.send(notification('notifications/cancelled', { requestId: 1 }))
    await near.send(result(1))
    await recorder.ended(1)
    expect(delivered).toEqual([request(1)])
    expect(arrived).toEqual([result(1)])
  })

  test('has what is reported of it sent before its answer', async () => {
    const agent = workerOf(idle)
    agent.registerHook('mcp', async ({ protocol }) => {
      if (protocol?.method?.startsWith('notifications/') === true) await turns(2)
      return allow()
    })
    const wire = gatedWire(agent, { propagate: false })
    const { near, far, arrived } = wire
    const progress = notification('notifications/progress', { progressToken: 'p', progress: 1 })
    const log = notification('notifications/message', { data: 1 })
    near.onmessage = ({ id }) => {
      void near.send(progress)
      void near.send(log, { relatedRequestId: id })
      void near.send(result(id))
    }
    await far.send(request(1, 'tools/call', { name: 'read', _meta: { progressToken: 'p' } }))
    await turns(20)
    expect(arrived).toEqual([progress, log, result(1)])
  })

  test('is a run of the session that the transport names, and of the caller', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const { near, far } = serving(gatedWire(agent))
    near.sessionId = 'session-1'
    const hash = 'ab'.repeat(32)
    const _meta = { baggage: `aos.run.id=caller,aos.lineage=${hash}` }
    await far.send(request(1, 'tools/call', { name: 'read', _meta }))
    await recorder.ended(1)
    const [start] = recorder.events.filter((event) => event.type === 'run.start')
    expect(start?.run).toMatchObject({ sessionId: 'session-1', parentRunId: 'caller', trigger: 'agent' })
  })

  test('is no run of the caller where that is not to be believed', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const { far } = serving(gatedWire(agent, { propagate: false }))
    const _meta = { baggage: 'aos.run.id=caller' }
    await far.send(request(1, 'tools/call', { name: 'read', _meta }))
    await recorder.ended(1)
    const [start] = recorder.events.filter((event) => event.type === 'run.start')
    expect(start?.run.parentRunId).toBeUndefined()
  })
})

describe('what both sides say of themselves', () => {
  const hello = request(0, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'caller', version: '3' },
  })
  const welcome = result(0, {
    protocolVersion: '2025-06-18',
    capabilities: {},
    serverInfo: { name: 'files', version: '7' },
  })
  const tools = { tools: [{ name: 'read' }, { name: 'write' }, { name: 3 }] }

  test('is told a server', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const { far } = serving(gatedWire(agent), ({ id }) => (id === 0 ? welcome : result(id)))
    await far.send(hello)
    await far.send(request(1))
    await recorder.ended(2)
    const [first, second] = recorder.steps('mcp')
    const peer = { name: 'caller', version: '3' }
    expect(first?.protocol).toMatchObject({ peer, version: '2025-06-18' })
    expect(second).toMatchObject({ mcpServer: 'files', protocol: { peer, version: '2025-06-18' } })
  })

  test('is told a client, and is what the agent is made of', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] }) as unknown as AOSHandle<object>
    const { near, far } = gatedWire(agent)
    Object.assign(near, { _url: new URL('https://ann:secret@files.example/mcp?key=secret') })
    far.onmessage = ({ id, method }) => {
      const answer = method === 'tools/list' ? result(id, tools) : result(id)
      if (id !== undefined) void far.send(method === 'initialize' ? welcome : answer)
    }
    await near.send(hello)
    await near.send(request(1, 'tools/list', {}))
    await near.send(request(2))
    await recorder.ended(3)
    const peer = { name: 'files', version: '7', url: 'https://files.example/mcp' }
    expect(recorder.steps('mcp').map(({ protocol }) => protocol?.peer)).toEqual([peer, peer, peer])
    const component = {
      id: 'mcp:files',
      type: 'mcp',
      ...peer,
      capabilities: ['read', 'write'],
    }
    expect(agent.describe().components).toEqual([expect.objectContaining(component)])
  })

  test('is known from each message where there is no handshake', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'caller', version: '3' },
    }
    const told = { 'io.modelcontextprotocol/serverInfo': { name: 'files', version: '7' } }
    const { far } = serving(gatedWire(agent), ({ id }) => result(id, { content: [], _meta: told }))
    await far.send(request(1, 'tools/call', { name: 'read', _meta }))
    await far.send(request(2, 'tools/call', { name: 'read', _meta }))
    await recorder.ended(2)
    expect(recorder.steps('mcp')[1]).toMatchObject({
      mcpServer: 'files',
      protocol: { version: '2026-07-28', peer: { name: 'caller', version: '3' } },
    })
  })

  test('a server is nobody else once it has said who it is, and is who the user says', async () => {
    for (const name of [undefined, 'ours']) {
      const servers: unknown[] = []
      const agent = workerOf(idle)
      agent.registerHook('mcp', ({ mcpServer }) => void servers.push(mcpServer))
      const { near, far } = gatedWire(agent, name === undefined ? {} : { name })
      await near.send(hello)
      await far.send(welcome)
      await near.send(request(1))
      const other = { 'io.modelcontextprotocol/serverInfo': { name: 'trusted', version: '1' } }
      await far.send(result(1, { content: [], _meta: other }))
      await near.send(request(2))
      expect(servers.at(-1)).toBe(name ?? 'files')
    }
  })
})

describe('what is sent along', () => {
  test('names the run and leaves the rest, and is not judged', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const judged: unknown[] = []
    agent.registerHook('mcp', ({ value }) => void judged.push(value))
    const { near, arrived } = gatedWire(agent)
    const params = { name: 'read', _meta: { progressToken: 1, baggage: 'tenant=7' } }
    await near.send(request(1, 'tools/call', params))
    await near.send(notification('notifications/initialized'))
    await near.send({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' })
    expect(judged).toEqual([params, {}, {}])
    const baggage = expect.stringMatching(/^aos\.run\.id=[\w-]+(,aos\.lineage=[\da-f]+)?,tenant=7$/) as string
    expect(arrived[0]).toEqual(
      request(1, 'tools/call', { name: 'read', _meta: { progressToken: 1, baggage } }),
    )
    for (const message of arrived.slice(1))
      expect(message['params']).toEqual({
        _meta: { baggage: expect.stringMatching(/^aos\.run\.id=/) as string },
      })
  })
})

describe('instrumenting', () => {
  test('gives the same object for the same owner, and one that judges for another', async () => {
    const [raw, far] = WireEnd.pair()
    const agents = [workerOf(idle), workerOf(idle)] as const
    const first = instrumentMcpTransport(raw, agents[0])
    expect(instrumentMcpTransport(first, agents[0])).toBe(first)
    const both = instrumentMcpTransport(first, agents[1])
    expect(both).toBeInstanceOf(WireEnd)
    const asked: number[] = []
    agents.forEach((agent, index) => agent.registerHook('mcp', () => void asked.push(index)))
    far.onmessage = () => undefined
    await both.send(request(1))
    // the run of the first is inside of that of the second, whose hooks judge there too
    expect(asked).toEqual([1, 1, 0])
  })

  test.each([
    ['an unknown option', { names: 'x' }],
    ['a name that is none', { name: '' }],
    ['another count of tool calls', { toolCalls: 'never' }],
    ['no flag', { propagate: 'yes' }],
    ['no options', 'once'],
  ])('refuses %s', (_what, options) => {
    const [raw] = WireEnd.pair()
    const server = { connect: idle, close: idle }
    const client = { connect: idle }
    for (const instrument of [
      () => instrumentMcpTransport(raw, undefined, options as never),
      () => instrumentMcpServer(server, undefined, options as never),
      () => instrumentMcpClient(client, undefined, options as never),
    ])
      expect(instrument).toThrow(expect.objectContaining({ code: 'invalid_options' }) as AosError)
  })

  test('refuses what is no client, server or transport, and an owner that is not instrumented', () => {
    expect(() => instrumentMcpTransport({} as never)).toThrow('no transport')
    expect(() => instrumentMcpServer({} as never)).toThrow('no MCP server')
    expect(() => instrumentMcpClient({} as never)).toThrow('no MCP client')
    const [raw] = WireEnd.pair()
    expect(() => instrumentMcpTransport(raw, {} as AOSInstrument<object>)).toThrow('not instrumented')
  })
})
