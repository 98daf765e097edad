import { allow, deny, isDenied } from '@aos/sdk'
import { instrumentA2AClient, instrumentA2AHandler } from '@aos/sdk/a2a'
import { stepRecorder } from '@aos/sdk/testing'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { withoutUnhandled } from '../mcp/kit/unhandled.ts'
import { guarded, type Guarded } from './kit/agents.ts'
import { listen, type Listening } from './kit/http.ts'
import type { Lane, LaneClient, Served } from './kit/lane.ts'
import { LANES } from './kit/lanes.ts'
import { heard } from './kit/pairs.ts'

const open: (Listening | Served)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`

/** A peer that answers whatever it likes. */
async function hostile(
  lane: Lane,
  answer: (request: IncomingMessage, response: ServerResponse, id: unknown) => void,
  agent: Guarded,
): Promise<LaneClient> {
  const listening = await listen((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const body: unknown = text === '' ? {} : JSON.parse(text)
      answer(request, response, Reflect.get(Object(body) as object, 'id'))
    })
  })
  open.push(listening)
  return lane.connect(listening.url, { instrument: (own) => instrumentA2AClient(own, agent) })
}

/** An event of a stream, as each lane writes it. */
function eventOf(lane: Lane, id: unknown, [said, task = 'task-9']: readonly string[]): string {
  const message = {
    messageId: 'm',
    ...(lane.transport === 'JSONRPC' && lane.line === '0.3'
      ? { kind: 'message', role: 'agent', parts: [{ kind: 'text', text: said }] }
      : { role: 'ROLE_AGENT' }),
  }
  const parts = lane.line === '1.0' ? { parts: [{ text: said }] } : { content: [{ text: said }] }
  const status =
    lane.transport === 'JSONRPC' && lane.line === '0.3'
      ? {
          kind: 'status-update',
          taskId: task,
          contextId: 'c',
          status: { state: 'working', message },
          final: false,
        }
      : {
          statusUpdate: {
            taskId: task,
            contextId: 'c',
            status: {
              state: 'TASK_STATE_WORKING',
              [lane.line === '1.0' ? 'message' : 'update']: { ...message, ...parts },
            },
          },
        }
  const data = lane.transport === 'JSONRPC' ? { jsonrpc: '2.0', id, result: status } : status
  return `data: ${JSON.stringify(data)}\n\n`
}

const bodies: Readonly<Record<string, (id: unknown) => string>> = {
  nothing: () => '',
  'no JSON': () => '<html>',
  null: () => 'null',
  'a list': () => '[]',
  'a text': () => '"evil"',
  'a number': () => '7',
  'an empty object': () => '{}',
  'no result': (id) => JSON.stringify({ jsonrpc: '2.0', id }),
  'the wrong id': () => JSON.stringify({ jsonrpc: '2.0', id: 'other', result: { kind: 'message' } }),
  'a result of another kind': (id) => JSON.stringify({ jsonrpc: '2.0', id, result: 7, task: 7, message: [] }),
  'parts that are none': (id) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id,
      result: {
        kind: 'message',
        messageId: 1,
        parts: { length: -1 },
        message: { messageId: [], parts: 'x' },
      },
      message: { messageId: {}, parts: 'x', content: 'x' },
    }),
  'an error of another kind': (id) =>
    JSON.stringify({ jsonrpc: '2.0', id, error: { code: 'x', message: {} } }),
  'an error that is none': (id) => JSON.stringify({ jsonrpc: '2.0', id, error: null }),
  'members of prototypes': (id) =>
    `{"jsonrpc":"2.0","id":${JSON.stringify(id ?? null)},"result":{"kind":"message","__proto__":{"x":1},"message":{"messageId":"m","__proto__":{"x":1},"metadata":{"__proto__":{"y":1}}}}}`,
  'something deep': (id) =>
    `{"jsonrpc":"2.0","id":${JSON.stringify(id ?? null)},"result":{"kind":"message","messageId":"m","parts":[],"metadata":${deep(5000)},"message":{"messageId":"m","metadata":${deep(5000)}}},"message":{"messageId":"m","metadata":${deep(5000)}}}`,
  'something huge': (id) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id,
      result: {
        kind: 'message',
        messageId: 'm',
        parts: [{ kind: 'text', text: 'x'.repeat(3_000_000) }],
        message: { messageId: 'm', parts: [{ text: 'x'.repeat(3_000_000) }] },
      },
      message: { messageId: 'm', content: [{ text: 'x'.repeat(3_000_000) }], parts: [{ text: 'x' }] },
    }),
}

for (const lane of LANES)
  describe(`a hostile server over ${lane.title}`, () => {
    for (const [what, body] of Object.entries(bodies))
      test(`that answers with ${what} gets nothing past a denial, and ends nothing but the call`, () =>
        withoutUnhandled(async () => {
          const recorder = stepRecorder()
          const agent = guarded(({ protocol }) => (protocol?.leg === 'response' ? deny('not that') : allow()))
          agent.attachSink(recorder)
          const client = await hostile(
            lane,
            (_request, response, id) => {
              response.setHeader('content-type', 'application/json')
              response.end(body(id))
            },
            agent,
          )
          const thrown: unknown = await client.send('hello').then(
            () => 'it passed',
            (error: unknown) => error,
          )
          expect(isDenied(thrown)).toBe(true)
          const { said, error } = await heard(client.stream('hello'))
          expect([said, isDenied(error)]).toEqual([[], true])
          await recorder.ended(2)
          expect(recorder.steps('a2a').map(({ status }) => status)).toEqual(['withheld', 'withheld'])
          expect(Reflect.get({}, 'x')).toBeUndefined()

          const other = guarded()
          const free = await hostile(lane, (_request, response, id) => response.end(body(id)), other)
          // whatever the SDK makes of it, it settles
          await free.send('hello').then(String, String)
        }))

    test('whose error says more beside its message has all of it judged', () =>
      withoutUnhandled(async () => {
        const agent = guarded(({ value }) =>
          JSON.stringify(value).includes('evil') ? deny('not that') : allow(),
        )
        const details = [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'TASK_NOT_FOUND',
            domain: 'a2a-protocol.org',
            metadata: { hint: 'evil' },
          },
        ]
        const said = { code: -32001, message: 'not found', status: 'NOT_FOUND', data: details, details }
        const client = await hostile(
          lane,
          (_request, response, id) => {
            const isRpc = lane.transport === 'JSONRPC'
            response.statusCode = isRpc ? 200 : 404
            response.setHeader('content-type', 'application/json')
            response.end(
              JSON.stringify(isRpc ? { jsonrpc: '2.0', id, error: said } : { ...said, error: said }),
            )
          },
          agent,
        )
        const thrown: unknown = await client.getTask('task-1').catch((error: unknown) => error)
        const leaked = JSON.stringify(Object.entries(Object(thrown) as object)).includes('evil')
        expect([thrown instanceof Error, leaked]).toEqual([true, false])
      }))

    test('whose answer is more than can be looked at in full is not believed', () =>
      withoutUnhandled(async () => {
        // what comes first leaves no room to see what comes last
        const padding = `{"metadata":{"deep":${deep(100)},"list":[${'0,'.repeat(120_000)}0]}`
        const newer = lane.line === '1.0' || lane.transport !== 'JSONRPC'
        const kind = newer ? '"role":"ROLE_AGENT"' : '"kind":"message","role":"agent"'
        const parts = newer ? '[{"text":"evil"}]' : '[{"kind":"text","text":"evil"}]'
        const where = lane.line === '0.3' && newer ? 'content' : 'parts'
        const said = `${padding},${kind},"messageId":"m","${where}":${parts}}`
        const agent = guarded(({ value }) =>
          JSON.stringify(value).includes('evil') ? deny('not that') : allow(),
        )
        const client = await hostile(
          lane,
          (_request, response, id) => {
            response.setHeader('content-type', 'application/json')
            const result = newer ? `{"message":${said}}` : said
            response.end(
              lane.transport === 'JSONRPC'
                ? `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`
                : result,
            )
          },
          agent,
        )
        const outcome: unknown = await client.send('hello').then(
          () => 'it passed',
          (error: unknown) => isDenied(error),
        )
        expect(outcome).toBe(true)
      }))

    test('whose stream breaks off, or goes on after its end, passes nothing unjudged', () =>
      withoutUnhandled(async () => {
        const streams = { broken: 0, endless: 0 }
        const agent = guarded(({ value }) =>
          JSON.stringify(value).includes('evil') ? deny('not that') : allow(),
        )
        const client = await hostile(
          lane,
          (_request, response, id) => {
            response.setHeader('content-type', 'text/event-stream')
            response.write(eventOf(lane, id, ['good']))
            response.write(eventOf(lane, id, ['of another task', 'task-10']))
            if (streams.broken++ === 0) return void response.write('data: {"jsonr', () => response.destroy())
            response.write(eventOf(lane, id, ['evil', 'task-10']))
            response.write(eventOf(lane, id, ['after the end']))
          },
          agent,
        )
        const broken = await heard(client.stream('hello'))
        expect(broken.said).toHaveLength(2)
        expect(broken.error).toBeInstanceOf(Error)
        const denied = await heard(client.stream('hello'))
        expect(denied.said).toHaveLength(2)
        expect(isDenied(denied.error)).toBe(true)
      }))

    test('whose stream never ends is left', () =>
      withoutUnhandled(async () => {
        let closed: () => void
        const left = new Promise<void>((resolve) => {
          closed = resolve
        })
        const client = await hostile(
          lane,
          (_request, response, id) => {
            response.setHeader('content-type', 'text/event-stream')
            const more = (): void => {
              if (!response.destroyed) response.write(eventOf(lane, id, ['more']), () => setImmediate(more))
            }
            response.on('close', () => closed())
            more()
          },
          guarded(),
        )
        let events = 0
        for await (const _event of client.stream('hello')) if (++events === 20) break
        await left
        expect(events).toBe(20)
      }))
  })

const requests: Readonly<Record<string, unknown>> = {
  'no params': undefined,
  null: null,
  'a list': [],
  'an empty object': {},
  'no message': { message: null },
  'a message of another kind': { message: 7 },
  'parts that are none': { message: { messageId: 'm', role: 'user', parts: 'x', kind: 'message' } },
  'a configuration of another kind': {
    message: { messageId: 'm', role: 'user', parts: [], content: [], kind: 'message' },
    configuration: [],
  },
  'push URLs of another kind': {
    message: { messageId: 'm', role: 'user', parts: [], content: [], kind: 'message' },
    configuration: {
      pushNotificationConfig: { url: ['https://hooks.example'] },
      taskPushNotificationConfig: { url: { toString: 'x' } },
      pushNotification: { url: [] },
    },
  },
  'something deep': {
    message: {
      messageId: 'm',
      role: 'user',
      parts: [],
      kind: 'message',
      metadata: JSON.parse(deep(3000)) as unknown,
    },
  },
}

for (const lane of LANES)
  describe(`hostile clients of a server over ${lane.title}`, () => {
    for (const [what, params] of Object.entries(requests))
      test(`that send ${what} are answered, and the agent hears nothing it is not to`, () =>
        withoutUnhandled(async () => {
          const served = await lane.serve({
            gate: (handler) =>
              instrumentA2AHandler(
                handler,
                guarded(({ protocol }) => (protocol?.leg === 'request' ? deny('not that') : allow())),
              ),
          })
          open.push(served)
          const names =
            lane.line === '1.0' ? ['SendMessage', 'SendStreamingMessage'] : ['message/send', 'message/stream']
          for (const method of names) {
            const isRpc = lane.transport === 'JSONRPC'
            const path = isRpc
              ? '/rpc'
              : `/rest${lane.line === '1.0' ? '' : '/v1'}/message:${method === names[0] ? 'send' : 'stream'}`
            const response = await fetch(`${served.url}${path}`, {
              method: 'POST',
              headers: {
                'content-type': 'application/json',
                'a2a-version': lane.line,
                traceparent: `00-${'z'.repeat(32)}-1-1`,
                tracestate: 'x'.repeat(2000),
                baggage: `aos.run.id=${'%'.repeat(300)},aos.lineage=${'a.'.repeat(900)}`,
              },
              body: JSON.stringify(isRpc ? { jsonrpc: '2.0', id: 1, method, params } : (params ?? {})),
            })
            expect(await response.text()).not.toBe('')
          }
          expect([served.calls, served.said]).toEqual([[], []])
          await expect((await lane.connect(served.url)).send('hello')).rejects.toThrow(
            /^Denied: not that$|^This operation is not supported$/,
          )
        }))

    test('who leave in the middle of a stream leave the server as it was', () =>
      withoutUnhandled(async () => {
        const recorder = stepRecorder()
        const agent = guarded()
        agent.attachSink(recorder)
        const served = await lane.serve({ gate: (handler) => instrumentA2AHandler(handler, agent) })
        open.push(served)
        const client = await lane.connect(served.url)
        for await (const said of client.stream('work')) if (said.startsWith('status')) break
        expect(await client.send('hello')).toBe('echo: hello')
        await recorder.ended(2)
        expect(recorder.runs().map(({ status }) => status)).toEqual(['completed', 'completed'])
      }))
  })
