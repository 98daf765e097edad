// One agent of each adapter, whose every text holds secrets of its own.
import { OpenTelemetry } from '@ai-sdk/otel'
import { AOSInstrument, deny, modify, remoteCaller, type AOSHandle, type GuardedRun } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpServer } from '@aos/sdk/mcp'
import { reasoning, scriptedModel, text, toolCall } from '@aos/sdk/testing'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { isStepCount, tool, ToolLoopAgent } from 'ai'
import { z } from 'zod'
import { lane1 } from '../../compat/a2a/kit/line-1.ts'
import { Pairs } from '../../compat/a2a/kit/pairs.ts'
import { LANGCHAIN_VERSIONS } from '../../compat/langchain-versions.ts'
import type { StructuredTool } from '../../compat/langchain-1.5.14/index.ts'
import { connect } from '../../compat/mcp/kit/connect.ts'
import { newWorker } from '../../compat/mcp/kit/instrumented.ts'
import { SDK_2 } from '../../compat/mcp/kit/sdk-2.ts'
import { AGENT_KINDS } from '../../support/langchain/agent-kinds.ts'
import { scriptedChatModel } from '../../support/langchain/scripted-model.ts'
import type { Canaries } from './canaries.ts'
import type { EveryOutput } from './every-output.ts'

/** Lives through what an agent of one adapter can do. */
export type Story = (outputs: EveryOutput, canaries: Canaries) => Promise<void>

type Guarding = Pick<AOSHandle<object>, 'registerHook'>

// a refusal or a failure ends an operation, and the story goes on
async function all(...work: readonly (() => unknown)[]): Promise<void> {
  for (const step of work) await Promise.allSettled([Promise.resolve().then(step)])
}

function guard(agent: Guarding, canaries: Canaries): void {
  const reason = canaries.textOf('hookReason')
  const name = canaries.nameOf('hookReason')
  agent.registerHook('toolCallRequest', () => deny(reason), { match: 'forbidden', name })
  agent.registerHook('toolCallRequest', ({ parameters }) => modify({ ...parameters, more: true }, reason), {
    match: 'search',
    name,
  })
  agent.registerHook('toolCallResult', () => deny(reason), { shadow: true, name })
}

/** What a tool does that also traces. */
function traced({ tracer }: EveryOutput, canaries: Canaries): void {
  const secret = canaries.textOf('foreignSpan')
  const own = tracer.getTracer('http').startSpan(`GET ${secret}`, { attributes: { query: secret } })
  own.addEvent(secret, { list: [secret] })
  own.setStatus({ code: SpanStatusCode.ERROR, message: secret })
  own.end()
  const around = trace.getActiveSpan()
  around?.setAttribute(canaries.nameOf('foreignSpan'), 1)
  around?.setAttributes({ note: secret, 'gen_ai.prompt': secret, 'error.stack': secret })
  around?.addEvent('mine', { text: secret })
  around?.recordException(new Error(secret))
  around?.updateName(`renamed ${secret}`)
}

const functionAgent: Story = async (outputs, canaries) => {
  const says = (slot: Parameters<Canaries['textOf']>[0]): string => canaries.textOf(slot)
  const call = (aos: GuardedRun, toolName: string, execute: () => unknown): Promise<unknown> =>
    aos.toolCall({ toolName, parameters: { query: says('toolArguments') } }, execute)
  const agent = outputs.wire(
    new AOSInstrument(
      async (_input: string, aos: GuardedRun) => {
        outputs.note(JSON.stringify(aos.links()))
        await all(
          () => aos.trigger({ type: 'autonomous', content: says('userInput') } as never),
          () => aos.message({ role: 'user', content: says('userInput') }, () => undefined),
          () => aos.reasoning(says('reasoning'), { action: 'tool_call', tool: canaries.nameOf('name') }),
          () =>
            aos.model(
              {
                model: canaries.nameOf('name'),
                provider: 'acme',
                messages: [
                  { role: 'system', content: says('systemPrompt') },
                  { role: 'user', content: says('userInput') },
                ],
              },
              (_messages, report) => {
                report({ usage: { inputTokens: 1, outputTokens: 1 }, actual: canaries.nameOf('name') })
                return says('modelOutput')
              },
            ),
          () => call(aos, 'search', () => (traced(outputs, canaries), says('toolResult'))),
          () => call(aos, 'forbidden', () => says('toolResult')),
          () => call(aos, canaries.nameOf('name'), () => ({ rows: [{ text: says('toolResult') }] })),
          () =>
            call(aos, 'broken', () => {
              throw Object.assign(new TypeError(says('error')), { detail: says('error') })
            }),
          () =>
            aos.knowledge({ query: says('knowledge'), source: canaries.nameOf('name') }, () => [
              { id: 'doc', content: says('knowledge'), metadata: { note: says('metadata') } },
            ]),
          () => aos.memoryStore([says('memory')], () => 'stored', canaries.nameOf('name')),
          () => aos.memoryContext(() => [says('memory')]),
          () => aos.message({ role: 'agent', content: says('modelOutput') }, () => undefined),
        )
        throw new Error(says('error'))
      },
      {
        ...outputs.options,
        agent: { name: canaries.nameOf('name'), id: canaries.nameOf('name') },
        session: canaries.nameOf('metadata'),
        user: { id: canaries.nameOf('metadata') },
      },
    ),
  )
  guard(agent, canaries)
  agent.registerHook(
    'memoryStore',
    () => {
      throw new Error(says('hookReason'))
    },
    { shadow: true },
  )
  await all(
    () => agent.disableComponent(`tool:${canaries.nameOf('name')}`),
    () => agent.run(says('userInput')),
    () =>
      agent.run(says('userInput'), {
        remote: remoteCaller({ baggage: `aos.run.id=${canaries.nameOf('metadata')}` }),
      }),
  )
}

const vercelAgent: Story = async (outputs, canaries) => {
  const steps = [
    [
      reasoning(canaries.textOf('reasoning')),
      toolCall('search', { query: canaries.textOf('toolArguments') }),
      toolCall('forbidden', { query: canaries.textOf('toolArguments') }),
      toolCall('broken', { query: canaries.textOf('toolArguments') }),
    ],
    [text(canaries.textOf('modelOutput'))],
  ]
  const inputSchema = z.object({ query: z.string(), more: z.boolean().optional() })
  const execute = (): string => (traced(outputs, canaries), canaries.textOf('toolResult'))
  const fail = (): string => {
    throw new Error(canaries.textOf('error'))
  }
  const keeps = outputs.capture !== 'off'
  const agentOf = () =>
    new ToolLoopAgent({
      id: canaries.nameOf('name'),
      model: scriptedModel({ steps, modelId: canaries.nameOf('name') }),
      instructions: canaries.textOf('systemPrompt'),
      stopWhen: isStepCount(4),
      tools: {
        search: tool({ inputSchema, execute, description: canaries.textOf('metadata') }),
        forbidden: tool({ inputSchema, execute }),
        broken: tool({ inputSchema, execute: fail }),
      },
      runtimeContext: { note: canaries.textOf('metadata') },
      telemetry: {
        functionId: canaries.nameOf('metadata'),
        recordInputs: keeps,
        recordOutputs: keeps,
        integrations: [new OpenTelemetry({ tracer: outputs.tracer.getTracer('ai') })],
      },
    })
  for (const spans of ['auto', 'own'] as const) {
    const agent = outputs.wire(new AOSInstrument(agentOf(), { ...outputs.options, spans }))
    guard(agent, canaries)
    await all(() => agent.generate({ prompt: canaries.textOf('userInput') }))
    const streaming = outputs.wire(new AOSInstrument(agentOf(), { ...outputs.options, spans }))
    guard(streaming, canaries)
    await all(async () => (await streaming.stream({ prompt: canaries.textOf('userInput') })).consumeStream())
  }
}

const langChainAgents: Story = async (outputs, canaries) => {
  const [version] = LANGCHAIN_VERSIONS
  if (version === undefined) throw new Error('no LangChain is installed')
  for (const kind of AGENT_KINDS) {
    const query = canaries.textOf('toolArguments')
    const model = scriptedChatModel(version, {
      steps: [
        [toolCall('search', { query }, { id: 'c1' }), toolCall('forbidden', { query }, { id: 'c2' })],
        [toolCall('broken', { query }, { id: 'c3' })],
        [reasoning(canaries.textOf('reasoning')), text(canaries.textOf('modelOutput'))],
      ],
    })
    const made = (name: string, work: () => string): StructuredTool =>
      version.langchain.tool(async () => work(), {
        name,
        description: canaries.textOf('metadata'),
        schema: z.object({ query: z.string(), more: z.boolean().optional() }),
      }) as unknown as StructuredTool
    const tools = [
      made('search', () => (traced(outputs, canaries), canaries.textOf('toolResult'))),
      made('forbidden', () => canaries.textOf('toolResult')),
      made('broken', () => {
        throw new Error(canaries.textOf('error'))
      }),
    ]
    const agent = outputs.wire(new AOSInstrument(kind.make({ version, model, tools }), outputs.options))
    guard(agent, canaries)
    await all(() =>
      agent.invoke(kind.input(canaries.textOf('userInput')), {
        metadata: { note: canaries.textOf('metadata'), thread_id: canaries.nameOf('metadata') },
        tags: [canaries.nameOf('metadata')],
        runName: canaries.nameOf('name'),
        configurable: { thread_id: canaries.nameOf('metadata') },
      }),
    )
  }
}

const mcpAgents: Story = async (outputs, canaries) => {
  const client = outputs.wire(newWorker({ ...outputs.options, agent: { name: 'mcp client' } }))
  const server = outputs.wire(newWorker({ ...outputs.options, agent: { name: 'mcp server' } }))
  const reason = canaries.textOf('hookReason')
  client.registerHook('mcp', ({ protocol }) => (protocol?.target === 'fail' ? deny(reason) : undefined))
  server.registerHook('mcp', ({ protocol }) =>
    protocol?.method === 'prompts/get' && protocol.leg === 'response' ? deny(reason) : undefined,
  )
  const connection = await connect(SDK_2, 'memory', {
    client: (side) => instrumentMcpClient(side as never, client),
    server: (side) => instrumentMcpServer(side as never, server),
  })
  const { request } = connection
  const _meta = { note: canaries.textOf('metadata') }
  await client.run(() =>
    all(
      () => request('tools/list', {}),
      () =>
        request('tools/call', { name: 'read', arguments: { path: canaries.textOf('toolArguments') }, _meta }),
      () => request('tools/call', { name: 'fail', arguments: { path: canaries.textOf('toolArguments') } }),
      () => request('tools/call', { name: canaries.nameOf('name'), arguments: {} }),
      () => request('resources/read', { uri: `kit://${canaries.nameOf('knowledge')}` }),
      () => request('prompts/get', { name: 'greet', arguments: { who: canaries.textOf('userInput') } }),
      () => request(canaries.nameOf('name'), { text: canaries.textOf('message') }),
    ),
  )
  await connection.close()
}

const a2aAgents: Story = async (outputs, canaries) => {
  const pairs = new Pairs()
  const reason = canaries.textOf('hookReason')
  const client = outputs.wire(
    new AOSInstrument(async (work: () => Promise<unknown>) => work(), {
      ...outputs.options,
      agent: { name: 'a2a client' },
    }),
  )
  const server = outputs.wire(
    new AOSInstrument(async (_input: unknown) => 'unused', {
      ...outputs.options,
      agent: { name: 'a2a server' },
    }),
  )
  server.registerHook('a2a', ({ protocol }) => (protocol?.method === 'GetTask' ? deny(reason) : undefined))
  const pair = await pairs.of(lane1('JSONRPC'), { client: client as never, server: server as never })
  await client.run(() =>
    all(
      () => pair.client.send(canaries.textOf('message')),
      async () => {
        for await (const event of pair.client.stream(`work ${canaries.textOf('message')}`)) void event
      },
      () => pair.client.getTask(canaries.nameOf('name')),
    ),
  )
  await pairs.close()
}

/** Every adapter's agent. */
export const STORIES: Readonly<Record<string, Story>> = {
  functionAgent,
  vercelAgent,
  langChainAgents,
  mcpAgents,
  a2aAgents,
}
