import './is-promise.ts'
import { Client, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client'
import {
  AgentEvent,
  DefaultRequestHandler,
  InMemoryTaskStore,
  ServerCallContext,
  type AgentExecutor,
} from '@a2a-js/sdk/server'
import { jsonRpcHandler, restHandler } from '@a2a-js/sdk/server/express'
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

type Card = ConstructorParameters<typeof Client>[1]
type Sent = Parameters<Client['sendMessage']>[0]
type Message = NonNullable<Sent['message']>
type Task = Awaited<ReturnType<Client['getTask']>>
type Answer = Awaited<ReturnType<Client['sendMessage']>>
type StreamEvent =
  ReturnType<Client['sendMessageStream']> extends AsyncGenerator<infer E, void, undefined> ? E : never

/** The card of the agent at an address. */
export function cardOf(url: string, streaming = true): Card {
  return {
    name: 'echo',
    description: 'repeats what it hears',
    version: '2.1.0',
    supportedInterfaces: ['1.0', '0.3'].flatMap((protocolVersion) => [
      { url: `${url}/rpc`, protocolBinding: 'JSONRPC', protocolVersion, tenant: '' },
      { url: `${url}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion, tenant: '' },
    ]),
    provider: { organization: 'tests', url: 'https://tests.example' },
    capabilities: { streaming, pushNotifications: true, extendedAgentCard: true, extensions: [] },
    securitySchemes: {
      key: {
        scheme: {
          $case: 'apiKeySecurityScheme',
          value: { description: '', location: 'header', name: 'x-key' },
        },
      },
    },
    securityRequirements: [{ schemes: { key: { list: [] } } }],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [
      {
        id: 'repeat',
        name: 'Repeat',
        description: 'says it again',
        tags: ['echo'],
        examples: [],
        inputModes: [],
        outputModes: [],
        securityRequirements: [],
      },
    ],
    signatures: [],
    documentationUrl: undefined,
    iconUrl: undefined,
  }
}

/** A message with one text. */
export function messageOf(text: string, role = 1): Message {
  return {
    messageId: 'm-1',
    contextId: 'talk-1',
    taskId: '',
    role,
    parts: [{ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' }],
    metadata: { kept: true },
    extensions: [],
    referenceTaskIds: [],
  }
}

/** A request that sends a text. */
export function requestOf(text: string, pushUrl?: string): Sent {
  const push =
    pushUrl === undefined
      ? undefined
      : { tenant: '', id: 'p-1', taskId: '', url: pushUrl, token: 't', authentication: undefined }
  return {
    tenant: '',
    message: messageOf(text),
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: push,
      historyLength: undefined,
      returnImmediately: false,
    },
    metadata: undefined,
  }
}

function taskOf(state: number, id = TASK): Task {
  return {
    id,
    contextId: 'talk-1',
    status: { state, message: undefined, timestamp: '2026-01-01T00:00:00.000Z' },
    artifacts: [],
    history: [],
    metadata: undefined,
  }
}

function executorOf({ said, metadata }: Served, during: ServeOptions['during']): AgentExecutor {
  return {
    async execute(context, bus) {
      const text = textOf(context.userMessage)
      said.push(text)
      metadata.push(context.request.metadata)
      await during?.(text)
      if (!text.startsWith('work')) {
        bus.publish(AgentEvent.message(messageOf(`echo: ${text}`, 2)))
        return
      }
      const ids = { taskId: context.taskId, contextId: context.contextId }
      const update = (state: number, say: string): void =>
        bus.publish(
          AgentEvent.statusUpdate({
            ...ids,
            status: { state, message: messageOf(say, 2), timestamp: undefined },
            metadata: undefined,
          }),
        )
      bus.publish(AgentEvent.task({ ...taskOf(1, context.taskId), contextId: context.contextId }))
      update(2, 'step one')
      if (text === 'work forever') return new Promise<void>(() => undefined)
      bus.publish(
        AgentEvent.artifactUpdate({
          ...ids,
          artifact: {
            artifactId: 'a-1',
            name: 'result',
            description: '',
            parts: messageOf('the artifact').parts,
            metadata: undefined,
            extensions: [],
          },
          append: false,
          lastChunk: true,
          metadata: undefined,
        }),
      )
      update(3, 'all done')
    },
    cancelTask: async () => undefined,
  }
}

/** Serves the agent; with `legacy` also to clients of 0.3. */
export async function serve(
  { gate = (handler) => handler, during, user }: ServeOptions = {},
  legacy = false,
): Promise<Served> {
  const app = await expressApp()
  const listening = await listen(app)
  const served: Served = { ...listening, calls: [], said: [], metadata: [] }
  const card = cardOf(listening.url)
  const store = new InMemoryTaskStore()
  await store.save(taskOf(2), new ServerCallContext())
  if (user !== undefined) await store.save(taskOf(2), new ServerCallContext({ user: userOf(user) }))
  const own = new DefaultRequestHandler(
    card,
    store,
    executorOf(served, during),
    undefined,
    undefined,
    undefined,
    async () => ({ ...card, description: 'the longer card' }),
  )
  const requestHandler = gate(counted(own, served.calls))
  const options = {
    requestHandler,
    userBuilder: () => Promise.resolve(userOf(user)),
    legacyCompat: { enabled: legacy },
  }
  app.use('/rpc', jsonRpcHandler(options))
  app.use('/rest', restHandler(options))
  return served
}

function userOf(name: string | undefined): { readonly isAuthenticated: boolean; readonly userName: string } {
  return { isAuthenticated: name !== undefined, userName: name ?? '' }
}

function textOf(message: Message | undefined): string {
  const [part] = message?.parts ?? []
  return part?.content?.$case === 'text' ? part.content.value : ''
}

function said(answer: Answer): string {
  return 'messageId' in answer ? textOf(answer) : `task ${answer.status?.state}`
}

function saidBy({ payload }: StreamEvent): string {
  if (payload?.$case === 'message' || payload?.$case === 'task') return said(payload.value)
  if (payload?.$case === 'artifactUpdate')
    return `artifact: ${textOf({ ...messageOf(''), parts: payload.value.artifact?.parts ?? [] })}`
  return payload?.$case === 'statusUpdate'
    ? `status ${payload.value.status?.state}: ${textOf(payload.value.status?.message)}`
    : 'nothing'
}

/** Connects the SDK's client over one transport. */
export async function clientOf(
  transport: Lane['transport'],
  url: string,
  { interceptors, pushUrl, streaming = true }: ConnectOptions = {},
): Promise<Client> {
  const card = cardOf(url, streaming)
  const factory = transport === 'JSONRPC' ? new JsonRpcTransportFactory() : new RestTransportFactory()
  const made = await factory.create(`${url}/${transport === 'JSONRPC' ? 'rpc' : 'rest'}`, card)
  const push = requestOf('', pushUrl).configuration?.taskPushNotificationConfig
  return new Client(made, card, {
    ...(interceptors === undefined ? {} : { interceptors: [...interceptors] as never[] }),
    ...(push === undefined ? {} : { pushNotificationConfig: push }),
  })
}

function laneClient(client: Client): LaneClient {
  const ids = { tenant: '', taskId: TASK, id: 'p-1' }
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
    getTask: async (id) => said(await client.getTask({ tenant: '', id, historyLength: undefined })),
    cancelTask: async (id) => said(await client.cancelTask({ tenant: '', id, metadata: undefined })),
    resubscribe: (id) => events(client.resubscribeTask({ tenant: '', id })),
    listTasks: async () => {
      const { tasks, totalSize } = await client.listTasks({
        tenant: '',
        contextId: '',
        status: 0,
        pageSize: 10,
        pageToken: '',
        historyLength: undefined,
        statusTimestampAfter: undefined,
        includeArtifacts: undefined,
      })
      return `${totalSize}: ${tasks.map(({ id }) => id).join()}`
    },
    createPush: async (taskId, url) =>
      (
        await client.createTaskPushNotificationConfig({
          ...ids,
          taskId,
          url,
          token: 't',
          authentication: undefined,
        })
      ).url,
    getPush: async (taskId) => (await client.getTaskPushNotificationConfig({ ...ids, taskId })).url,
    listPush: async (taskId) =>
      (
        await client.listTaskPushNotificationConfig({ tenant: '', taskId, pageSize: 0, pageToken: '' })
      ).configs
        .map(({ url }) => url)
        .join(),
    deletePush: async (taskId) => String(await client.deleteTaskPushNotificationConfig({ ...ids, taskId })),
    extendedCard: async () => (await client.getAgentCard()).description,
  }
}

/** A2A 1.0 over one transport. */
export function lane1(transport: Lane['transport']): Lane {
  return {
    title: `1.3.0 ${transport}`,
    line: '1.0',
    transport,
    serve,
    connect: async (url, options = {}) => {
      const client = await clientOf(transport, url, options)
      return laneClient(options.instrument?.(client) ?? client)
    },
  }
}
