// Clients of the frameworks, and peers that want their tool calls and answers to get past whoever judges them.
import { allow, AOSInstrument, deny, type GuardedRun, type HookContext } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpTransport } from '@aos/sdk/mcp'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { createMCPClient, type MCPTransport } from '@ai-sdk/mcp'
import { createMCPClient as createMCPClient1 } from '@ai-sdk/mcp-1'
import { jsonSchema, tool, ToolLoopAgent } from 'ai'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { outcomeOf } from './kit/applications.ts'
import { connect } from './kit/connect.ts'
import { ALMOST, EVIL } from './kit/hostile-frames.ts'
import { evilIsDenied, nextTurn, safeText } from './kit/hostile-kit.ts'
import { newWorker } from './kit/instrumented.ts'
import { RawPeer, welcome } from './kit/raw-peer.ts'
import { SDK_1 } from './kit/sdk-1.ts'
import { withoutUnhandled } from './kit/unhandled.ts'

const ANYTHING = z.looseObject({})
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const CLIENTS = [
  { name: '@ai-sdk/mcp 2', create: createMCPClient },
  { name: '@ai-sdk/mcp 1', create: createMCPClient1 as unknown as typeof createMCPClient },
] as const

describe.each(CLIENTS)('a client of $name', ({ create }) => {
  test.each(['client', 'transport'])('gives no answer that only looks like one, with its %s gated', (what) =>
    withoutUnhandled(async () => {
      for (const [name, answers] of Object.entries(ALMOST)) {
        const agent = newWorker()
        const peer = new RawPeer((frame, self) => {
          const first = welcome(frame)
          if (first !== undefined) void self.say(first)
          if (frame.method === 'tools/call')
            for (const answer of answers(Number(frame.id))) void self.say(answer)
        })
        const raw = peer.near as unknown as MCPTransport
        const transport = what === 'transport' ? instrumentMcpTransport(raw as never, agent) : raw
        const made = await create({ transport: transport as never, onUncaughtError: () => undefined })
        const client = what === 'client' ? instrumentMcpClient(made, agent) : made
        closing.push(() => made.close())
        let judged = 0
        agent.registerHook('mcp', async ({ protocol, value }) => {
          if (protocol?.method !== 'tools/call' || protocol.leg !== 'response') return allow()
          judged += 1
          await nextTurn()
          return evilIsDenied({ value })
        })
        const given = await outcomeOf(client.callTool({ name: 'read', arguments: { path: 'a' } }))
        expect([name, safeText(given)]).toEqual([name, expect.not.stringContaining(EVIL)])
        expect(judged).toBeGreaterThan(0)
      }
    }),
  )
})

describe('a tool call that was judged', () => {
  test('stands for one message, of its own arguments, in its own run', async () => {
    const asked: unknown[] = []
    const far = await connect(SDK_1, 'memory')
    closing.push(far.close)
    const reading = instrumentMcpClient(far.client as never, undefined, {
      name: 'files',
    }) as typeof far.client
    const call = (path: string): Promise<unknown> =>
      outcomeOf(
        reading.request({ method: 'tools/call', params: { name: 'read', arguments: { path } } }, ANYTHING),
      )
    const agent = new AOSInstrument(async (_input: unknown, aos: GuardedRun) =>
      aos.toolCall({ toolName: 'read', mcpServer: 'files', parameters: { path: 'a' } }, async () => {
        await call(EVIL)
        await call('a')
        return call('a')
      }),
    )
    const handler = ({ hook, protocol, value }: HookContext): ReturnType<typeof allow> => {
      if (hook === 'mcp' && protocol?.leg === 'request') asked.push(value)
      return allow()
    }
    agent.registerHook('toolCallRequest', handler)
    agent.registerHook('mcp', handler)
    await agent.run('go')
    expect(asked.map((one) => (one as { arguments: unknown }).arguments)).toEqual([
      { path: EVIL },
      { path: 'a' },
    ])
  })

  test('stands for no message to a server that it is not a tool of', async () => {
    const far = await connect(SDK_1, 'memory')
    closing.push(far.close)
    const reading = instrumentMcpClient(far.client as never) as typeof far.client
    const model = scriptedModel({ steps: [toolCall('read', { path: 'a' }), 'Done.'] })
    const read = tool({
      inputSchema: jsonSchema<{ path: string }>({ type: 'object', properties: { path: { type: 'string' } } }),
      // a tool of this process, which asks a server under the same name with the same arguments
      execute: async (given) =>
        outcomeOf(
          reading.request({ method: 'tools/call', params: { name: 'read', arguments: given } }, ANYTHING),
        ),
    })
    const agent = new AOSInstrument(new ToolLoopAgent({ model, tools: { read } }))
    const handler = ({ hook }: { hook: string }): ReturnType<typeof allow> =>
      hook === 'mcp' ? deny('no servers') : allow()
    agent.registerHook('toolCallRequest', handler)
    agent.registerHook('mcp', handler)
    await agent.run('go')
    expect(far.serverApp.count('tools/call')).toBe(0)
  })
})
