// Messages that there are once in a connection, or that a connection hangs on: handshakes, cancellation, input that is required, subscriptions.
import { allow, deny, modify, type HookContext } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpServer, instrumentMcpTransport } from '@aos/sdk/mcp'
import { afterEach, describe, expect, test } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { outcomeOf } from './kit/applications.ts'
import { connect, type Connection, type Over, type Role } from './kit/connect.ts'
import { follow } from './kit/exchange.ts'
import { connectInstrumented, newWorker, type Worker } from './kit/instrumented.ts'
import type { Line } from './kit/line.ts'
import { LINES } from './kit/lines.ts'

const ROLES: readonly Role[] = ['client', 'server']
const SHAKING = LINES.filter(({ stateless }) => !stateless)
const STATELESS = LINES.filter(({ stateless }) => stateless)

const open: Connection[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()))
})

interface Place {
  readonly line: Line
  readonly over: Over
  readonly role: Role
}

async function connected(place: Place, agent: Worker): Promise<Connection> {
  const connection = await connectInstrumented(place, agent)
  open.push(connection)
  return connection
}

type Verdict = (context: HookContext) => ReturnType<typeof allow> | undefined

/** Has messages of a method judged on one leg. */
function judge(
  agent: Worker,
  { method, leg }: { readonly method: string; readonly leg: 'request' | 'response' },
  verdict: Verdict,
): () => void {
  return agent.registerHook('mcp', (context) =>
    context.protocol?.method === method && context.protocol.leg === leg ? verdict(context) : allow(),
  )
}

const LEGS = ['request', 'response'] as const

describe.each(LINES)('the opening of $name', (line) => {
  const opening = line.stateless ? 'server/discover' : 'initialize'

  describe.each(ROLES)('with the %s instrumented', (role) => {
    const over = 'memory'

    for (const leg of LEGS) {
      verifies('mcp.aos.deny', `refused at its ${leg} makes no connection`, async () => {
        const agent = newWorker()
        judge(agent, { method: opening, leg }, () => deny('no connections'))
        const error: unknown = await connectInstrumented({ line, over, role }, agent).catch(
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(Error)
        // the client of the stateless protocol says in its own words that there is no common version
        if (!line.stateless) expect(String((error as Error).message)).toContain('no connections')
      })

      verifies('mcp.aos.thrown', `whose handler throws at its ${leg} makes no connection`, async () => {
        const agent = newWorker()
        judge(agent, { method: opening, leg }, () => {
          throw new Error('stop')
        })
        await expect(connectInstrumented({ line, over, role }, agent)).rejects.toThrow(/./)
      })
    }

    verifies('mcp.aos.modify.answer', 'can be told another name of the server', async () => {
      const agent = newWorker()
      judge(agent, { method: opening, leg: 'response' }, ({ value }) => {
        const given = value as { serverInfo?: object; _meta?: object }
        const info = { name: 'somebody else', version: '9' }
        return line.stateless
          ? modify({ ...given, _meta: { ...given._meta, 'io.modelcontextprotocol/serverInfo': info } })
          : modify({ ...given, serverInfo: info })
      })
      const { client } = await connected({ line, over, role }, agent)
      expect((client as unknown as { getServerVersion(): unknown }).getServerVersion()).toMatchObject({
        name: 'somebody else',
      })
    })
  })
})

describe.each(SHAKING)('notifications/initialized of $name', (line) => {
  verifies('mcp.aos.deny', 'denied is not sent', async () => {
    const agent = newWorker()
    judge(agent, { method: 'notifications/initialized', leg: 'request' }, () => deny('not yet'))
    const { wire } = await connected({ line, over: 'memory', role: 'client' }, agent)
    expect(wire.map(({ frame }) => frame.method)).not.toContain('notifications/initialized')
  })
})

describe.each(LINES)('the cancellation of a call of $name', (line) => {
  describe.each(ROLES)('with the %s instrumented', (role) => {
    async function cancelled(agent: Worker): Promise<{ connection: Connection; error: unknown }> {
      const connection = await connected({ line, over: 'memory', role }, agent)
      const controller = new AbortController()
      const call = outcomeOf(
        connection.request('tools/call', { name: 'hang', arguments: {} }, { signal: controller.signal }),
      )
      await connection.serverApp.arrived('tools/call')
      controller.abort(new Error('enough'))
      const { error } = await call
      return { connection, error }
    }

    verifies('mcp.cancelled', 'reaches the server, and the caller does not wait', async () => {
      const agent = newWorker()
      const seen: unknown[] = []
      judge(agent, { method: 'notifications/cancelled', leg: 'request' }, ({ protocol }) => {
        seen.push(protocol?.direction)
        return allow()
      })
      const { connection, error } = await cancelled(agent)
      expect(error).toHaveProperty('code')
      await connection.serverApp.arrived('aborted')
      expect(seen).toEqual([role === 'client' ? 'outbound' : 'inbound'])
    })

    verifies('mcp.aos.deny', 'denied leaves the server at work', async () => {
      const agent = newWorker()
      judge(agent, { method: 'notifications/cancelled', leg: 'request' }, () => deny('it must end'))
      const { connection, error } = await cancelled(agent)
      expect(error).toHaveProperty('code')
      await connection.request('prompts/get', { name: 'greet', arguments: { who: 'a fence' } })
      expect(connection.serverApp.count('aborted')).toBe(0)
    })
  })
})

describe.each(STATELESS)('input that is required, $name', (line) => {
  describe.each(['memory', 'http'] as const)('over %s', (over) => {
    describe.each(ROLES)('with the %s instrumented', (role) => {
      const ask = ({ request }: Connection): ReturnType<typeof outcomeOf> =>
        outcomeOf(request('tools/call', { name: 'ask', arguments: {} }))

      verifies('mcp.input-required', 'is judged as an answer, and the retry as a call', async () => {
        const agent = newWorker()
        const seen: unknown[] = []
        agent.registerHook('mcp', ({ protocol, value }) => {
          if (protocol?.method === 'tools/call')
            seen.push([protocol.leg, 'inputRequests' in Object(value), 'inputResponses' in Object(value)])
          return allow()
        })
        const connection = await connected({ line, over, role }, agent)
        expect(JSON.stringify(await ask(connection))).toContain('Ann')
        expect(seen).toEqual([
          ['request', false, false],
          ['response', true, false],
          ['request', false, true],
          ['response', false, false],
        ])
      })

      verifies('mcp.input-required', 'denied as an answer asks nobody', async () => {
        const agent = newWorker()
        const connection = await connected({ line, over, role }, agent)
        judge(agent, { method: 'tools/call', leg: 'response' }, ({ value }) =>
          'inputRequests' in Object(value) ? deny('ask nobody') : allow(),
        )
        const { error } = await ask(connection)
        expect(error).toMatchObject({
          code: -32010,
          message: expect.stringContaining('ask nobody') as string,
        })
        expect(connection.clientApp.count('elicitation/create')).toBe(0)
      })

      verifies('mcp.input-required', 'denied as a retry tells the server nothing', async () => {
        const agent = newWorker()
        const connection = await connected({ line, over, role }, agent)
        judge(agent, { method: 'tools/call', leg: 'request' }, ({ value }) =>
          'inputResponses' in Object(value) ? deny('tell nobody') : allow(),
        )
        const { error } = await ask(connection)
        expect(error).toMatchObject({ code: -32010 })
        expect(connection.serverApp.count('tools/call')).toBe(1)
        if (role === 'client')
          expect(JSON.stringify(connection.wire.filter(({ to }) => to === 'server'))).not.toContain('Ann')
      })
    })
  })
})

describe.each(STATELESS)('subscriptions/listen of $name', (line) => {
  describe.each(['memory', 'http'] as const)('over %s', (over) => {
    verifies('mcp.aos.deny', 'denied is not sent, and whoever listens is told', async () => {
      const agent = newWorker()
      const connection = await connected({ line, over, role: 'client' }, agent)
      judge(agent, { method: 'subscriptions/listen', leg: 'request' }, () => deny('listen to nobody'))
      await expect(follow(connection)).rejects.toThrow('listen to nobody')
      expect(connection.wire.map(({ frame }) => frame.method)).not.toContain('subscriptions/listen')
    })

    verifies('mcp.aos.modify', 'modified is what the server is asked', async () => {
      const agent = newWorker()
      const connection = await connected({ line, over, role: 'client' }, agent)
      judge(agent, { method: 'subscriptions/listen', leg: 'request' }, ({ value }) =>
        modify({ ...(value as object), notifications: { toolsListChanged: true } }),
      )
      const listening = (await follow(connection)) as { honoredFilter: object }
      expect(listening.honoredFilter).toEqual({ toolsListChanged: true })
    })

    verifies('mcp.aos.deny', 'that is acknowledged and closed again leaves nothing waiting', async () => {
      const agent = newWorker()
      const seen: unknown[] = []
      agent.registerHook('mcp', ({ protocol }) => void seen.push([protocol?.method, protocol?.leg]))
      const connection = await connected({ line, over, role: 'client' }, agent)
      const listening = (await follow(connection)) as { close(): Promise<void>; closed: Promise<string> }
      await listening.close()
      expect(await listening.closed).toBe('local')
      expect(seen).toContainEqual(['notifications/subscriptions/acknowledged', 'request'])
      expect(JSON.stringify(await connection.request('tools/list', {}))).toContain('read')
    })
  })
})

describe.each(LINES)('two agents of one client of $name', (line) => {
  test('are both asked, and each can refuse', async () => {
    const [first, second] = [newWorker(), newWorker()]
    const asked: string[] = []
    first.registerHook('mcp', ({ protocol }) => void asked.push(`first ${protocol?.method} ${protocol?.leg}`))
    second.registerHook(
      'mcp',
      ({ protocol }) => void asked.push(`second ${protocol?.method} ${protocol?.leg}`),
    )
    const connection = await connect(line, 'memory', {
      client: (client) => instrumentMcpClient(instrumentMcpClient(client as never, first), second),
    })
    open.push(connection)
    asked.length = 0
    const read = (): ReturnType<typeof outcomeOf> =>
      outcomeOf(connection.request('tools/call', { name: 'read', arguments: { path: 'a' } }))
    expect(JSON.stringify(await read())).toContain('content of a')
    expect(new Set(asked)).toEqual(
      new Set(['first', 'second'].flatMap((who) => LEGS.map((leg) => `${who} tools/call ${leg}`))),
    )
    for (const agent of [first, second]) {
      const stop = agent.registerHook('mcp', () => deny('no'))
      expect((await read()).error).toMatchObject({ code: -32010 })
      stop()
    }
    expect(connection.serverApp.count('tools/call')).toBe(1)
  })
})

describe.each(LINES)('a handler that uses the connection it judges, of $name', (line) => {
  test('does not wait for itself', async () => {
    const agent = newWorker()
    const connection = await connected({ line, over: 'memory', role: 'client' }, agent)
    const learnt: unknown[] = []
    agent.registerHook('mcp', async ({ protocol }) => {
      if (protocol?.method !== 'tools/call') return allow()
      learnt.push(
        await connection.request('prompts/get', { name: 'greet', arguments: { who: protocol.leg } }),
      )
      return allow()
    })
    const result = await connection.request('tools/call', { name: 'read', arguments: { path: 'a' } })
    expect(JSON.stringify(result)).toContain('content of a')
    expect(learnt).toHaveLength(2)
  })
})

describe.each(LINES)('a transport of $name that is instrumented itself', (line) => {
  test('has the messages of any client and server judged', async () => {
    const agent = newWorker()
    const connection = await connect(line, 'memory', {
      transport: (transport) => instrumentMcpTransport(transport as never, agent),
    })
    open.push(connection)
    const seen: unknown[] = []
    agent.registerHook('mcp', ({ protocol, value }) => {
      seen.push([protocol?.direction, protocol?.method, protocol?.leg])
      return JSON.stringify(value).includes('secret') ? deny('private') : allow()
    })
    const read = (path: string): ReturnType<typeof outcomeOf> =>
      outcomeOf(connection.request('tools/call', { name: 'read', arguments: { path } }))
    expect(JSON.stringify(await read('a'))).toContain('content of a')
    expect((await read('secret')).error).toMatchObject({ code: -32010 })
    expect(connection.serverApp.count('tools/call')).toBe(1)
    expect(seen).toEqual([
      ['outbound', 'tools/call', 'request'],
      ['inbound', 'tools/call', 'response'],
      ['outbound', 'tools/call', 'request'],
    ])
  })
})

describe.each(LINES)('a server of $name', (line) => {
  test('that is gated by its low level and its high level is judged once', async () => {
    const agent = newWorker()
    const seen: unknown[] = []
    agent.registerHook('mcp', ({ protocol }) => {
      if (protocol?.method === 'tools/call') seen.push([protocol.direction, protocol.leg])
    })
    const connection = await connect(line, 'memory', {
      server: (server) => instrumentMcpServer(instrumentMcpServer(server as never, agent), agent),
    })
    open.push(connection)
    await connection.request('tools/call', { name: 'read', arguments: { path: 'a' } })
    expect(seen).toEqual([
      ['inbound', 'request'],
      ['outbound', 'response'],
    ])
  })
})

describe.each(LINES)('a handler of $name that says only what is to be changed', (line) => {
  describe.each(ROLES)('with the %s instrumented', (role) => {
    const CALL = { name: 'read', arguments: { path: 'a' } }

    verifies('mcp.aos.modify', 'need not repeat what the protocol puts into params', async () => {
      const agent = newWorker()
      const connection = await connected({ line, over: 'memory', role }, agent)
      judge(agent, { method: 'tools/call', leg: 'request' }, () => modify({ name: 'work', arguments: {} }))
      const told: unknown[] = []
      const onprogress = (progress: unknown): void => void told.push(progress)
      const { result } = await outcomeOf(connection.request('tools/call', CALL, { onprogress }))
      expect(JSON.stringify(result)).toContain('done')
      expect(told).toHaveLength(2)
    })

    verifies('mcp.aos.modify.answer', 'need not repeat what the protocol puts into answers', async () => {
      const agent = newWorker()
      const connection = await connected({ line, over: 'memory', role }, agent)
      for (const [method, changed] of [
        ['tools/call', { content: [{ type: 'text', text: 'changed' }] }],
        ['tools/list', { tools: [{ name: 'changed', inputSchema: { type: 'object' } }] }],
      ] as const) {
        judge(agent, { method, leg: 'response' }, () => modify(changed))
        const { result } = await outcomeOf(connection.request(method, method === 'tools/call' ? CALL : {}))
        expect(result).toMatchObject(changed)
      }
    })
  })
})
