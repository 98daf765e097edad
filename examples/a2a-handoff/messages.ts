// What the two agents say to each other, in the forms of the A2A SDK.
import { randomUUID } from 'node:crypto'
import { AgentCard, Message, SendMessageRequest } from '@a2a-js/sdk'

/** The request that sends a text; with a URL, news of the task are pushed there. */
export function requestOf(text: string, pushUrl?: string): SendMessageRequest {
  const push = { taskPushNotificationConfig: { id: 'news', url: pushUrl } }
  return SendMessageRequest.fromJSON({
    message: { messageId: randomUUID(), role: 'ROLE_USER', parts: [{ text }] },
    ...(pushUrl === undefined ? {} : { configuration: push }),
  })
}

/** The message that answers with a text. */
export function answerOf(text: string): Message {
  return Message.fromJSON({ messageId: randomUUID(), role: 'ROLE_AGENT', parts: [{ text }] })
}

/** The texts of a message. */
export function textOf({ parts }: Pick<Message, 'parts'>): string {
  return parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('\n')
}

/** How the specialist presents itself. */
export function cardOf(url: string): AgentCard {
  return AgentCard.fromJSON({
    name: 'refunds',
    description: 'Decides on refunds',
    version: '1.0.0',
    supportedInterfaces: [{ url: `${url}/a2a`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
    capabilities: { streaming: true, pushNotifications: true },
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [{ id: 'refund', name: 'Refund', description: 'Decides whether a customer gets money back' }],
  })
}
