import { allow, AOSInstrument, deny, modify, type HookContext } from '@aos/sdk'
import { stepRecorder, text, toolCall } from '@aos/sdk/testing'
import { instrumentAI } from '@aos/sdk/vercel-ai'
import { describe, expect, it } from 'vitest'

import {
  agentOf,
  counted,
  lastPrompt,
  modelOf,
  plain,
  type AgentLike,
  type AiVersion,
  type Bag,
} from '../support/vercel-guard/lab.ts'
import { aiVersions } from './versions.ts'

// an agent inside an agent is judged by all that stand above it, and takes no more down than it should

interface Family {
  readonly outer: AOSInstrument<AgentLike>
  readonly inner: AgentLike
  readonly done: unknown[]
  readonly outerModel: ReturnType<typeof modelOf>
  readonly innerModel: ReturnType<typeof modelOf>
}

function familyOf(
  version: AiVersion,
  wrapInner: (agent: AgentLike) => AgentLike = (agent) => agent,
  method: 'generate' | 'stream' = 'generate',
): Family {
  const { tool, done } = counted(version)
  const innerModel = modelOf(version, [toolCall('deep', { q: 'x' }), 'Inner done.'])
  const inner = wrapInner(
    new version.ai.ToolLoopAgent({ model: innerModel, tools: { deep: tool }, onError: () => undefined }),
  )
  const execute = async ({ q }: Bag): Promise<string> =>
    String(await (await inner[method]({ prompt: q }))['text'])
  const outerModel = modelOf(version, [toolCall('ask', { q: 'please' }), 'Outer done.'])
  const outer = agentOf(version, {
    model: outerModel,
    tools: { ask: { inputSchema: version.z.object({ q: version.z.string() }), execute } },
  })
  return { outer, inner, done, outerModel, innerModel }
}

const instrumented = (agent: AgentLike): AOSInstrument<AgentLike> => new AOSInstrument(agent)
const METHODS = ['generate', 'stream'] as const

async function textOf(agent: AgentLike, method: (typeof METHODS)[number]): Promise<unknown> {
  return (await agent[method]({ prompt: 'go' }))['text']
}

const everyFamily = aiVersions.flatMap((version) =>
  METHODS.map((method) => ({ version, method, name: `ai ${version.version} ${method}` })),
)

describe.each(everyFamily)('$name', ({ version, method }) => {
  it('asks the handlers above first, then its own', async () => {
    const { outer, inner, done } = familyOf(version, instrumented, method)
    const asked: string[] = []
    outer.registerHook('toolCallRequest', ({ toolName }) => void asked.push(`outer ${toolName}`))
    ;(inner as AOSInstrument<AgentLike>).registerHook(
      'toolCallRequest',
      ({ toolName }) => void asked.push(`inner ${toolName}`),
    )
    expect(await textOf(outer, method)).toBe('Outer done.')
    expect(asked).toEqual(['outer ask', 'outer deep', 'inner deep'])
    expect(done).toEqual([{ q: 'x' }])
  })

  it('is denied what any of them denies', async () => {
    for (const denies of ['outer', 'inner'] as const) {
      const { outer, inner, done, innerModel } = familyOf(version, instrumented, method)
      const own = { outer, inner: inner as AOSInstrument<AgentLike> }
      own[denies].registerHook('toolCallRequest', ({ toolName }) =>
        toolName === 'deep' ? deny('too deep') : allow(),
      )
      expect(await textOf(outer, method)).toBe('Outer done.')
      expect(done).toEqual([])
      expect(lastPrompt(innerModel)).toContain('too deep')
    }
  })

  it('lets the inner one change what the outer one then judges again', async () => {
    const { outer, inner, done } = familyOf(version, instrumented, method)
    outer.registerHook('toolCallRequest', ({ toolName, parameters }) =>
      toolName === 'deep' && parameters['q'] === 'evil' ? deny('evil') : allow(),
    )
    ;(inner as AOSInstrument<AgentLike>).registerHook('toolCallRequest', () => modify({ q: 'evil' }))
    expect(await textOf(outer, method)).toBe('Outer done.')
    expect(done).toEqual([])
  })

  it('ends both runs when a handler above throws, and makes no further model call', async () => {
    const error = new Error('from above')
    const { outer, done, innerModel, outerModel } = familyOf(version, instrumented, method)
    outer.registerHook('toolCallRequest', ({ toolName }) => {
      if (toolName === 'deep') throw error
    })
    await expect(textOf(outer, method)).rejects.toBe(error)
    expect([done.length, innerModel.calls.length, outerModel.calls.length]).toEqual([0, 1, 1])
  })

  it('is a failed tool for those above when its own handler throws', async () => {
    const error = new Error('from inside')
    const { outer, inner, done, innerModel, outerModel } = familyOf(version, instrumented, method)
    ;(inner as AOSInstrument<AgentLike>).registerHook('toolCallRequest', () => {
      throw error
    })
    const result = await outer.generate({ prompt: 'go' })
    expect(result['text']).toBe('Outer done.')
    expect([done.length, innerModel.calls.length, outerModel.calls.length]).toEqual([0, 1, 2])
    expect(lastPrompt(outerModel)).toContain('from inside')
  })

  it('notices a handler that is registered above while it works', async () => {
    const { outer, inner, done } = familyOf(version, instrumented, method)
    ;(inner as AOSInstrument<AgentLike>).registerHook('toolCallRequest', async () => {
      await Promise.resolve()
      outer.registerHook('toolCallRequest', ({ toolName }) =>
        toolName === 'deep' ? deny('late but in time') : allow(),
      )
      return allow()
    })
    expect(await textOf(outer, method)).toBe('Outer done.')
    expect(done).toEqual([])
  })

  it('records a child run with its lineage', async () => {
    const recorder = stepRecorder()
    const { outer } = familyOf(version, (agent) => new AOSInstrument(agent, { sinks: [recorder] }), method)
    outer.attachSink(recorder)
    expect(await textOf(outer, method)).toBe('Outer done.')
    await recorder.ended(2)
    const starts = recorder.events.flatMap((event) => (event.type === 'run.start' ? [event.run] : []))
    expect(starts.map(({ parentRunId }) => parentRunId)).toEqual([undefined, starts[0]?.id])
    expect(new Set(starts.map(({ sessionId }) => sessionId)).size).toBe(1)
  })

  it('is judged once when it is wrapped twice', async () => {
    const { outer, done } = familyOf(version, undefined, method)
    expect(new AOSInstrument(outer)).toBe(outer)
    expect(() => new AOSInstrument(outer, { notice: 'x' })).toThrow(
      expect.objectContaining({ code: 'already_instrumented' }),
    )
    let asked = 0
    outer.registerHook('toolCallRequest', () => void (asked += 1))
    expect(await textOf(outer, method)).toBe('Outer done.')
    // the inner agent is not instrumented: its own tool is judged by nobody
    expect([asked, done.length]).toEqual([1, 1])
  })

  it('is judged for each of two instruments of one agent independently', async () => {
    const { tool, done } = counted(version)
    const agent = new version.ai.ToolLoopAgent({
      model: modelOf(version, [toolCall('t', { q: 'x' }), 'Done.', toolCall('t', { q: 'x' }), 'Done.']),
      tools: { t: tool },
    })
    const [strict, open] = [new AOSInstrument(agent), new AOSInstrument(agent)]
    strict.registerHook('toolCallRequest', () => deny('no'))
    expect(await textOf(strict, method)).toBe('Done.')
    expect(done).toEqual([])
    expect(await textOf(open, method)).toBe('Done.')
    expect(done).toHaveLength(1)
  })

  it('is judged through functions of an instrumented module, called inside a tool', async () => {
    const { tool, done } = counted(version)
    const ai = instrumentAI(version.ai)
    const innerModel = modelOf(version, [toolCall('deep', { q: 'x' }), 'Inner done.'])
    const execute = async (): Promise<unknown> => {
      const call = {
        model: innerModel,
        tools: { deep: tool },
        prompt: 'deeper',
        stopWhen: version.ai.stepCountIs(5),
      }
      return method === 'generate' ? (await ai.generateText(call))['text'] : await ai.streamText(call).text
    }
    const outer = agentOf(version, {
      model: modelOf(version, [toolCall('ask', {}), 'Done.']),
      tools: { ask: { inputSchema: version.z.object({}), execute } },
    })
    outer.registerHook('toolCallRequest', ({ toolName }) => (toolName === 'deep' ? deny('no') : allow()))
    expect(await textOf(outer, method)).toBe('Done.')
    expect(done).toEqual([])
  })

  it('gates subclasses, with private members too, also many at once', async () => {
    const { tool, done } = counted(version)
    class Private extends version.ai.ToolLoopAgent {
      readonly #secret = 'mine'
      override get id(): string {
        return this.#secret
      }
      override generate(options: Bag): PromiseLike<Bag> {
        return this.#secret === 'mine' ? super.generate(options) : Promise.reject(new Error('lost'))
      }
    }
    const model = modelOf(version, ({ prompt }) =>
      plain(prompt).includes('"role":"tool"')
        ? text('Done.')
        : toolCall('t', { q: plain(prompt).includes('evil') ? 'evil' : 'fine' }),
    )
    const agent = new AOSInstrument(new Private({ model, tools: { t: tool } }))
    agent.registerHook('toolCallRequest', ({ parameters }) =>
      parameters['q'] === 'evil' ? deny('evil') : allow(),
    )
    const call = async (prompt: string): Promise<unknown> => (await agent[method]({ prompt }))['text']
    const prompts = Array.from({ length: 20 }, (_none, index) => (index % 2 === 0 ? 'evil' : 'fine'))
    expect(new Set(await Promise.all(prompts.map(call)))).toEqual(new Set(['Done.']))
    expect(done).toEqual(Array.from({ length: 10 }, () => ({ q: 'fine' })))
    expect(agent.id).toBe('mine')
  })

  it('promises nothing about agents of a class of their own that keep settings in their own way', async () => {
    class Own {
      readonly version = 'agent-v1'
      readonly id = 'own'
      readonly settings: Bag
      readonly tools: Record<string, Bag> = {}
      constructor(settings: Bag) {
        this.settings = settings
      }
      async generate(options: Bag): Promise<Bag> {
        return await version.ai.generateText({ ...this.settings, ...options })
      }
      async stream(options: Bag): Promise<Bag> {
        return version.ai.streamText({ ...this.settings, ...options }) as unknown as Bag
      }
    }
    const model = modelOf(version, ['Done.'])
    const agent = new AOSInstrument(new Own({ model }))
    expect(agent.describe().coverage).toMatchObject([{ component: 'agent', enforcement: 'observed' }])
    agent.registerHook('agentTrigger', ({ content }) => (content === 'evil' ? deny('no') : allow()))
    await expect(agent[method]({ prompt: 'evil' })).rejects.toMatchObject({ reason: 'no' })
    expect(await (await agent[method]({ prompt: 'go' }))['text']).toBe('Done.')
    expect(agent.id).toBe('own')
  })

  it('judges the input of an agent that hides its settings, and says that no more can be done', async () => {
    const hidden = {
      version: 'agent-v1' as const,
      id: 'hidden',
      tools: {},
      generate: async () => ({ text: 'secret' }),
      stream: async () => version.ai.streamText({ model: modelOf(version, ['secret']), prompt: 'x' }),
    }
    const agent = new AOSInstrument(hidden as unknown as AgentLike)
    expect(agent.describe().coverage).toMatchObject([{ component: 'agent', enforcement: 'observed' }])
    const seen: unknown[] = []
    agent.registerHook('message', ({ role, content }: HookContext) => {
      seen.push([role, content])
      return role === 'user' ? deny('no') : allow()
    })
    await expect(agent[method]({ prompt: 'go' })).rejects.toMatchObject({ reason: 'no' })
    expect(seen).toEqual([['user', 'go']])
  })

  it('takes frozen tools and settings', async () => {
    const { tool, done } = counted(version)
    const agent = new AOSInstrument(
      new version.ai.ToolLoopAgent(
        Object.freeze({
          model: modelOf(version, [toolCall('t', { q: 'x' }), 'Done.']),
          tools: Object.freeze({ t: Object.freeze(tool) }),
        }),
      ),
    )
    agent.registerHook('toolCallRequest', () => deny('no'))
    expect(await textOf(agent, method)).toBe('Done.')
    expect(done).toEqual([])
  })

  it('changes nothing about the agent it wraps', async () => {
    const { tool } = counted(version)
    const settings = { model: modelOf(version, ['Done.']), tools: { t: tool } }
    const agent = new version.ai.ToolLoopAgent(settings)
    const before = Object.getOwnPropertyDescriptors(agent)
    const wrapped = new AOSInstrument(agent)
    wrapped.registerHook('toolCallRequest', () => allow())
    await textOf(wrapped, method)
    expect(Object.getOwnPropertyDescriptors(agent)).toEqual(before)
    expect(wrapped.unwrap()).toBe(agent)
    expect(wrapped).toBeInstanceOf(version.ai.ToolLoopAgent)
    expect(Object.keys(tool)).toEqual(['description', 'inputSchema', 'execute'])
  })
})

describe.each(aiVersions.filter(({ folder }) => folder === '7-latest'))('ai $version', (version) => {
  it.each(METHODS)('judges tools that are called by a tool (%s)', async (method) => {
    const { tool, done } = counted(version)
    const judged: unknown[] = []
    const { ai, z } = version
    const make = Reflect.get(ai, 'experimental_toolCaller') as (tool: Bag, definition: Bag) => Bag
    const inputSchema = z.object({ calls: z.array(z.string()) })
    // a tool that runs a little program which calls the tools that are bound to it
    const bind = (tools: Record<string, Bag>): Bag => ({
      inputSchema,
      execute: async ({ calls }: { calls: string[] }, options: Bag) => {
        const results: unknown[] = []
        for (const q of calls) results.push(await callInner(tools['inner'], { q }, options))
        return results
      },
    })
    const program = make({ inputSchema, execute: () => expect.fail('not bound') }, { type: 'local', bind })
    const agent = agentOf(version, {
      model: modelOf(version, [toolCall('program', { calls: ['fine', 'evil', 'fine'] }), 'Done.']),
      tools: { inner: tool, program },
      experimental_toolCallers: { inner: ['program'] },
    })
    agent.registerHook('toolCallRequest', ({ toolName, parameters }) => {
      judged.push(toolName)
      return parameters['q'] === 'evil' ? deny('evil') : allow()
    })
    expect(await textOf(agent, method)).toBe('Done.')
    expect(done).toEqual([{ q: 'fine' }, { q: 'fine' }])
    expect(judged).toEqual(['program', 'inner', 'inner', 'inner'])
  })

  it.each(METHODS)('judges messages that steer it (%s)', async (method) => {
    const steering = version.ai.experimental_createSteering?.()
    const model = modelOf(version, [toolCall('t', { q: 'x' }), 'Done.'])
    const agent = agentOf(version, {
      model,
      tools: {
        t: {
          ...counted(version).tool,
          execute: () => {
            steering?.steer('do evil')
            return 1
          },
        },
      },
    })
    agent.registerHook('message', ({ role, content }) =>
      role === 'user' && content === 'do evil' ? modify('be nice') : allow(),
    )
    const result = await agent[method]({ prompt: 'go', experimental_steering: steering })
    expect(await result['text']).toBe('Done.')
    expect(lastPrompt(model)).toContain('be nice')
    expect(lastPrompt(model)).not.toContain('do evil')
  })

  it('works through UI streams of a wrapped agent', async () => {
    const { tool, done } = counted(version)
    const agent = agentOf(version, {
      model: modelOf(version, [toolCall('t', { q: 'original-secret' }), 'Done.']),
      tools: { t: tool },
    })
    agent.registerHook('toolCallRequest', () => deny('no'))
    const uiMessages = [{ id: '1', role: 'user', parts: [{ type: 'text', text: 'go' }] }]
    const response = await version.ai.createAgentUIStreamResponse({ agent, uiMessages })
    expect(await response.text()).toContain('Done.')
    expect(done).toEqual([])
  })
})

async function callInner(tool: Bag = {}, input: unknown, options: Bag): Promise<unknown> {
  try {
    return await (tool['execute'] as (input: unknown, options: Bag) => unknown)(input, options)
  } catch (error) {
    return String(error)
  }
}
