// What the two agents say to each other, in the forms of the A2A SDK.
import { randomUUID } from 'node:crypto'
import type { AgentCard, Message, SendMessageRequest } from '@a2a-js/sdk'

/** A message with one text; role 1 asks, role 2 answers. */
export function messageOf(text: string, role: 1 | 2): Message {
  return {
    messageId: randomUUID(),
    contextId: '',
    taskId: '',
    role,
    parts: [{ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' }],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  }
}

/** The request that sends a text; with a URL, news of the task are pushed there. */
export function requestOf(text: string, pushUrl?: string): SendMessageRequest {
  const push = { tenant: '', id: '', taskId: '', url: pushUrl ?? '', token: '', authentication: undefined }
  return {
    tenant: '',
    message: messageOf(text, 1),
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: pushUrl === undefined ? undefined : push,
      historyLength: undefined,
      returnImmediately: false,
    },
    metadata: undefined,
  }
}

/** The texts of a message. */
export function textOf({ parts }: Pick<Message, 'parts'>): string {
  return parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('\n')
}

/** How the specialist presents itself. */
export function cardOf(url: string): AgentCard {
  return {
    name: 'refunds',
    description: 'Decides on refunds',
    version: '1.0.0',
    supportedInterfaces: [
      { url: `${url}/a2a`, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' },
    ],
    provider: undefined,
    capabilities: { streaming: true, pushNotifications: true, extendedAgentCard: false, extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [
      {
        id: 'refund',
        name: 'Refund',
        description: 'Decides whether a customer gets money back',
        tags: [],
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
