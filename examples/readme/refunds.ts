// The agent that the pages hand tasks to, served on loopback at `url`; `ask` makes the request that sends it a text.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AgentCard, Message, SendMessageRequest } from '@a2a-js/sdk'
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore, type AgentExecutor } from '@a2a-js/sdk/server'
import { agentCardHandler, jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import express from 'express'

const app = express()
const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
server.unref()

export const url: string = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

export const card: AgentCard = AgentCard.fromJSON({
  name: 'refunds',
  version: '1.0.0',
  capabilities: { streaming: true, pushNotifications: true },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [{ id: 'refund', name: 'Refund', description: 'Decides on refunds' }],
  supportedInterfaces: [{ url: `${url}/a2a`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
})

export const executor: AgentExecutor = {
  async execute({ userMessage }, bus) {
    const parts = [{ text: `heard: ${textOf(userMessage)}` }]
    bus.publish(AgentEvent.message(Message.fromJSON({ messageId: 'm-2', role: 'ROLE_AGENT', parts })))
  },
  cancelTask: async () => undefined,
}

/** The request that sends a text; with a URL, news of the task are to be pushed there. */
export function ask(text: string, pushUrl?: string): SendMessageRequest {
  return SendMessageRequest.fromJSON({
    message: { messageId: 'm-1', role: 'ROLE_USER', parts: [{ text }] },
    ...(pushUrl === undefined
      ? {}
      : { configuration: { taskPushNotificationConfig: { id: 'p-1', url: pushUrl } } }),
  })
}

/** The text of what answers. */
export function textOf(answer: object): string {
  const { parts = [] } = answer as Partial<Message>
  return parts.map(({ content }) => String(content?.value)).join('')
}

const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor)
app.use('/.well-known/agent-card.json', agentCardHandler({ agentCardProvider: requestHandler }))
app.use('/a2a', jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }))
