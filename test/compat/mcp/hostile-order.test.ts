// Peers that play with the order of things: early answers, late answers, who speaks first, connections used again.
import { allow, deny } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpTransport } from '@aos/sdk/mcp'
import { afterEach, describe, expect, test } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { clientApplication, outcomeOf, type Outcome } from './kit/applications.ts'
import { EVIL } from './kit/hostile-frames.ts'
import { attached, closeAll, evilIsDenied, safeText, signal, turns } from './kit/hostile-kit.ts'
import { newWorker, type Worker } from './kit/instrumented.ts'
import type { McpClient } from './kit/line.ts'
import { LINES } from './kit/lines.ts'
import { RawPeer, toolAnswer, welcome } from './kit/raw-peer.ts'
import { withoutUnhandled } from './kit/unhandled.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await closeAll()
  await Promise.all(closing.splice(0).map((close) => close()))
})

const READ = { method: 'tools/call', params: { name: 'read', arguments: { path: 'a' } } }

/** Denies what is evil of the answers to tool calls, and looks at nothing else. */
function guardToolAnswers(agent: Worker): void {
  agent.registerHook('mcp', (context) =>
    context.protocol?.method === 'tools/call' && context.protocol.leg === 'response'
      ? evilIsDenied(context)
      : allow(),
  )
}

describe.each(LINES)('$name', (line) => {
  verifies('mcp.jsonrpc.id', 'an answer that comes before its request is no answer to it', () =>
    withoutUnhandled(async () => {
      const ids: number[] = []
      const { agent, call, peer } = await attached(line, ({ id, method }, self) => {
        if (method !== 'tools/call') return
        ids.push(Number(id))
        void self.say(toolAnswer(id, 'good'))
      })
      await call()
      const early = Number(ids[0]) + 1
      const judging = signal()
      const go = signal()
      guardToolAnswers(agent)
      agent.registerHook('mcp', async ({ protocol, value }) => {
        if (protocol?.direction !== 'inbound' || !safeText(value).includes(EVIL)) return
        judging.fire()
        await go.fired
      })
      await peer.say(toolAnswer(early, EVIL))
      // whether anybody judges it at all is left open: it may be dropped at once
      await Promise.race([judging.fired, turns(5)])
      const given = call()
      go.fire()
      expect(safeText(await given)).not.toContain(EVIL)
      expect(ids[1]).toBe(early)
    }),
  )

  verifies(
    'mcp.aos.deny.answer',
    'an answer that comes when its run is over is judged as the answer it is',
    () =>
      withoutUnhandled(async () => {
        const asked = signal()
        const { agent, call, peer } = await attached(line, ({ method }) => {
          if (method === 'tools/call') asked.fire()
        })
        guardToolAnswers(agent)
        const later: Promise<Outcome>[] = []
        await agent.run(async () => {
          later.push(call())
          await asked.fired
        })
        await turns(10)
        const { id } = await peer.heard(({ method }) => method === 'tools/call')
        await peer.say(toolAnswer(id, EVIL))
        const [given] = await Promise.all(later)
        expect(given?.error).toMatchObject({ code: -32010 })
      }),
  )

  test('a server that speaks first, and as a client, is a server all the same', () =>
    withoutUnhandled(async () => {
      const agent = newWorker()
      const peer = new RawPeer((frame, self) => {
        const first = welcome(frame)
        if (first !== undefined) void self.say(first)
        else if (frame.method === 'tools/call') void self.say(toolAnswer(frame.id, 'good'))
      })
      await peer.say({ jsonrpc: '2.0', id: 'first', method: 'tools/list', params: {} })
      const made = line.newClient(clientApplication())
      const client = made.object as McpClient
      closing.push(() => client.close())
      await client.connect(instrumentMcpTransport(peer.near as never, agent))
      const seen: unknown[] = []
      agent.registerHook('mcp', ({ protocol, mcpServer }) => {
        if (protocol?.method === 'tools/call') seen.push([protocol.direction, mcpServer, protocol.peer?.name])
      })
      await made.request(client, READ)
      expect(seen).toEqual([
        ['outbound', 'raw', 'raw'],
        ['inbound', 'raw', 'raw'],
      ])
    }))

  test('a client that is connected anew is judged as before', () =>
    withoutUnhandled(async () => {
      const agent = newWorker()
      const made = line.newClient(clientApplication())
      const client = instrumentMcpClient(made.object as never, agent) as McpClient
      closing.push(() => client.close())
      guardToolAnswers(agent)
      for (let round = 0; round < 3; round += 1) {
        const peer = answering()
        await client.connect(peer.near)
        const given = await outcomeOf(made.request(client, READ))
        expect([round, given.error]).toEqual([round, expect.objectContaining({ code: -32010 })])
        await client.close()
      }
    }))

  test('a connection that was gated as it stood, closed and made again is judged as before', () =>
    withoutUnhandled(async () => {
      const agent = newWorker()
      const made = line.newClient(clientApplication())
      const raw = made.object as McpClient
      closing.push(() => raw.close())
      const peer = answering()
      await raw.connect(peer.near)
      const client = instrumentMcpClient(raw as never, agent) as McpClient
      guardToolAnswers(agent)
      expect((await outcomeOf(made.request(client, READ))).error).toMatchObject({ code: -32010 })
      await client.close()
      const again = answering()
      await client.connect(again.near)
      expect((await outcomeOf(made.request(client, READ))).error).toMatchObject({ code: -32010 })
      const stop = agent.registerHook('mcp', ({ protocol }) =>
        protocol?.method === 'tools/call' ? deny('nothing') : allow(),
      )
      const before = again.received.length
      await outcomeOf(made.request(client, READ))
      expect(again.received).toHaveLength(before)
      stop()
    }))
})

/** A server whose tools answer with evil content. */
function answering(): RawPeer {
  return new RawPeer((frame, self) => {
    const first = welcome(frame)
    if (first !== undefined) void self.say(first)
    else if (frame.method === 'tools/call') void self.say(toolAnswer(frame.id, EVIL))
  })
}
