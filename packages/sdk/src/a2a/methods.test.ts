import { describe, expect, test } from 'vitest'
import { extensionMethod, isFinalEvent, lineOf, methodOf, pushUrlsIn } from './methods.ts'

const NAMES: readonly (readonly [string, string | undefined, string | undefined])[] = [
  ['sendMessage', 'SendMessage', 'message/send'],
  ['sendMessageStream', 'SendStreamingMessage', 'message/stream'],
  ['getTask', 'GetTask', 'tasks/get'],
  ['listTasks', 'ListTasks', undefined],
  ['cancelTask', 'CancelTask', 'tasks/cancel'],
  ['resubscribe', 'SubscribeToTask', 'tasks/resubscribe'],
  ['resubscribeTask', 'SubscribeToTask', 'tasks/resubscribe'],
  ['createTaskPushNotificationConfig', 'CreateTaskPushNotificationConfig', undefined],
  ['setTaskPushNotificationConfig', undefined, 'tasks/pushNotificationConfig/set'],
  ['getTaskPushNotificationConfig', 'GetTaskPushNotificationConfig', 'tasks/pushNotificationConfig/get'],
  ['listTaskPushNotificationConfig', 'ListTaskPushNotificationConfigs', 'tasks/pushNotificationConfig/list'],
  ['listTaskPushNotificationConfigs', 'ListTaskPushNotificationConfigs', 'tasks/pushNotificationConfig/list'],
  [
    'deleteTaskPushNotificationConfig',
    'DeleteTaskPushNotificationConfig',
    'tasks/pushNotificationConfig/delete',
  ],
  ['getExtendedAgentCard', 'GetExtendedAgentCard', 'agent/getAuthenticatedExtendedCard'],
  ['getAuthenticatedExtendedAgentCard', 'GetExtendedAgentCard', 'agent/getAuthenticatedExtendedCard'],
  ['getAgentCard', undefined, undefined],
  ['toString', undefined, undefined],
]

describe('methods of the SDK', () => {
  test.each(NAMES)('%s is %s in 1.0 and %s in 0.3', (key, newer, older) => {
    expect(methodOf(key, '1.0')?.name).toBe(newer)
    expect(methodOf(key, '0.3')?.name).toBe(older)
  })

  test('tell the lines apart', () => {
    expect(lineOf({ createTaskPushNotificationConfig: () => undefined })).toBe('1.0')
    expect(lineOf({ setTaskPushNotificationConfig: () => undefined })).toBe('0.3')
  })
})

describe('push URLs', () => {
  const of = (name: string, wire: unknown): readonly unknown[] =>
    pushUrlsIn(extensionMethod(name, '1.0'), wire)

  test('are found wherever a request has them', () => {
    const config = { url: 'u' }
    expect(of('SendMessage', { configuration: { taskPushNotificationConfig: config } })).toEqual(['u'])
    expect(of('message/send', { configuration: { pushNotificationConfig: config } })).toEqual(['u'])
    expect(of('tasks/pushNotificationConfig/set', { pushNotificationConfig: config })).toEqual(['u', 'u'])
    expect(of('CreateTaskPushNotificationConfig', config)).toEqual(['u'])
  })

  test('of a configuration without one are none that could be allowed', () => {
    expect(of('CreateTaskPushNotificationConfig', {})).toEqual([undefined])
    expect(of('SendMessage', { configuration: { pushNotificationConfig: 'x' } })).toEqual([undefined])
  })

  test('are not looked for in other requests', () => {
    for (const wire of [undefined, null, 7, [], {}, { url: 'u' }, { configuration: null }])
      expect(of('GetTask', wire)).toEqual([])
  })
})

test('events are final that are a message, or say that a task has ended or waits', () => {
  for (const event of [
    { message: {} },
    { kind: 'message' },
    { task: { status: { state: 'TASK_STATE_COMPLETED' } } },
    { statusUpdate: { status: { state: 'TASK_STATE_INPUT_REQUIRED' } } },
    { kind: 'status-update', final: true, status: { state: 'working' } },
    { kind: 'task', status: { state: 'failed' } },
  ])
    expect(isFinalEvent(event)).toBe(true)
  for (const event of [
    undefined,
    { task: { status: { state: 'TASK_STATE_WORKING' } } },
    { artifactUpdate: { artifact: {} } },
    { kind: 'artifact-update', lastChunk: true },
    { kind: 'status-update', final: false, status: { state: 'working' } },
  ])
    expect(isFinalEvent(event)).toBe(false)
})
