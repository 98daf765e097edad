// What a client sends and receives through a gated transport, message by message.
import { allow, deny, modify, type HookContext } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { describe, expect, test } from 'vitest'
import {
  gatedWire,
  notification,
  refused,
  request,
  result,
  turns,
  workerOf,
} from '../../../../test/support/mcp-wire.ts'

const idle = (): Promise<void> => Promise.resolve()

describe('a request of a client', () => {
  test('and its answer are one step, judged twice', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const seen: unknown[] = []
    agent.registerHook('mcp', ({ protocol, value }) => void seen.push([protocol, value]))
    const { near, far, arrived, delivered } = gatedWire(agent, { propagate: false })
    await near.send(request(1))
    await far.send(result(1))
    expect(arrived).toEqual([request(1)])
    expect(delivered).toEqual([result(1)])
    const asked = { name: 'mcp', method: 'tools/call', id: 1, target: 'read' }
    expect(seen).toEqual([
      [expect.objectContaining({ ...asked, direction: 'outbound', leg: 'request' }), { name: 'read' }],
      [expect.objectContaining({ ...asked, direction: 'inbound', leg: 'response' }), { content: [] }],
    ])
    await recorder.ended(1)
    expect(recorder.steps('mcp').map(({ name, status }) => [name, status])).toEqual([['tools/call', 'ok']])
    expect(recorder.runs().map(({ status }) => status)).toEqual(['completed'])
  })

  test('that is denied is never sent, and answered with an error of its id', async () => {
    const agent = workerOf(idle)
    agent.registerHook('mcp', () => deny('private'))
    const { near, arrived, delivered } = gatedWire(agent)
    await near.send(request('a'))
    expect([arrived, delivered]).toEqual([[], [refused('a', 'Denied: private')]])
  })

  test('keeps its id and method when it is modified, and so does its answer', async () => {
    const agent = workerOf(idle)
    agent.registerHook('mcp', ({ protocol }) =>
      modify(protocol?.leg === 'request' ? { name: 'other' } : { content: ['changed'] }),
    )
    const { near, far, arrived, delivered } = gatedWire(agent)
    await near.send(request(1))
    await far.send(result(1))
    await turns()
    expect(arrived).toEqual([request(1, 'tools/call', { name: 'other' })])
    expect(delivered).toEqual([result(1, { content: ['changed'] })])
  })

  test('has its error judged, which stays one', async () => {
    const agent = workerOf(idle)
    let errors = 0
    agent.registerHook('mcp', ({ isError, protocol }) => {
      if (isError === true) errors += 1
      return protocol?.leg === 'response' ? modify({ code: -1, message: 'something' }) : allow()
    })
    const { near, far, delivered } = gatedWire(agent)
    await near.send(request(1))
    await far.send(refused(1, 'secret path', -32603))
    await turns()
    expect(delivered).toEqual([refused(1, 'something', -1)])
    expect(errors).toBe(1)
  })

  test('whose answer is denied gets an error in place of it', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    agent.registerHook('mcp', ({ protocol }) => (protocol?.leg === 'response' ? deny('private') : allow()))
    const { near, far, delivered } = gatedWire(agent)
    await near.send(request(1))
    await far.send(result(1))
    expect(delivered).toEqual([refused(1, 'Denied: private')])
    expect(recorder.steps('mcp').map(({ status }) => status)).toEqual(['withheld'])
  })

  test.each(['request', 'response'])('is told when a handler throws at the %s', async (leg) => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    agent.registerHook('mcp', ({ protocol }) => {
      if (protocol?.leg === leg) throw new Error('broken')
    })
    const { near, far, delivered, arrived } = gatedWire(agent)
    const sent = near.send(request(1))
    if (leg === 'request') await expect(sent).rejects.toThrow('broken')
    else await sent
    await far.send(result(1))
    await turns()
    if (leg === 'request') expect(arrived).toEqual([])
    else expect(delivered).toEqual([refused(1, 'the run has ended')])
    expect(recorder.runs()[0]?.status).toBe('failed')
  })

  test('that cannot be sent fails as it did', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const { near } = gatedWire(agent)
    near.fail = new Error('no network')
    await expect(near.send(request(1))).rejects.toThrow('no network')
    await recorder.ended(1)
    expect(recorder.steps('mcp').map(({ status }) => status)).toEqual(['error'])
  })

  test('that is cancelled, aborted or left by a closed connection waits no longer', async () => {
    const recorder = stepRecorder()
    const agent = workerOf(idle, { sinks: [recorder] })
    const { near } = gatedWire(agent)
    const controller = new AbortController()
    await near.send(request(1))
    await near.send(request(2), { signal: controller.signal })
    await near.send(request(3))
    await near.send(notification('notifications/cancelled', { requestId: 1 }))
    controller.abort()
    await near.close()
    await recorder.ended(3)
    const calls = recorder.steps('mcp').filter(({ name }) => name === 'tools/call')
    expect(calls.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    const statuses = recorder.runs().map(({ status }) => status)
    expect(statuses.filter((status) => status === 'cancelled')).toHaveLength(3)
  })

  test('that nobody can judge whole is refused, in either direction', async () => {
    let deep: unknown = 'the end'
    for (let level = 0; level < 200; level += 1) deep = { deep }
    const agent = workerOf(idle)
    agent.registerHook('mcp', () => allow())
    const { near, far, arrived, delivered, errors } = gatedWire(agent)
    await near.send(request(1, 'tools/call', { name: 'read', arguments: deep }))
    await near.send(request(2))
    await far.send(result(2, { content: [deep] }))
    expect(arrived.map(({ id }) => id)).toEqual([2])
    expect(delivered).toEqual(
      [1, 2].map((id) => refused(id, expect.stringContaining('cannot be judged') as string)),
    )
    expect(errors).toHaveLength(2)
  })

  test('never has an answer delivered that came before it was sent', async () => {
    const agent = workerOf(idle)
    let go: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      go = resolve
    })
    agent.registerHook('mcp', async ({ protocol }) => {
      if (protocol?.leg === 'request') await held
      return allow()
    })
    const { near, far, delivered, errors } = gatedWire(agent)
    const sent = near.send(request(1))
    await far.send(result(1, { content: ['forged'] }))
    go()
    await sent
    await far.send(result('1', { content: ['true'] }))
    await turns()
    expect(delivered).toEqual([result('1', { content: ['true'] })])
    expect(errors).toEqual([expect.stringContaining('not sent')])
  })
})

describe('what a client receives', () => {
  test('is no second answer while the first is judged, under whatever the id is read from', async () => {
    for (const id of [1, '1', '01', ' 1', '0x1', '1.0']) {
      const agent = workerOf(idle)
      agent.registerHook('mcp', async ({ protocol }) => {
        if (protocol?.method === 'tools/call') await turns(3)
        return allow()
      })
      const { near, far, delivered, errors } = gatedWire(agent)
      await near.send(request(1))
      await far.send(result(id, { content: ['first'] }))
      await far.send(result(1, { content: ['second'] }))
      await turns(20)
      expect(delivered).toEqual([result(id, { content: ['first'] })])
      expect(errors).toEqual([expect.stringContaining('a second answer')])
    }
  })

  test('keeps its order, and progress stays ahead of the answer', async () => {
    const agent = workerOf(idle)
    let slow = true
    agent.registerHook('mcp', async ({ protocol }) => {
      if (protocol?.direction === 'inbound' && slow) {
        slow = false
        await turns(3)
      }
      return allow()
    })
    const { near, far, delivered } = gatedWire(agent)
    await near.send(request(1, 'tools/call', { name: 'read', _meta: { progressToken: 'p' } }))
    const progress = notification('notifications/progress', { progressToken: 'p', progress: 1 })
    const logs = [1, 2].map((data) => notification('notifications/message', { data }))
    for (const message of [progress, result(1), ...logs]) await far.send(message)
    await turns(20)
    expect(delivered.filter(({ method }) => method !== 'notifications/message')).toEqual([
      progress,
      result(1),
    ])
    expect(delivered.filter(({ method }) => method === 'notifications/message')).toEqual(logs)
  })

  test('is not kept waiting by what is judged beside it', async () => {
    const agent = workerOf(idle)
    const { near, far, delivered } = gatedWire(agent)
    near.onmessage = (message) => {
      delivered.push(message)
      if (message['method'] === 'roots/list') void near.send(result(message['id'], { roots: [] }))
    }
    far.onmessage = (message) => {
      if (message['method'] === 'tools/call') void far.send(request('r', 'roots/list', {}))
      else if (message['id'] === 'r') void far.send(result(1))
      else if (message['method'] === 'ping') void far.send(result(message['id'], {}))
    }
    // a guardian that is reached over the very connection it guards
    agent.registerHook('mcp', async ({ protocol }: HookContext) => {
      if (protocol?.method === 'ping') return allow()
      const asked = near.send(request(`ping ${delivered.length}`, 'ping', {}))
      await asked
      return allow()
    })
    await near.send(request(1))
    await turns(20)
    expect(delivered.at(-1)).toEqual(result(1))
  })

  test('is judged though nobody asked for it, and dropped where it is denied or no message', async () => {
    const agent = workerOf(idle)
    const seen: unknown[] = []
    agent.registerHook('mcp', ({ protocol, value }) => {
      seen.push([protocol?.leg, protocol?.method])
      return JSON.stringify(value).includes('evil') ? deny('evil') : allow()
    })
    const { far, delivered, errors } = gatedWire(agent)
    const bad = [undefined, [], { id: 1 }, { jsonrpc: '2.0', id: {}, method: 'ping' }]
    for (const message of bad) await far.send(message)
    await far.send(result(9, { evil: true }))
    await far.send(notification('notifications/message', { data: 'evil' }))
    await far.send(result(10, { fine: true }))
    await turns()
    expect(delivered).toEqual([refused(9, 'Denied: evil'), result(10, { fine: true })])
    expect(errors).toHaveLength(bad.length)
    expect(seen).toEqual([
      ['response', undefined],
      ['request', 'notifications/message'],
      ['response', undefined],
    ])
  })

  test('of a run is judged in that run, wherever it arrives', async () => {
    const runs: string[] = []
    const wire = gatedWire()
    const agent = workerOf(async (aos) => {
      runs.push(aos.runId)
      await wire.near.send(request(1))
      await new Promise<void>((resolve) => {
        wire.near.onmessage = () => resolve()
        setImmediate(() => void wire.far.send(notification('notifications/message', { data: 1 })))
      })
      await new Promise<void>((resolve) => {
        wire.near.onmessage = () => resolve()
        setImmediate(() => void wire.far.send(result(1)))
      })
    })
    agent.registerHook('mcp', ({ runId }) => void runs.push(runId))
    await agent.run('go')
    expect(runs).toHaveLength(4)
    expect(new Set(runs).size).toBe(1)
  })
})

describe('a server', () => {
  test('that asks while several runs wait is judged in none of them', async () => {
    const runs: string[] = []
    const asked: string[] = []
    const agent = workerOf(async (aos) => {
      runs.push(aos.runId)
      await wire.near.send(request(runs.length))
    })
    const wire = gatedWire(agent)
    agent.registerHook('mcp', ({ runId, protocol }) => {
      if (protocol?.method === 'sampling/createMessage') asked.push(runId)
    })
    const both = [agent.run('one'), agent.run('two')]
    await turns()
    await wire.far.send(request('s1', 'sampling/createMessage', {}))
    await turns()
    await wire.far.send(result(1))
    await Promise.all(both)
    await wire.far.send(request('s2', 'sampling/createMessage', {}))
    await turns()
    expect(asked).toHaveLength(2)
    expect(runs).not.toContain(asked[0])
  })

  test('keeps the name it has given on a connection, and may be of another version', async () => {
    const seen: unknown[] = []
    const agent = workerOf(idle)
    const wire = gatedWire(agent)
    agent.registerHook('mcp', ({ mcpServer, protocol }) => {
      if (protocol?.leg === 'request') seen.push([mcpServer, protocol.peer?.version])
    })
    const discovered = (name: string, version: string): unknown => ({
      resultType: 'complete',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name, version } },
    })
    for (const [id, name, version] of [
      [1, 'files', '1'],
      [2, 'mail', '1'],
      [3, 'files', '2'],
      [4, 'files', '2'],
    ] as const) {
      await wire.near.send(request(id, 'server/discover', {}))
      await turns()
      await wire.far.send(result(id, discovered(name, version)))
      await turns()
    }
    expect(seen).toEqual([
      [undefined, undefined],
      ['files', '1'],
      ['files', '1'],
      ['files', '2'],
    ])
  })
})

describe('without anybody who judges', () => {
  test.each([
    ['no handler', undefined],
    ['a handler of something else', 'toolCallRequest' as const],
  ])('everything passes at once, as it is: %s', (_who, hook) => {
    const agent = workerOf(idle)
    if (hook !== undefined) agent.registerHook(hook, () => deny('all tools'))
    const { near, far, arrived, delivered } = gatedWire(agent)
    const sent = request(1)
    void near.send(sent)
    expect(arrived[0]).toBe(sent)
    const answer = result(1)
    void far.send(answer)
    expect(delivered[0]).toBe(answer)
    const note = notification('notifications/message')
    void far.send(note)
    expect(delivered[1]).toBe(note)
  })

  test('a handler that comes later judges the answer', async () => {
    const agent = workerOf(idle)
    const { near, far, delivered } = gatedWire(agent)
    await near.send(request(1))
    agent.registerHook('mcp', () => deny('too late for the request'))
    await far.send(result(1))
    await turns()
    expect(delivered).toEqual([refused(1, 'Denied: too late for the request')])
  })
})
