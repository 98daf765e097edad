import { TASK, type Lane, type LaneClient } from './lane.ts'
import { lane03 } from './line-03.ts'
import { lane1 } from './line-1.ts'

/** Both lines over both transports. */
export const LANES: readonly Lane[] = [
  lane1('JSONRPC'),
  lane1('HTTP+JSON'),
  lane03('JSONRPC'),
  lane03('HTTP+JSON'),
]

/** One kind of request, in the terms of both lines. */
export interface Kind {
  /** Name on the wire, by line; none where the line does not have it. */
  readonly names: { readonly '1.0': string; readonly '0.3'?: string }
  /** Sends it and gives what came back as text. */
  send(client: LaneClient): Promise<string>
  /** It is about a push configuration that has to be there. */
  readonly needsPush?: true
  /** Where the SDK itself cannot do it. */
  readonly broken?: string
}

async function all(events: AsyncGenerator<string, void, undefined>): Promise<string> {
  const said: string[] = []
  for await (const event of events) said.push(event)
  return said.join(' | ')
}

/** Where the tests' push notifications may go. */
export const HOOK = 'https://hooks.example/in'

/** Every kind of request of the protocol. */
export const KINDS: readonly Kind[] = [
  { names: { '1.0': 'SendMessage', '0.3': 'message/send' }, send: (client) => client.send('hello') },
  {
    names: { '1.0': 'SendStreamingMessage', '0.3': 'message/stream' },
    send: (client) => all(client.stream('work')),
  },
  { names: { '1.0': 'GetTask', '0.3': 'tasks/get' }, send: (client) => client.getTask(TASK) },
  {
    names: { '1.0': 'ListTasks' },
    send: (client) => client.listTasks?.() ?? Promise.reject(new Error('0.3 has no list of tasks')),
  },
  { names: { '1.0': 'CancelTask', '0.3': 'tasks/cancel' }, send: (client) => client.cancelTask(TASK) },
  {
    names: { '1.0': 'SubscribeToTask', '0.3': 'tasks/resubscribe' },
    send: (client) => all(client.resubscribe(TASK)),
  },
  {
    names: { '1.0': 'CreateTaskPushNotificationConfig', '0.3': 'tasks/pushNotificationConfig/set' },
    send: (client) => client.createPush(TASK, HOOK),
    broken: '0.3.14 HTTP+JSON',
  },
  {
    names: { '1.0': 'GetTaskPushNotificationConfig', '0.3': 'tasks/pushNotificationConfig/get' },
    send: (client) => client.getPush(TASK),
    needsPush: true,
  },
  {
    names: { '1.0': 'ListTaskPushNotificationConfigs', '0.3': 'tasks/pushNotificationConfig/list' },
    send: (client) => client.listPush(TASK),
    needsPush: true,
  },
  {
    names: { '1.0': 'DeleteTaskPushNotificationConfig', '0.3': 'tasks/pushNotificationConfig/delete' },
    send: (client) => client.deletePush(TASK),
    needsPush: true,
  },
  {
    names: { '1.0': 'GetExtendedAgentCard', '0.3': 'agent/getAuthenticatedExtendedCard' },
    send: (client) => client.extendedCard(),
  },
]
