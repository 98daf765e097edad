import { allow, deny, isDenied, type HookContext } from '@aos/sdk'
import { instrumentA2AClient } from '@aos/sdk/a2a'
import { stepRecorder, type StepRecorder } from '@aos/sdk/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { guarded, type Guarded, type Judge } from './kit/agents.ts'
import { LANES } from './kit/lanes.ts'
import { heard, Pairs } from './kit/pairs.ts'

const pairs = new Pairs()
afterEach(() => pairs.close())

function recorded(judge: Judge): { readonly agent: Guarded; readonly recorder: StepRecorder } {
  const recorder = stepRecorder()
  const agent = guarded(judge)
  agent.attachSink(recorder)
  return { agent, recorder }
}

const deniesEvent =
  (said: string): Judge =>
  ({ protocol, value }) =>
    protocol?.leg === 'response' && JSON.stringify(value).includes(said) ? deny('not that') : allow()

const ALL = ['task 1', 'status 2: step one', 'artifact: the artifact', 'status 3: all done']

for (const lane of LANES)
  describe(`a stream over ${lane.title}`, () => {
    test('is one step, whose events are judged one by one', async () => {
      const { agent, recorder } = recorded(() => allow())
      const { client } = await pairs.of(lane, { client: agent })
      expect(await heard(client.stream('work'))).toEqual({ said: ALL })
      await recorder.ended(1)
      const [step, ...others] = recorder.steps('a2a')
      expect(others).toEqual([])
      expect(step?.status).toBe('ok')
      expect(step?.decisions.map(({ phase }) => phase)).toEqual([
        'request',
        'result',
        'result',
        'result',
        'result',
      ])
      expect(step?.content.output).toContain('all done')
      expect(step?.protocol).toMatchObject({ name: 'a2a', version: lane.line, peer: { name: 'echo' } })
    })

    test('ends for the caller with the event the client denies, and is not read further', async () => {
      const { agent, recorder } = recorded(deniesEvent('step one'))
      const { served, client } = await pairs.of(lane, { client: agent })
      const { said, error } = await heard(client.stream('work forever'))
      expect(said).toEqual(['task 1'])
      expect(isDenied(error)).toBe(true)
      // the server would go on for ever
      await served.idle()
      await recorder.ended(1)
      expect(recorder.steps('a2a').map(({ status }) => status)).toEqual(['withheld'])
      expect(recorder.runs().map(({ status, outcome }) => [status, outcome])).toEqual([
        ['completed', 'partial'],
      ])
    })

    test('ends for both with the event the server denies', async () => {
      const { agent, recorder } = recorded(deniesEvent('the artifact'))
      const { client } = await pairs.of(lane, { server: agent })
      const { said, error } = await heard(client.stream('work'))
      expect(said).toEqual(ALL.slice(0, 2))
      const { cause, message } = error as Error
      expect(`${message} ${String(cause)}`).toContain('Denied: not that')
      if (lane.transport === 'JSONRPC') expect(message).toContain('-32004')
      else expect(error).toMatchObject({ name: 'UnsupportedOperationError' })
      await recorder.ended(1)
      expect(recorder.steps('a2a').map(({ status }) => status)).toEqual(['withheld'])
    })

    test('that the caller leaves is left at the other side, and its step ends', async () => {
      const { agent, recorder } = recorded(() => allow())
      const { served, client } = await pairs.of(lane, { client: agent })
      for await (const said of client.stream('work forever')) if (said.startsWith('status')) break
      await served.idle()
      await recorder.ended(1)
      expect(recorder.steps('a2a').map(({ status }) => status)).toEqual(['cancelled'])
      expect(recorder.runs().map(({ status }) => status)).toEqual(['completed'])
    })

    test('that the caller aborts rejects and ends its step', async () => {
      const { agent, recorder } = recorded(() => allow())
      const { served, client } = await pairs.of(lane, { client: agent })
      const controller = new AbortController()
      const events = client.stream('work forever', controller.signal)
      await events.next()
      await events.next()
      const next = events.next()
      controller.abort()
      await expect(next).rejects.toThrow('abort')
      await served.idle()
      await recorder.ended(1)
      expect(recorder.steps('a2a').map(({ status }) => status)).toEqual(['error'])
    })

    test('rejects with what a handler throws about an event, and is left', async () => {
      const fault = new Error('my policy is broken')
      const { agent, recorder } = recorded(({ protocol, value }) => {
        if (protocol?.leg === 'response' && JSON.stringify(value).includes('step one')) throw fault
        return allow()
      })
      const { served, client } = await pairs.of(lane, { client: agent })
      const { said, error } = await heard(client.stream('work forever'))
      expect([said, error]).toEqual([['task 1'], fault])
      await served.idle()
      await recorder.ended(1)
      expect(recorder.runs().map(({ status }) => status)).toEqual(['failed'])
    })

    test('rejects while it waits, when its run is ended', async () => {
      const fault = new Error('enough')
      const served = await lane.serve()
      const client = await lane.connect(served.url, { instrument: (own) => instrumentA2AClient(own) })
      const errors: unknown[] = []
      const turn = guarded(
        () => allow(),
        async () => {
          const events = client.stream('work forever')
          await events.next()
          await events.next()
          const waiting = events.next().catch((error: unknown) => errors.push(error))
          await client.getTask('task-1').catch((error: unknown) => errors.push(error))
          await waiting
        },
      )
      turn.registerHook('a2a', ({ protocol }: HookContext) => {
        if (/get/i.test(protocol?.method ?? '')) throw fault
        return allow()
      })
      await expect(turn.run('go')).rejects.toBe(fault)
      expect(errors).toEqual([fault, fault])
      await served.idle()
      await served.close()
    })

    test('ends with the agent that is stopped', async () => {
      const { agent, recorder } = recorded(() => allow())
      const { served, client } = await pairs.of(lane, { client: agent })
      const said: string[] = []
      const reading = (async () => {
        for await (const event of client.stream('work')) {
          said.push(event)
          agent.stop('enough')
        }
      })()
      await expect(reading).rejects.toThrow('Denied: the agent was stopped: enough')
      expect(said).toEqual(ALL.slice(0, 1))
      await served.idle()
      await recorder.ended(1)
      expect(recorder.steps('a2a').map(({ status }) => status)).toEqual(['withheld'])
    })

    test('whose server goes away rejects', async () => {
      const { agent, recorder } = recorded(() => allow())
      const { served, client } = await pairs.of(lane, { client: agent })
      const events = client.stream('work forever')
      await events.next()
      await events.next()
      const next = events.next()
      await Promise.all([served.close(), expect(next).rejects.toThrow(/./)])
      await recorder.ended(1)
      expect(recorder.steps('a2a').map(({ status }) => status)).toEqual(['error'])
    })

    test('passes unjudged what the options say', async () => {
      const judged: string[] = []
      const judge: Judge = ({ protocol, value }) => {
        if (protocol?.leg === 'response') judged.push(JSON.stringify(value))
        return allow()
      }
      const final = await pairs.of(lane, { client: judge, options: { streamEvents: 'final' } })
      expect(await heard(final.client.stream('work'))).toEqual({ said: ALL })
      expect(judged).toHaveLength(1)
      expect(judged[0]).toContain('all done')
      expect(await heard(final.client.stream('hello'))).toEqual({ said: ['echo: hello'] })
      expect(judged[1]).toContain('echo: hello')
      judged.length = 0
      const none = await pairs.of(lane, { client: judge, options: { streamEvents: 'none' } })
      expect(await heard(none.client.stream('work'))).toEqual({ said: ALL })
      expect(judged).toEqual([])
    })

    test('of an agent that has none is one message and one answer', async () => {
      const methods: unknown[] = []
      const judge: Judge = ({ protocol }) => {
        methods.push(protocol?.method)
        return allow()
      }
      const { client } = await pairs.of(lane, { client: judge, connect: { streaming: false } })
      expect(await heard(client.stream('hello'))).toEqual({ said: ['echo: hello'] })
      expect(methods).toEqual(Array(2).fill(lane.line === '1.0' ? 'SendMessage' : 'message/send'))
    })

    test('that nobody reads asks nobody', async () => {
      const { agent } = recorded(() => {
        throw new Error('nobody asked')
      })
      const { served, client } = await pairs.of(lane, { client: agent })
      const events = client.stream('work')
      await events.return(undefined)
      expect(served.calls).toEqual([])
    })
  })
