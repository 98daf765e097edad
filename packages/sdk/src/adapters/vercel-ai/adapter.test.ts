import * as ai from 'ai'
import { describe, expect, it } from 'vitest'
import { allow, AOSInstrument, deny } from '../../index.ts'
import { scriptedModel } from '../../testing/index.ts'

const model = scriptedModel({ steps: ['Done.'] }) as never

describe('agents that cannot be gated are refused, with what is supported', () => {
  class Experimental_Agent {
    readonly settings = { model }
    generate(): void {}
    stream(): void {}
    respond(): void {}
  }
  class WorkflowAgent {
    readonly id = 'durable'
    stream(): void {}
  }
  class FutureAgent {
    readonly version = 'agent-v2'
    generate(): void {}
    stream(): void {}
  }

  it.each([
    ['an agent of AI SDK 5', () => new Experimental_Agent()],
    ['a durable WorkflowAgent', () => new WorkflowAgent()],
    ['an agent of an interface to come', () => new FutureAgent()],
  ])('%s', (_name, make) => {
    const attempt = (): unknown => new AOSInstrument(make())
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'unsupported_version',
        message: expect.stringContaining('AI SDK 6 and 7 (ai ^6.0.0 || ^7.0.0)') as string,
      }),
    )
  })

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['a text', 'agent'],
    ['a number', 7],
    ['an object of another shape', { chat: () => undefined }],
    ['a language model', scriptedModel({ steps: [] })],
    ['settings instead of an agent', { model, tools: {} }],
  ])('%s', (_name, value) => {
    expect(() => new AOSInstrument(value as never)).toThrow(
      expect.objectContaining({
        code: 'unsupported_agent',
        fix: expect.stringContaining('ToolLoopAgent') as string,
      }),
    )
  })

  it('the class itself', () => {
    expect(() => new AOSInstrument(ai.ToolLoopAgent as never)).toThrow(
      expect.objectContaining({ code: 'unsupported_agent' }),
    )
  })

  it('an agent whose settings are frozen out of reach', async () => {
    class Own extends ai.ToolLoopAgent {
      readonly #secret = 1
      get secret(): number {
        return this.#secret
      }
    }
    const agent = new AOSInstrument(Object.freeze(new Own({ model })))
    await expect(agent.generate({ prompt: 'go' })).rejects.toMatchObject({ code: 'unsupported_agent' })
  })
})

it('refuses to stream from an agent that hides its model while a handler guards messages', async () => {
  const hidden = {
    version: 'agent-v1' as const,
    id: 'hidden',
    tools: {},
    generate: async (_call: { prompt: string }) => ({ text: 'secret' }),
    stream: async (_call: { prompt: string }) => ({ text: 'secret' }),
  }
  const agent = new AOSInstrument(hidden)
  const remove = agent.registerHook('message', ({ role }) => (role === 'agent' ? deny('private') : allow()))
  const call = { prompt: 'go' }
  await expect(agent.stream(call)).rejects.toMatchObject({ code: 'unsupported_agent' })
  await expect(agent.generate(call)).rejects.toMatchObject({ code: 'denied', hook: 'message' })
  remove()
  expect(await agent.stream(call)).toMatchObject({ text: 'secret' })
})

describe('run', () => {
  it('takes a text, messages, or the options of generate, and refuses anything else', async () => {
    const steps = Array.from({ length: 3 }, () => 'Done.')
    const agent = new AOSInstrument(new ai.ToolLoopAgent({ model: scriptedModel({ steps }) as never }))
    for (const input of ['go', [{ role: 'user', content: 'go' }], { prompt: 'go' }])
      expect((await agent.run(input)).text).toBe('Done.')
    for (const input of [null, undefined, 42])
      await expect(agent.run(input)).rejects.toMatchObject({ code: 'invalid_options' })
  })

  it('passes the signal and the session on', async () => {
    const agent = new AOSInstrument(
      new ai.ToolLoopAgent({ model: scriptedModel({ steps: ['Done.', 'Done.'] }) as never }),
    )
    const sessions: string[] = []
    agent.registerHook('agentTrigger', ({ sessionId }) => void sessions.push(sessionId))
    await agent.run('go', { session: 'sess_1' })
    expect(sessions).toEqual(['sess_1'])
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(agent.run('go', { signal })).rejects.toThrow('enough')
  })
})

describe('what an instrument tells of itself', () => {
  it('says how far the gate reaches for each part', () => {
    const provider = {
      type: 'provider',
      isProviderExecuted: true,
      id: 'p.web',
      name: 'web',
      args: {},
      inputSchema: {},
    }
    const agent = new AOSInstrument(
      new ai.ToolLoopAgent({
        model,
        tools: { local: { execute: () => 1 }, client: {}, web: provider } as unknown as ai.ToolSet,
      }),
    )
    const { adapter, runtime, coverage } = agent.describe()
    expect([adapter, runtime]).toEqual(['Vercel AI SDK', 'ai@7'])
    expect(coverage.map(({ component, enforcement }) => [component, enforcement])).toEqual([
      ['agent', 'bound'],
      ['tool:local', 'bound'],
      ['tool:client', 'bound'],
      ['tool:web', 'observed'],
      ['model:scripted-model', 'bound'],
    ])
  })
})
