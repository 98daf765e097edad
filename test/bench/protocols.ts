import { allow, AOSInstrument } from '@aos/sdk'
import { instrumentA2AClient } from '@aos/sdk/a2a'
import { instrumentMcpClient, instrumentMcpServer } from '@aos/sdk/mcp'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { McpServer } from '@modelcontextprotocol/server'
import { SpanKind, type Tracer } from '@opentelemetry/api'
import { z } from 'zod'
import { a2aServer, type A2AServer } from './a2a-server.ts'
import { interleave, type Ratio, type Variant } from './interleave.ts'
import { tracing } from './turn-agents.ts'

/** What judging and recording the messages of MCP and A2A costs. */
export interface ProtocolRatios {
  readonly mcp: readonly Ratio[]
  readonly a2a: readonly Ratio[]
}

type Work = () => Promise<unknown>
type Tracing = ReturnType<typeof tracing>
type Owner = AOSInstrument<(work: Work) => Promise<unknown>>

interface Watch {
  readonly hooks?: boolean
  readonly spans?: Tracing
}

const MESSAGES_A_RUN = 10

function owner({ hooks = false, spans }: Watch): Owner {
  const turn = async (work: Work): Promise<unknown> => work()
  const agent: Owner = new AOSInstrument(turn, spans === undefined ? {} : { tracerProvider: spans.provider })
  if (hooks) for (const hook of ['mcp', 'a2a'] as const) agent.registerHook(hook, () => allow())
  return agent
}

async function times(work: Work): Promise<void> {
  for (let message = 0; message < MESSAGES_A_RUN; message++) await work()
}

/** A run of an agent that sends so many messages, in one after the other. */
function inRun(name: string, agent: Owner, work: Work): Variant {
  return { name, once: () => agent.run(() => times(work)) }
}

function settled(variant: Variant, { processor }: Tracing): Variant {
  return { ...variant, settle: () => processor.forceFlush() }
}

async function mcpCall(near?: Owner, far?: Owner): Promise<Work> {
  const plain = new McpServer({ name: 'bench', version: '1.0.0' })
  plain.registerTool('search', { inputSchema: z.object({ query: z.string() }) }, async ({ query }) => ({
    content: [{ type: 'text', text: `three papers on ${query}` }],
  }))
  const server = far === undefined ? plain : instrumentMcpServer(plain, far)
  const bare = new Client({ name: 'bench', version: '1.0.0' })
  const client = near === undefined ? bare : instrumentMcpClient(bare, near)
  const [left, right] = InMemoryTransport.createLinkedPair()
  await Promise.all([server.connect(right), client.connect(left)])
  return () => client.callTool({ name: 'search', arguments: { query: 'safety' } })
}

function bySpan(tracer: Tracer, call: Work): Work {
  return () =>
    tracer.startActiveSpan('tools/call search', { kind: SpanKind.CLIENT }, async (span) => {
      span.setAttributes({ 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'search' })
      await call()
      span.end()
    })
}

async function mcpVariants(): Promise<readonly Variant[]> {
  const [byHand, spans, both] = [tracing(), tracing(), tracing()]
  const bare = await mcpCall()
  const client = async (name: string, watch: Watch): Promise<Variant> => {
    const agent = owner(watch)
    return inRun(name, agent, await mcpCall(agent))
  }
  const [near, far] = [owner({ hooks: true }), owner({ hooks: true })]
  return [
    { name: 'none', once: () => times(bare) },
    await client('client wrapped, nobody listening', {}),
    await client('client, hook', { hooks: true }),
    inRun('client and server, hooks', near, await mcpCall(near, far)),
    settled(
      { name: 'spans by hand', once: () => times(bySpan(byHand.provider.getTracer('bench'), bare)) },
      byHand,
    ),
    settled(await client('client, spans', { spans }), spans),
    settled(await client('client, spans and hook', { hooks: true, spans: both }), both),
  ]
}

async function a2aVariants(server: A2AServer): Promise<readonly Variant[]> {
  const spans = tracing()
  const plain = await server.connect()
  const send =
    (client: typeof plain): Work =>
    () =>
      client.sendMessage(server.message())
  const gated = (name: string, watch: Watch): Variant => {
    const agent = owner(watch)
    return inRun(name, agent, send(instrumentA2AClient(plain, agent)))
  }
  return [
    { name: 'none', once: () => times(send(plain)) },
    gated('client wrapped, nobody listening', {}),
    gated('client, hook', { hooks: true }),
    settled(gated('client, spans and hook', { hooks: true, spans }), spans),
  ]
}

/** Measures runs of ten calls of an MCP tool in memory, and of ten messages to an A2A agent over loopback. */
export async function protocolRatios(): Promise<ProtocolRatios> {
  const mcp = await interleave(await mcpVariants(), { rounds: 15, times: 12 })
  await using server = await a2aServer()
  const a2a = await interleave(await a2aVariants(server), { rounds: 11, times: 4 })
  return { mcp, a2a }
}
