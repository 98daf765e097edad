import { Client, JsonRpcTransportFactory } from '@a2a-js/sdk/client'
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore, UnauthenticatedUser } from '@a2a-js/sdk/server'
import { jsonRpcHandler } from '@a2a-js/sdk/server/express'
import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

type Card = ConstructorParameters<typeof Client>[1]
type Sent = Parameters<Client['sendMessage']>[0]

/** An A2A agent on loopback that answers each message at once. */
export interface A2AServer extends AsyncDisposable {
  connect(): Promise<Client>
  message(): Sent
}

/** Starts one. */
export async function a2aServer(): Promise<A2AServer> {
  const name: string = 'express'
  const { default: express } = (await import(name)) as {
    readonly default: () => RequestListener & { use(...handlers: readonly unknown[]): unknown }
  }
  const app = express()
  const http = createServer(app)
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  const card = cardOf(`http://127.0.0.1:${(http.address() as AddressInfo).port}/rpc`)
  const executor = {
    execute: async (_context: unknown, bus: { publish(event: unknown): void; finished(): void }) => {
      bus.publish(AgentEvent.message(messageOf('three papers', 2)))
      bus.finished()
    },
    cancelTask: async () => undefined,
  }
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor as never)
  app.use(
    '/rpc',
    jsonRpcHandler({ requestHandler, userBuilder: async () => new UnauthenticatedUser() } as never),
  )
  return {
    connect: async () =>
      new Client(
        await new JsonRpcTransportFactory().create(card.supportedInterfaces[0]?.url ?? '', card),
        card,
      ),
    message: () => ({ message: messageOf('Find recent papers', 1) }) as unknown as Sent,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      await new Promise<void>((resolve) => {
        http.close(() => resolve())
      })
    },
  }
}

function cardOf(url: string): Card {
  return {
    name: 'bench',
    description: 'answers at once',
    version: '1.0.0',
    supportedInterfaces: [{ url, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' }],
    capabilities: { streaming: false, pushNotifications: false, extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
    signatures: [],
  } as unknown as Card
}

function messageOf(text: string, role: number): never {
  return {
    messageId: randomUUID(),
    contextId: '',
    taskId: '',
    role,
    parts: [{ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' }],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  } as never
}
