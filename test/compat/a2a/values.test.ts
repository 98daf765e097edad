import {
  AgentCard,
  ListTasksResponse,
  type Message,
  SendMessageRequest,
  StreamResponse,
  Task,
} from '@a2a-js/sdk'
import { allow, isDenied, modify, type HookContext } from '@aos/sdk'
import { instrumentA2AHandler } from '@aos/sdk/a2a'
import { stepRecorder } from '@aos/sdk/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { guarded, type Judge } from './kit/agents.ts'
import { TASK } from './kit/lane.ts'
import { LANES } from './kit/lanes.ts'
import { cardOf, messageOf, requestOf } from './kit/line-1.ts'
import { heard, Pairs } from './kit/pairs.ts'

const pairs = new Pairs()
afterEach(() => pairs.close())

/** Replaces a text everywhere in what is judged on one leg. */
function replaces(leg: 'request' | 'response', from: string, to: string): Judge {
  return ({ protocol, value }) => {
    const text = JSON.stringify(value)
    return protocol?.leg === leg && text.includes(from)
      ? modify(JSON.parse(text.replaceAll(from, to)))
      : allow()
  }
}

for (const lane of LANES)
  describe(`over ${lane.title}`, () => {
    for (const side of ['client', 'server'] as const) {
      test(`what the ${side} makes of a request is what the agent hears`, async () => {
        const { served, client } = await pairs.of(lane, { [side]: replaces('request', 'secret', '[gone]') })
        expect(await client.send('my secret')).toBe('echo: my [gone]')
        expect(served.said).toEqual(['my [gone]'])
      })

      test(`what the ${side} makes of an answer and of events is what the caller gets`, async () => {
        const judge: Judge = (context) =>
          JSON.stringify(context.value).includes('artifact')
            ? replaces('response', 'the artifact', 'a redacted one')(context)
            : replaces('response', 'echo', 'reply')(context)
        const { client } = await pairs.of(lane, { [side]: judge })
        expect(await client.send('hello')).toBe('reply: hello')
        const { said } = await heard(client.stream('work'))
        expect(said).toContain('artifact: a redacted one')
        expect(said.at(-1)).toBe('status 3: all done')
      })

      test(`an error is an answer that the ${side} judges`, async () => {
        const seen: unknown[] = []
        const { client } = await pairs.of(lane, {
          [side]: ({ isError, value, protocol }: HookContext) => {
            if (protocol?.leg === 'response') seen.push([isError, value])
            return isError === true ? modify({ ...(value as object), message: 'nothing to see' }) : allow()
          },
        })
        const thrown: unknown = await client.getTask('nobody').catch((error: unknown) => error)
        expect(seen).toHaveLength(1)
        expect(JSON.stringify(seen)).toContain('nobody')
        expect(thrown).toBeInstanceOf(Error)
        expect(thrown).toMatchObject({ name: 'TaskNotFoundError' })
        const told = JSON.stringify([String(thrown), thrown, (thrown as Error).stack])
        expect(told).not.toContain('nobody')
        expect(side === 'client' || lane.line === '1.0' ? told : 'nothing to see').toContain('nothing to see')
      })

      test(`a change by the ${side} that is no A2A message is refused`, async () => {
        const { served, client } = await pairs.of(lane, {
          [side]: ({ protocol }: HookContext) =>
            protocol?.leg === 'request' && lane.line === '1.0'
              ? modify({ message: { role: 'ROLE_KING', parts: 'none' } })
              : allow(),
        })
        const sent = client.send('hello')
        if (lane.line === '0.3') expect(await sent).toBe('echo: hello')
        else await expect(sent).rejects.toThrow('Denied')
        expect(served.said).toHaveLength(lane.line === '0.3' ? 1 : 0)
      })
    }

    test('what a handler of the client throws is what the caller gets, and nothing is sent', async () => {
      const fault = new Error('my policy is broken')
      const { served, client } = await pairs.of(lane, {
        client: () => {
          throw fault
        },
      })
      await expect(client.send('hello')).rejects.toBe(fault)
      expect((await heard(client.stream('work'))).error).toBe(fault)
      expect(served.calls).toEqual([])
    })

    test('what a handler of the server throws ends its run and is not told to the caller', async () => {
      const fault = new Error('my policy is broken')
      const recorder = stepRecorder()
      const agent = guarded(() => {
        throw fault
      })
      agent.attachSink(recorder)
      const { served, client } = await pairs.of(lane, { server: agent })
      const thrown: unknown = await client.send('hello').catch((error: unknown) => error)
      const streamed = await heard(client.stream('work'))
      await recorder.ended(2)
      expect(thrown).toBeInstanceOf(Error)
      expect(streamed.error).toBeInstanceOf(Error)
      expect(`${String(thrown)} ${String(streamed.error)}`).not.toContain('policy')
      expect(served.calls).toEqual([])
      expect(recorder.runs().map(({ status, error }) => [status, error?.message])).toEqual([
        ['failed', 'my policy is broken'],
        ['failed', 'my policy is broken'],
      ])
    })
  })

describe('what handlers judge of 1.0', () => {
  const part = messageOf('').parts[0]
  const message = {
    ...messageOf('hello'),
    parts: [
      { ...part, content: { $case: 'text', value: '' }, metadata: { a: 1 } },
      { ...part, content: { $case: 'raw', value: Buffer.from('bytes') }, filename: 'a.txt' },
      { ...part, content: { $case: 'url', value: 'https://files.example/a' }, mediaType: 'text/plain' },
      { ...part, content: { $case: 'data', value: { deep: [1, null, { __proto__: null, x: true }] } } },
    ],
    extensions: ['https://extensions.example/one'],
    referenceTaskIds: ['task-0'],
  } as unknown as Message
  const task: Task = {
    id: TASK,
    contextId: 'talk-1',
    status: { state: 6, message, timestamp: '2026-01-01T00:00:00.000Z' },
    artifacts: [
      {
        artifactId: 'a',
        name: '',
        description: 'd',
        parts: message.parts,
        metadata: { b: 2 },
        extensions: [],
      },
    ],
    history: [message, messageOf('again', 2)],
    metadata: { c: 3 },
  }
  const event = (payload: StreamResponse['payload']): StreamResponse => ({ payload })
  const update = { taskId: TASK, contextId: 'talk-1', metadata: undefined }
  const events: StreamResponse[] = [
    event({ $case: 'task', value: task }),
    event({ $case: 'statusUpdate', value: { ...update, status: task.status } }),
    event({
      $case: 'artifactUpdate',
      value: { ...update, artifact: task.artifacts[0], append: true, lastChunk: false },
    }),
    event({ $case: 'message', value: message }),
  ]
  const card = cardOf('https://agent.example')
  const list: ListTasksResponse = { tasks: [task], nextPageToken: 'n', pageSize: 1, totalSize: 7 }

  /** A request handler of an application's own. */
  const ownHandler = {
    getAgentCard: () => Promise.resolve(card),
    getAuthenticatedExtendedAgentCard: () => Promise.resolve(card),
    sendMessage: (_params: unknown, _context: unknown) => Promise.resolve(task),
    async *sendMessageStream(_params: unknown, _context: unknown) {
      yield* events
    },
    getTask: () => Promise.resolve(task),
    listTasks: () => Promise.resolve(list),
    cancelTask: () => Promise.resolve(task),
    createTaskPushNotificationConfig: () => Promise.resolve(undefined),
    resubscribe: () => undefined,
  }

  const request = SendMessageRequest.fromJSON({
    ...(SendMessageRequest.toJSON(requestOf('x')) as object),
    metadata: { m: 1 },
  })

  test('is the JSON of the protocol, and goes on as what it was', async () => {
    const seen: unknown[] = []
    const given: unknown[] = []
    const handler = instrumentA2AHandler(
      {
        ...ownHandler,
        sendMessage: (params: unknown, _context: unknown) => {
          given.push(params)
          return Promise.resolve(task)
        },
      },
      guarded(({ value }) => {
        seen.push(value)
        return allow()
      }),
    )
    const sent = { ...request, message }
    expect(await handler.sendMessage(sent, {})).toEqual(task)
    expect(given).toEqual([sent])
    expect(seen).toEqual([SendMessageRequest.toJSON(sent), { task: Task.toJSON(task) }])
    expect(JSON.stringify(seen[0])).toContain('"role":"ROLE_USER"')
    seen.length = 0
    const got: unknown[] = []
    for await (const one of handler.sendMessageStream(sent, {})) got.push(one)
    expect(got).toEqual(events)
    expect(seen.slice(1)).toEqual(events.map((one) => StreamResponse.toJSON(one)))
    seen.length = 0
    expect(await handler.getAuthenticatedExtendedAgentCard()).toEqual(card)
    expect(seen[1]).toEqual(AgentCard.toJSON(card))
    expect(await handler.listTasks()).toEqual(list)
    expect(seen[3]).toEqual(ListTasksResponse.toJSON(list))
  })

  test('is what the SDK has, where nobody judges', async () => {
    const handler = instrumentA2AHandler(ownHandler)
    expect(await handler.sendMessage(request, {})).toBe(task)
  })

  test('denies what an application throws as a denial with the error of the protocol', async () => {
    const handler = instrumentA2AHandler(
      ownHandler,
      guarded(() => ({ decision: 'deny', reasoning: 'no' })),
    )
    const thrown: unknown = await handler.getTask().catch((error: unknown) => error)
    expect(isDenied(thrown)).toBe(true)
    expect(thrown).toMatchObject({ name: 'UnsupportedOperationError', hook: 'a2a' })
  })
})
