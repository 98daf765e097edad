import { Client, ClientFactory, ClientFactoryOptions } from '@a2a-js/sdk/client'
import { A2AClient, Client as Client03 } from '@a2a-js/sdk-0.3/client'
import {
  allow,
  AosDeniedError,
  AosError,
  deny,
  isAosError,
  isDenied,
  modify,
  type HookContext,
} from '@aos/sdk'
import {
  a2aInterceptor,
  instrumentA2AClient,
  instrumentA2AHandler,
  instrumentA2ATransport,
} from '@aos/sdk/a2a'
import { stepRecorder } from '@aos/sdk/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { guarded, type Judge } from './kit/agents.ts'
import { TASK } from './kit/lane.ts'
import { HOOK, LANES } from './kit/lanes.ts'
import { A2AExpressApp, lane03, olderClientOf, requestOf as olderRequest } from './kit/line-03.ts'
import { expressApp, listen } from './kit/http.ts'
import { cardOf, clientOf, lane1, requestOf, serve } from './kit/line-1.ts'
import { heard, Pairs } from './kit/pairs.ts'

const pairs = new Pairs()
afterEach(() => pairs.close())

for (const lane of LANES)
  describe(`over ${lane.title}`, () => {
    test('a client stays what it is, is gated once, and its original is untouched', async () => {
      const served = await lane.serve()
      const { raw } = await lane.connect(served.url)
      const agent = guarded(() => deny('no'))
      const gated = instrumentA2AClient(raw, agent)
      expect(gated).toBeInstanceOf(lane.line === '1.0' ? Client : Client03)
      expect(instrumentA2AClient(gated, agent)).toBe(gated)
      expect(gated).not.toBe(raw)
      const plain = await lane.connect(served.url)
      expect(await plain.send('hello')).toBe('echo: hello')
      await served.close()
    })

    test('the agent card of the other side is a component, and what a later card says is learnt', async () => {
      const agent = guarded()
      const { served, client } = await pairs.of(lane, { client: agent })
      await client.send('hello')
      const component = (): object | undefined =>
        agent.describe().components.find(({ id }) => id === 'agent:echo')
      expect(component()).toMatchObject({
        type: 'agent',
        version: '2.1.0',
        description: 'repeats what it hears',
        url: `${served.url}/${lane.transport === 'JSONRPC' ? 'rpc' : 'rest'}`,
        capabilities: ['repeat'],
      })
      await client.extendedCard()
      await client.send('hello')
      expect(component()).toMatchObject({ description: 'the longer card' })
    })

    test('a component that is disabled is not asked any more', async () => {
      const agent = guarded()
      const { served, client } = await pairs.of(lane, { client: agent })
      await agent.disableComponent('agent:echo')
      await expect(client.send('hello')).rejects.toThrow('agent:echo is disabled')
      expect((await heard(client.stream('work'))).error).toMatchObject({ code: 'denied' })
      expect(served.calls).toEqual([])
    })

    test('a run of the server knows who calls, in which conversation, and about what', async () => {
      const seen: unknown[] = []
      const agent = guarded(({ user, session, protocol, runId }) => {
        seen.push([user?.id, session.id, protocol?.peer?.name, protocol?.target, runId])
        return allow()
      })
      const recorder = stepRecorder()
      agent.attachSink(recorder)
      const { client } = await pairs.of(lane, { server: agent, serve: { user: 'ada' } })
      await client.send('hello')
      await recorder.ended(1)
      const [request, answer] = seen as [unknown[], unknown[]]
      expect(request.slice(0, 4)).toEqual(['ada', 'ada/talk-1', 'ada', undefined])
      expect(answer[4]).toBe(request[4])
      seen.length = 0
      await client.getTask(TASK)
      expect((seen[0] as unknown[])[3]).toBe(TASK)
      const starts = recorder.events.flatMap((event) => (event.type === 'run.start' ? [event.run] : []))
      expect(starts.map(({ trigger }) => trigger)).toEqual(['agent', 'agent'])
    })

    test('what was denied inside of an agent that serves is an answer of it, which is judged', async () => {
      const errors: unknown[] = []
      const agent = guarded(({ isError, value }) => {
        if (isError === true) errors.push(value)
        return allow()
      })
      const served = await lane.serve({
        gate: (handler) => {
          const failing = new Proxy(handler, {
            get: (target, key) =>
              key === 'getTask'
                ? async () => {
                    throw new AosDeniedError({
                      hook: 'toolCallRequest',
                      reason: 'an inner reason',
                      reasonCodes: [],
                      decisionId: 'inner',
                      runId: 'inner',
                    })
                  }
                : (Reflect.get(target, key, target) as unknown),
          })
          return instrumentA2AHandler(failing, agent)
        },
      })
      const client = await lane.connect(served.url)
      await expect(client.getTask(TASK)).rejects.toThrow(/inner reason|not supported/)
      expect(errors).toHaveLength(1)
      expect(JSON.stringify(errors)).toContain('an inner reason')
      await served.close()
    })

    test('without propagation nothing is added to a request', async () => {
      const bare = await pairs.of(lane, { client: recordedAgent(), options: { propagate: false } })
      await bare.client.send('hello')
      const told = await pairs.of(lane, { client: recordedAgent() })
      await told.client.send('hello')
      expect(JSON.stringify(bare.served.metadata)).not.toContain('aos.run.id')
      if (lane.line === '0.3') return
      expect(JSON.stringify(told.served.metadata)).not.toContain('aos.run.id')
    })

    test('a caller is believed who it says it is, unless nothing is propagated', async () => {
      for (const propagate of [true, false]) {
        const server = guarded()
        const recorder = stepRecorder()
        server.attachSink(recorder)
        const served = await lane.serve({
          gate: (handler) => instrumentA2AHandler(handler, server, { propagate }),
        })
        const client = await lane.connect(served.url, {
          instrument: (own) => instrumentA2AClient(own, recordedAgent()),
        })
        await client.send('hello')
        await recorder.ended(1)
        const parents = recorder.events.flatMap((event) =>
          event.type === 'run.start' ? [typeof event.run.parentRunId] : [],
        )
        expect(parents).toEqual([propagate ? 'string' : 'undefined'])
        await served.close()
      }
    })

    test('a message inside of the turn of an agent is a step of its run', async () => {
      const served = await lane.serve()
      const client = await lane.connect(served.url, { instrument: (own) => instrumentA2AClient(own) })
      const agent = guarded(
        () => allow(),
        () => client.send('hello'),
      )
      const recorder = stepRecorder()
      agent.attachSink(recorder)
      expect(await agent.run('go')).toBe('echo: hello')
      expect(recorder.runs()).toHaveLength(1)
      expect(recorder.steps('a2a')).toHaveLength(1)
      await served.close()
    })

    test('an interceptor judges requests, answers and events as well', async () => {
      const judge: Judge = ({ protocol, value }: HookContext) => {
        const text = JSON.stringify(value)
        if (text.includes('forbidden')) return deny('not that')
        return protocol?.leg === 'request' && text.includes('secret')
          ? modify(JSON.parse(text.replaceAll('secret', '[gone]')))
          : allow()
      }
      const interceptor = a2aInterceptor(guarded(judge), { pushUrls: [HOOK] })
      const { served, client } = await pairs.of(lane, { connect: { interceptors: [interceptor] } })
      expect(await client.send('my secret')).toBe('echo: my [gone]')
      expect((await heard(client.stream('work'))).said).toHaveLength(4)
      await expect(client.send('forbidden')).rejects.toThrow('Denied: not that')
      await expect(client.send('hello', 'https://evil.example/')).rejects.toThrow('this URL')
      expect(await client.extendedCard()).toBe('the longer card')
      expect(served.said).toEqual(['my [gone]', 'work'])
      const answers = a2aInterceptor(
        guarded(({ protocol, value }) =>
          protocol?.leg === 'response' && JSON.stringify(value).includes('the artifact')
            ? deny('no artifacts')
            : allow(),
        ),
      )
      const other = await pairs.of(lane, { connect: { interceptors: [answers] } })
      const { said, error } = await heard(other.client.stream('work'))
      expect(said).toEqual(['task 1', 'status 2: step one'])
      expect(isDenied(error)).toBe(true)
    })
  })

function recordedAgent(): ReturnType<typeof guarded> {
  const agent = guarded()
  agent.attachSink(stepRecorder())
  return agent
}

describe('other ways in', () => {
  test('A2AClient of 0.3 answers with the error response of the protocol, by its id', async () => {
    const served = await lane03('JSONRPC').serve()
    const denied: A2AClient = instrumentA2AClient(
      olderClientOf(served.url),
      guarded(() => deny('not that')),
    )
    expect(denied).toBeInstanceOf(A2AClient)
    expect(await denied.sendMessage(olderRequest('hello'))).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32004, message: 'Denied: not that' },
    })
    await expect(denied.callExtensionMethod('x/y', { a: 1 })).resolves.toMatchObject({
      error: { code: -32004 },
    })
    const events = denied.sendMessageStream(olderRequest('work'))
    await expect(events.next()).rejects.toThrow('Denied: not that')
    expect(served.calls).toEqual([])
    const allowed = instrumentA2AClient(olderClientOf(served.url), guarded())
    const answer = await allowed.sendMessage(olderRequest('hello'))
    expect(JSON.stringify(answer)).toContain('echo: hello')
    await served.close()
  })

  test('a transport of its own is gated, also for methods of extensions', async () => {
    const { served } = await pairs.of(lane1('JSONRPC'), {})
    const own = await clientOf('JSONRPC', served.url)
    const seen: unknown[] = []
    const transport = instrumentA2ATransport(
      own.transport,
      guarded(({ protocol, value }) => {
        seen.push([protocol?.method, protocol?.leg, value])
        return protocol?.method === 'CreateTaskPushNotificationConfig' ? deny('no') : allow()
      }),
      { name: 'the other', pushUrls: [HOOK] },
    )
    const client = new Client(transport, cardOf(served.url))
    expect(await client.sendMessage(requestOf('hello'))).toMatchObject({ messageId: 'm-1' })
    expect(seen).toHaveLength(2)
    const extended = transport as unknown as {
      callExtensionMethod(method: string, params: unknown): Promise<unknown>
    }
    await expect(
      extended.callExtensionMethod('CreateTaskPushNotificationConfig', { url: 'https://evil.example/' }),
    ).rejects.toThrow('this URL')
    await expect(
      extended.callExtensionMethod('CreateTaskPushNotificationConfig', { url: HOOK, taskId: TASK }),
    ).rejects.toThrow('Denied: no')
    expect(served.calls).toEqual(['sendMessage'])
  })

  test('a factory makes clients that an interceptor judges', async () => {
    const { served } = await pairs.of(lane1('JSONRPC'), {})
    const factory = new ClientFactory(
      ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
        clientConfig: { interceptors: [a2aInterceptor(guarded(() => deny('not that')))] },
      }),
    )
    const client = await factory.createFromAgentCard(cardOf(served.url))
    await expect(client.sendMessage(requestOf('hello'))).rejects.toThrow('Denied: not that')
    expect(served.calls).toEqual([])
  })

  for (const transport of ['JSONRPC', 'HTTP+JSON'] as const)
    test(`a server of 1.3 judges what clients of 0.3 send over ${transport}`, async () => {
      const seen: unknown[] = []
      const server = guarded(({ protocol, value }) => {
        seen.push([protocol?.method, protocol?.version, protocol?.leg])
        return JSON.stringify(value).includes('forbidden') ? deny('not that') : allow()
      })
      const served = await serve({ gate: (handler) => instrumentA2AHandler(handler, server) }, true)
      const client = await lane03(transport).connect(served.url)
      expect(await client.send('hello')).toBe('echo: hello')
      expect(seen).toEqual([
        ['SendMessage', '1.0', 'request'],
        ['SendMessage', '1.0', 'response'],
      ])
      expect((await heard(client.stream('work'))).said).toHaveLength(4)
      const thrown: unknown = await client.send('forbidden').catch((error: unknown) => error)
      expect(thrown).toMatchObject({ name: 'UnsupportedOperationError' })
      expect(served.said).toEqual(['hello', 'work'])
      await served.close()
    })

  for (const lane of LANES)
    test(`an error of this SDK does not tell callers what it says, over ${lane.title}`, async () => {
      const failing = async (): Promise<never> => {
        throw new AosError({
          code: 'invalid_options',
          message: 'the key in /etc/keys is no key',
          fix: 'Mend it.',
        })
      }
      const served = await lane.serve({
        gate: (handler) =>
          instrumentA2AHandler(
            Object.assign(Object.create(handler) as typeof handler, { sendMessage: failing }),
            guarded(),
          ),
      })
      const client = await lane.connect(served.url)
      const thrown: unknown = await client.send('hello').catch((error: unknown) => error)
      expect(thrown).toBeInstanceOf(Error)
      expect(`${String(thrown)} ${JSON.stringify(thrown)}`).not.toContain('/etc/keys')
      await served.close()
    })

  test('a handler that is frozen is refused with what to do', () => {
    const names = ['getAgentCard', 'sendMessage', 'sendMessageStream', 'getTask', 'cancelTask', 'resubscribe']
    const handler = Object.fromEntries(names.map((name) => [name, async () => undefined]))
    expect(() => instrumentA2AHandler(Object.freeze(handler) as never, guarded())).toThrow('is frozen')
  })

  test('A2AExpressApp of 0.3 serves a gated handler', async () => {
    const holder: { handler?: unknown } = {}
    const inner = await lane03('JSONRPC').serve({
      gate: (handler) => {
        const gated = instrumentA2AHandler(
          handler,
          guarded(({ value }) => (JSON.stringify(value).includes('forbidden') ? deny('not that') : allow())),
        )
        holder.handler = gated
        return gated
      },
    })
    const app = await expressApp()
    new A2AExpressApp(holder.handler as never).setupRoutes(app as never, '/rpc')
    const listening = await listen(app)
    const client = await lane03('JSONRPC').connect(listening.url)
    expect(await client.send('hello')).toBe('echo: hello')
    await expect(client.send('forbidden')).rejects.toMatchObject({
      errorResponse: { error: { code: -32004, message: 'Denied: not that' } },
    })
    await Promise.all([listening.close(), inner.close()])
  })

  for (const [what, options, message] of [
    ['misspelt', { pushUrl: [] }, 'Unknown option pushUrl'],
    ['of another kind', { streamEvents: 'some' }, 'each, final or none'],
    ['no list', { pushUrls: 'https://hooks.example' }, 'must be a list'],
    ['no boolean', { propagate: 'yes' }, 'true or false'],
    ['an empty name', { name: '' }, 'not empty'],
  ] as const)
    test(`an option that is ${what} is refused`, () => {
      let thrown: unknown
      try {
        a2aInterceptor(undefined, options as never)
      } catch (error) {
        thrown = error
      }
      expect(isAosError(thrown, 'invalid_options')).toBe(true)
      expect(String(thrown)).toContain(message)
      if (what === 'misspelt') expect(String(thrown)).toContain('name, propagate, streamEvents, pushUrls')
    })

  test('a client whose class has members that only itself can reach is refused, not half judged', async () => {
    class OwnClient extends Client {
      readonly #sent: string[] = []
      override sendMessage(...args: Parameters<Client['sendMessage']>): ReturnType<Client['sendMessage']> {
        this.#sent.push('one')
        return super.sendMessage(...args)
      }
    }
    const { transport } = await clientOf('JSONRPC', 'http://127.0.0.1:1')
    const card = cardOf('http://127.0.0.1:1')
    expect(() => instrumentA2AClient(new OwnClient(transport, card))).toThrow('#private')
    const patched = Object.assign(new Client(transport, card), { sendMessage: () => 'around it' })
    expect(() => instrumentA2AClient(patched as unknown as Client)).toThrow('cannot be instrumented')
    const gated = instrumentA2ATransport(
      transport,
      guarded(() => deny('not that')),
      { name: 'echo' },
    )
    await expect(new OwnClient(gated, card).sendMessage(requestOf('hello'))).rejects.toThrow('Denied')
  })

  test('what is no client, transport or handler is refused', () => {
    expect(() => instrumentA2AClient({} as never)).toThrow('A2A SDK')
    expect(() => instrumentA2AClient(undefined as never)).toThrow('A2A SDK')
    expect(() => instrumentA2ATransport({} as never)).toThrow('A2A SDK')
    expect(() => instrumentA2AHandler({} as never)).toThrow('A2A SDK')
  })
})
