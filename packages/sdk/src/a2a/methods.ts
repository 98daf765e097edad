import { ANY, type Codec } from './wire-codec.ts'
import {
  CARD,
  CARD_REQUEST,
  LIST_PUSH_REQUEST,
  LIST_PUSH_RESPONSE,
  LIST_TASKS_REQUEST,
  LIST_TASKS_RESPONSE,
  NOTHING,
  PUSH_CONFIG,
  PUSH_REQUEST,
  SEND_REQUEST,
  SEND_RESPONSE,
  STREAM_RESPONSE,
  TASK,
  TASK_REQUEST,
} from './wire-forms.ts'

/** Version of the protocol whose names and JSON a message has. */
export type Line = '1.0' | '0.3'

/** One method of A2A, in the terms of one line. */
export interface A2AMethod {
  readonly line: Line
  /** Its name on the wire of JSON-RPC. */
  readonly name: string
  readonly streams: boolean
  /** Whether the SDK's method takes params before everything else. */
  readonly takesParams: boolean
  readonly request: Codec
  readonly answer: Codec
}

interface Row {
  readonly newer?: string
  readonly older?: string
  readonly streams?: true
  readonly request: Codec
  readonly answer: Codec
}

const SEND: Row = {
  newer: 'SendMessage',
  older: 'message/send',
  request: SEND_REQUEST,
  answer: SEND_RESPONSE,
}
const STREAM: Row = {
  newer: 'SendStreamingMessage',
  older: 'message/stream',
  streams: true,
  request: SEND_REQUEST,
  answer: STREAM_RESPONSE,
}
const SUBSCRIBE: Row = {
  newer: 'SubscribeToTask',
  older: 'tasks/resubscribe',
  streams: true,
  request: TASK_REQUEST,
  answer: STREAM_RESPONSE,
}
const LIST_PUSH: Row = {
  newer: 'ListTaskPushNotificationConfigs',
  older: 'tasks/pushNotificationConfig/list',
  request: LIST_PUSH_REQUEST,
  answer: LIST_PUSH_RESPONSE,
}
const EXTENDED_CARD: Row = {
  newer: 'GetExtendedAgentCard',
  older: 'agent/getAuthenticatedExtendedCard',
  request: CARD_REQUEST,
  answer: CARD,
}

// by the names that clients, transports and request handlers of the SDK have for them
const ROWS: ReadonlyMap<string, Row> = new Map([
  ['sendMessage', SEND],
  ['sendMessageStream', STREAM],
  ['getTask', { newer: 'GetTask', older: 'tasks/get', request: TASK_REQUEST, answer: TASK }],
  ['listTasks', { newer: 'ListTasks', request: LIST_TASKS_REQUEST, answer: LIST_TASKS_RESPONSE }],
  ['cancelTask', { newer: 'CancelTask', older: 'tasks/cancel', request: TASK_REQUEST, answer: TASK }],
  ['resubscribeTask', SUBSCRIBE],
  ['resubscribe', SUBSCRIBE],
  [
    'createTaskPushNotificationConfig',
    { newer: 'CreateTaskPushNotificationConfig', request: PUSH_CONFIG, answer: PUSH_CONFIG },
  ],
  [
    'setTaskPushNotificationConfig',
    { older: 'tasks/pushNotificationConfig/set', request: PUSH_CONFIG, answer: PUSH_CONFIG },
  ],
  [
    'getTaskPushNotificationConfig',
    {
      newer: 'GetTaskPushNotificationConfig',
      older: 'tasks/pushNotificationConfig/get',
      request: PUSH_REQUEST,
      answer: PUSH_CONFIG,
    },
  ],
  ['listTaskPushNotificationConfig', LIST_PUSH],
  ['listTaskPushNotificationConfigs', LIST_PUSH],
  [
    'deleteTaskPushNotificationConfig',
    {
      newer: 'DeleteTaskPushNotificationConfig',
      older: 'tasks/pushNotificationConfig/delete',
      request: PUSH_REQUEST,
      answer: NOTHING,
    },
  ],
  ['getExtendedAgentCard', EXTENDED_CARD],
  ['getAuthenticatedExtendedAgentCard', EXTENDED_CARD],
])

/** Gives the A2A method that a method of a transport or request handler of the SDK stands for, or nothing. */
export function methodOf(key: string, line: Line): A2AMethod | undefined {
  const row = ROWS.get(key)
  const name = line === '1.0' ? row?.newer : row?.older
  if (row === undefined || name === undefined) return undefined
  return {
    line,
    name,
    streams: row.streams === true,
    takesParams: line === '1.0' || row !== EXTENDED_CARD,
    // what 0.3 of the SDK holds is the JSON of the wire already
    request: line === '1.0' ? row.request : ANY,
    answer: line === '1.0' ? row.answer : row.answer === NOTHING ? NOTHING : ANY,
  }
}

/** Gives the method of an extension, which the SDK does not know. */
export function extensionMethod(name: string, line: Line): A2AMethod {
  return { line, name, streams: false, takesParams: true, request: ANY, answer: ANY }
}

/** Tells the lines apart: 1.0 creates push configurations, 0.3 sets them. */
export function lineOf(target: object): Line {
  return typeof Reflect.get(target, 'createTaskPushNotificationConfig') === 'function' ? '1.0' : '0.3'
}

/** The push URLs that a request names, in whichever of the forms of the two lines. */
export function pushUrlsIn({ name }: A2AMethod, wire: unknown): readonly unknown[] {
  const configuration = member(wire, 'configuration')
  const configs = [
    member(configuration, 'taskPushNotificationConfig'),
    member(configuration, 'pushNotificationConfig'),
    member(wire, 'pushNotificationConfig'),
    CREATES_PUSH.test(name) ? wire : undefined,
  ]
  return configs.filter((config) => config !== undefined && config !== null).map(urlOf)
}

const CREATES_PUSH = /^(?:Create|Set)TaskPushNotificationConfig$|pushNotificationConfig\/(?:set|create)$/i

// of tasks/pushNotificationConfig/set, the config is a member
function urlOf(config: unknown): unknown {
  return member(config, 'pushNotificationConfig') === undefined
    ? member(config, 'url')
    : member(member(config, 'pushNotificationConfig'), 'url')
}

const FINAL_STATES: ReadonlySet<unknown> = new Set([
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELED',
  'TASK_STATE_REJECTED',
  'TASK_STATE_INPUT_REQUIRED',
  'TASK_STATE_AUTH_REQUIRED',
  'completed',
  'failed',
  'canceled',
  'rejected',
  'input-required',
  'auth-required',
])

/** Whether an event of a stream is a message, or says that the task has ended or waits. */
export function isFinalEvent(wire: unknown): boolean {
  const event = member(wire, 'task') ?? member(wire, 'statusUpdate') ?? wire
  if (member(wire, 'message') !== undefined || member(wire, 'kind') === 'message') return true
  return member(event, 'final') === true || FINAL_STATES.has(member(member(event, 'status'), 'state'))
}

/** A member of what may be no object at all. */
export function member(source: unknown, key: string): unknown {
  if (typeof source !== 'object' || source === null) return undefined
  return Reflect.get(source, key) as unknown
}
