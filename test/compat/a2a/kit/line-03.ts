import './is-promise.ts'
import { A2AClient, Client, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk-0.3/client'
import { DefaultRequestHandler, InMemoryTaskStore, type AgentExecutor } from '@a2a-js/sdk-0.3/server'
import { A2AExpressApp, jsonRpcHandler, restHandler } from '@a2a-js/sdk-0.3/server/express'
import { counted } from './counted.ts'
import { expressApp, listen } from './http.ts'
import {
  TASK,
  type ConnectOptions,
  type Lane,
  type LaneClient,
  type Served,
  type ServeOptions,
} from './lane.ts'

export { A2AExpressApp }

type Card = ConstructorParameters<typeof Client>[1]
type Sent = Parameters<Client['sendMessage']>[0]
type Message = Sent['message']
type Task = Awaited<ReturnType<Client['getTask']>>
type Answer = Awaited<ReturnType<Client['sendMessage']>>
type StreamEvent =
  ReturnType<Client['sendMessageStream']> extends AsyncGenerator<infer E, void, undefined> ? E : never

/** The card of the agent at an address. */
export function cardOf(url: string, transport: Lane['transport'], streaming = true): Card {
  return {
    name: 'echo',
    description: 'repeats what it hears',
    version: '2.1.0',
    protocolVersion: '0.3.0',
    url: `${url}/${transport === 'JSONRPC' ? 'rpc' : 'rest'}`,
    preferredTransport: transport,
    capabilities: { streaming, pushNotifications: true },
    supportsAuthenticatedExtendedCard: true,
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [{ id: 'repeat', name: 'Repeat', description: 'says it again', tags: ['echo'] }],
  }
}

/** A message with one text. */
export function messageOf(text: string, role: Message['role'] = 'user'): Message {
  return {
    kind: 'message',
    messageId: 'm-1',
    contextId: 'talk-1',
    role,
    parts: [{ kind: 'text', text }],
    metadata: { kept: true },
  }
}

/** A request that sends a text. */
export function requestOf(text: string, pushUrl?: string): Sent {
  return {
    message: messageOf(text),
    configuration:
      pushUrl === undefined ? {} : { pushNotificationConfig: { id: 'p-1', url: pushUrl, token: 't' } },
  }
}

function taskOf(state: Task['status']['state'], id = TASK): Task {
  return { kind: 'task', id, contextId: 'talk-1', status: { state }, history: [], artifacts: [] }
}

function executorOf({ said, metadata }: Served, during: ServeOptions['during']): AgentExecutor {
  return {
    async execute(context, bus) {
      const text = textOf(context.userMessage)
      said.push(text)
      metadata.push(context.userMessage.metadata)
      await during?.(text)
      if (!text.startsWith('work')) {
        bus.publish(messageOf(`echo: ${text}`, 'agent'))
        bus.finished()
        return
      }
      const ids = { taskId: context.taskId, contextId: context.contextId }
      const update = (state: Task['status']['state'], say: string, final: boolean): void =>
        bus.publish({
          kind: 'status-update',
          ...ids,
          status: { state, message: messageOf(say, 'agent') },
          final,
        })
      bus.publish({ ...taskOf('submitted', context.taskId), contextId: context.contextId })
      update('working', 'step one', false)
      if (text === 'work forever') return new Promise<void>(() => undefined)
      bus.publish({
        kind: 'artifact-update',
        ...ids,
        artifact: { artifactId: 'a-1', name: 'result', parts: [{ kind: 'text', text: 'the artifact' }] },
        lastChunk: true,
      })
      update('completed', 'all done', true)
      bus.finished()
    },
    cancelTask: async () => undefined,
  }
}

async function serve({ gate = (handler) => handler, during, user }: ServeOptions = {}): Promise<Served> {
  const app = await expressApp()
  const listening = await listen(app)
  const served: Served = { ...listening, calls: [], said: [], metadata: [] }
  const card = cardOf(listening.url, 'JSONRPC')
  const store = new InMemoryTaskStore()
  await store.save(taskOf('working'))
  const own = new DefaultRequestHandler(
    card,
    store,
    executorOf(served, during),
    undefined,
    undefined,
    undefined,
    async () => ({ ...card, description: 'the longer card' }),
  )
  const options = {
    requestHandler: gate(counted(own, served.calls)),
    userBuilder: () => Promise.resolve({ isAuthenticated: user !== undefined, userName: user ?? '' }),
  }
  app.use('/rpc', jsonRpcHandler(options))
  app.use('/rest', restHandler(options))
  return served
}

function textOf(message: { readonly parts: Message['parts'] } | undefined): string {
  const [part] = message?.parts ?? []
  return part?.kind === 'text' ? part.text : ''
}

const STATES = ['', 'submitted', 'working', 'completed', 'failed', 'canceled']

function said(answer: Answer): string {
  return answer.kind === 'message' ? textOf(answer) : `task ${STATES.indexOf(answer.status.state)}`
}

function saidBy(event: StreamEvent): string {
  if (event.kind === 'artifact-update') return `artifact: ${textOf(event.artifact)}`
  if (event.kind !== 'status-update') return said(event)
  return `status ${STATES.indexOf(event.status.state)}: ${textOf(event.status.message)}`
}

/** Connects the SDK's client over one transport. */
export async function clientOf(
  transport: Lane['transport'],
  url: string,
  { interceptors, pushUrl, streaming = true }: ConnectOptions = {},
): Promise<Client> {
  const card = cardOf(url, transport, streaming)
  const factory = transport === 'JSONRPC' ? new JsonRpcTransportFactory() : new RestTransportFactory()
  return new Client(await factory.create(card.url, card), card, {
    ...(interceptors === undefined ? {} : { interceptors: [...interceptors] as never[] }),
    ...(pushUrl === undefined ? {} : { pushNotificationConfig: { id: 'p-1', url: pushUrl } }),
  })
}

/** The older client of the line, which knows its agent by a card. */
export function olderClientOf(url: string): A2AClient {
  return new A2AClient(cardOf(url, 'JSONRPC'))
}

function laneClient(client: Client): LaneClient {
  const ids = { id: TASK, pushNotificationConfigId: 'p-1' }
  async function* events(
    stream: AsyncGenerator<StreamEvent, void, undefined>,
  ): AsyncGenerator<string, void, undefined> {
    for await (const event of stream) yield saidBy(event)
  }
  return {
    raw: client,
    send: async (text, pushUrl) => said(await client.sendMessage(requestOf(text, pushUrl))),
    stream: (text, signal) =>
      events(client.sendMessageStream(requestOf(text), signal === undefined ? {} : { signal })),
    getTask: async (id) => said(await client.getTask({ id })),
    cancelTask: async (id) => said(await client.cancelTask({ id })),
    resubscribe: (id) => events(client.resubscribeTask({ id })),
    createPush: async (taskId, url) =>
      (
        await client.setTaskPushNotificationConfig({
          taskId,
          pushNotificationConfig: { id: 'p-1', url, token: 't' },
        })
      ).pushNotificationConfig.url,
    getPush: async () => (await client.getTaskPushNotificationConfig(ids)).pushNotificationConfig.url,
    listPush: async (id) =>
      (await client.listTaskPushNotificationConfig({ id }))
        .map(({ pushNotificationConfig }) => pushNotificationConfig.url)
        .join(),
    deletePush: async () => String(await client.deleteTaskPushNotificationConfig(ids)),
    extendedCard: async () => (await client.getAgentCard()).description,
  }
}

/** A2A 0.3 over one transport. */
export function lane03(transport: Lane['transport']): Lane {
  return {
    title: `0.3.14 ${transport}`,
    line: '0.3',
    transport,
    serve,
    connect: async (url, options = {}) => {
      const client = await clientOf(transport, url, options)
      return laneClient(options.instrument?.(client) ?? client)
    },
  }
}
