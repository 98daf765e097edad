import { AOSInstrument, allow, deny, isAosError } from '@aos/sdk'
import { stepRecorder, toolCall } from '@aos/sdk/testing'
import { describe, expect, it } from 'vitest'

import type { AgentLike, AiVersion, Bag } from '../support/vercel-guard/lab.ts'
import { counted, modelOf, plain } from '../support/vercel-guard/lab.ts'
import { collected } from '../support/vercel-guard/collected.ts'
import { aiVersions } from './versions.ts'

// ways to the model and the tools of an agent that do not go through generate and stream of its instrument

const CALLS_T = [toolCall('t', { q: 'x' }), 'Done.']

interface Lab {
  readonly settings: Bag
  readonly done: unknown[]
  readonly guard: { readonly sinks: ReturnType<typeof stepRecorder>[]; readonly hooks: object }
  readonly recorder: ReturnType<typeof stepRecorder>
}

/** What an agent is made of that calls its tool once, and a guard that denies the call. */
function lab(version: AiVersion, steps: Parameters<typeof modelOf>[1] = CALLS_T): Lab {
  const { tool, done } = counted(version)
  const recorder = stepRecorder()
  return {
    settings: { model: modelOf(version, steps), tools: { t: tool }, onError: () => undefined },
    done,
    recorder,
    guard: { sinks: [recorder], hooks: { toolCallRequest: () => deny('never') } },
  }
}

const textOf = (result: Bag): string => String(result['text'])

describe.each(aiVersions.map((version) => ({ version, name: `ai ${version.version}` })))(
  '$name',
  ({ version }) => {
    const { ToolLoopAgent } = version.ai

    class Secretive extends ToolLoopAgent {
      #asked = 0
      get asked(): number {
        return this.#asked
      }
      get answer(): PromiseLike<Bag> {
        this.#asked += 1
        return this.generate({ prompt: 'go' })
      }
      set question(prompt: string) {
        this.#asked += 1
        void this.generate({ prompt })
      }
      async ask(prompt: string): Promise<string> {
        this.#asked += 1
        return textOf(await this.generate({ prompt }))
      }
      async askStream(prompt: string): Promise<string> {
        this.#asked += 1
        return (await this.stream({ prompt })).text
      }
      async askAbove(prompt: string): Promise<string> {
        this.#asked += 1
        return textOf(await super.generate({ prompt }))
      }
      /** Answers at once, and goes on with its work. */
      askLater(prompt: string, wait: Promise<unknown>): { readonly asked: Promise<string> } {
        this.#asked += 1
        return { asked: wait.then(async () => textOf(await this.generate({ prompt }))) }
      }
      async runTool(): Promise<unknown> {
        this.#asked += 1
        return await executeOf(this.tools)({ q: 'x' }, { toolCallId: 'own', messages: [] })
      }
    }

    class Open extends ToolLoopAgent {
      get answer(): PromiseLike<Bag> {
        return this.generate({ prompt: 'go' })
      }
      async ask(prompt: string): Promise<string> {
        return textOf(await this.generate({ prompt }))
      }
      async askAbove(prompt: string): Promise<string> {
        return textOf(await super.generate({ prompt }))
      }
      async streamAbove(prompt: string): Promise<string> {
        return (await super.stream({ prompt })).text
      }
    }

    class Arrow extends ToolLoopAgent {
      readonly ask = async (prompt: string): Promise<string> => textOf(await this.generate({ prompt }))
      readonly above = async (options: Bag): Promise<Bag> => await super.generate(options)
      override async generate(options: Bag): Promise<Bag> {
        return await this.above(options)
      }
    }

    describe('a class with #private members', () => {
      it('works behind its instrument, and what it calls of itself is gated', async () => {
        for (const method of ['ask', 'askStream', 'askAbove'] as const) {
          const { settings, done, guard, recorder } = lab(version)
          const agent = new AOSInstrument(new Secretive(settings), guard)
          expect([await agent[method]('go'), agent.asked]).toEqual(['Done.', 1])
          expect(done).toEqual([])
          expect(recorder.steps('toolCall').map(({ status }) => status)).toEqual(['denied'])
        }
      })

      it('is gated in what it does when its method has long returned', async () => {
        const { settings, done, guard } = lab(version)
        const agent = new AOSInstrument(new Secretive(settings), guard)
        let release: () => void = () => undefined
        const wait = new Promise<void>((resolve) => (release = resolve))
        const { asked } = agent.askLater('go', wait)
        await collected(() => false, 3)
        release()
        expect([await asked, done]).toEqual(['Done.', []])
      })

      it('is gated in getters, setters and tools', async () => {
        const { settings, done, guard, recorder } = lab(version, [...CALLS_T, ...CALLS_T])
        const agent = new AOSInstrument(new Secretive(settings), guard)
        expect(textOf(await agent.answer)).toBe('Done.')
        agent.question = 'go'
        await recorder.ended(2)
        await expect(agent.runTool()).rejects.toMatchObject({ code: 'denied', reason: 'never' })
        expect([done, agent.asked]).toEqual([[], 3])
      })

      it('ends with the very error a handler throws', async () => {
        const { settings, done } = lab(version)
        const thrown = new Error('stop')
        const throws = (): never => {
          throw thrown
        }
        const agent = new AOSInstrument(new Secretive(settings), { hooks: { toolCallRequest: throws } })
        await expect(agent.ask('go')).rejects.toBe(thrown)
        expect(done).toEqual([])
      })

      it('leaves the original as it was', async () => {
        const { settings, done, guard } = lab(version, [...CALLS_T, ...CALLS_T, ...CALLS_T])
        const original = new Secretive(settings)
        const before = Object.getOwnPropertyDescriptors(original)
        const agent = new AOSInstrument(original, guard)
        expect(Object.getOwnPropertyDescriptors(original)).toEqual(before)
        const [guarded] = await Promise.all([agent.ask('go'), agent.generate({ prompt: 'go' })])
        expect([guarded, done]).toEqual(['Done.', []])
        expect(Object.entries(original)).toEqual(
          Object.entries(before).map(([name, { value }]) => [name, value as unknown]),
        )
        // who holds the original has it as it was, also meanwhile
        expect([await original.ask('go'), done]).toEqual(['Done.', [{ q: 'x' }]])
        const restored = (): boolean => Object.keys(Object.getOwnPropertyDescriptors(original)).length === 2
        expect(await collected(restored)).toBe(true)
        expect(Object.getOwnPropertyDescriptors(original)).toEqual(before)
      })

      it('says that its methods are gated through the async context', () => {
        const reach = (agent: object): unknown =>
          new AOSInstrument(agent).describe().coverage.find(({ component }) => component === 'agent methods')
        expect(reach(new Secretive(lab(version).settings))).toMatchObject({ enforcement: 'ambient' })
        expect(reach(new Arrow(lab(version).settings))).toMatchObject({ enforcement: 'ambient' })
        expect(reach(new Open(lab(version).settings))).toBeUndefined()
      })

      it('is refused when frozen, since its calls of itself could not be gated', async () => {
        const { settings, done, guard } = lab(version)
        const agent = new AOSInstrument(Object.freeze(new Secretive(settings)), guard)
        expect(() => agent.ask('go')).toThrow(expect.objectContaining({ code: 'unsupported_agent' }))
        await expect(agent.generate({ prompt: 'go' })).rejects.toMatchObject({ code: 'unsupported_agent' })
        expect(done).toEqual([])
      })
    })

    it('keeps apart what two instruments of one agent do at once, and agents inside of one another', async () => {
      const { settings, done } = lab(version, ['One.', 'Two.'])
      const original = new Secretive(settings)
      const seen: string[] = []
      const instrumentAs = (name: string): Secretive =>
        new AOSInstrument(original, { hooks: { agentTrigger: () => void seen.push(name) } })
      const [first, second] = [instrumentAs('first'), instrumentAs('second')]
      expect((await Promise.all([first.ask('a'), second.ask('b')])).toSorted()).toEqual(['One.', 'Two.'])
      expect([seen.toSorted(), done]).toEqual([['first', 'second'], []])
    })

    it('gates a call that goes through the method of another agent and back', async () => {
      class Helper extends ToolLoopAgent {
        #helped = 0
        async help(work: () => Promise<string>): Promise<string> {
          this.#helped += 1
          return `${this.#helped}: ${await work()}`
        }
      }
      class Asker extends Secretive {
        helper: Helper | undefined
        async askHelper(): Promise<string> {
          return (await this.helper?.help(async () => textOf(await this.generate({ prompt: 'go' })))) ?? ''
        }
      }
      const { settings, done, guard } = lab(version)
      const agent = new AOSInstrument(new Asker(settings), guard)
      agent.helper = new AOSInstrument(new Helper(lab(version).settings))
      expect([await agent.askHelper(), done]).toEqual(['1: Done.', []])
    })

    describe('a class without #private members', () => {
      it('is never written on', async () => {
        const { settings, guard } = lab(version, [...CALLS_T, ...CALLS_T])
        const original = new Open(settings)
        const before = Object.getOwnPropertyDescriptors(original)
        const agent = new AOSInstrument(original, guard)
        const asked = [agent.ask('go'), agent.generate({ prompt: 'go' })]
        expect(Object.getOwnPropertyDescriptors(original)).toEqual(before)
        await Promise.all(asked)
        expect(Object.getOwnPropertyDescriptors(original)).toEqual(before)
      })

      it.each([
        ['a getter', async (agent: Open) => textOf(await agent.answer)],
        ['a method', async (agent: Open) => await agent.ask('go')],
        ['a method that calls super.generate', async (agent: Open) => await agent.askAbove('go')],
        ['a method that calls super.stream', async (agent: Open) => await agent.streamAbove('go')],
        [
          'generate of its class',
          async (agent: Open) => textOf(await ofClass(agent).generate.call(agent, { prompt: 'go' })),
        ],
        [
          'stream of its class',
          async (agent: Open) => await (await ofClass(agent).stream.call(agent, { prompt: 'go' })).text,
        ],
      ])('is gated in %s', async (_name, ask) => {
        const { settings, done, guard, recorder } = lab(version)
        const triggers: unknown[] = []
        const hooks = { ...guard.hooks, agentTrigger: (): void => void triggers.push('triggered') }
        const agent = new AOSInstrument(new Open(settings), { ...guard, hooks })
        expect([await ask(agent), done, triggers]).toEqual(['Done.', [], ['triggered']])
        await recorder.ended(1)
        expect(recorder.runs().map(({ status, outcome }) => [status, outcome])).toEqual([
          ['completed', 'partial'],
        ])
        expect(recorder.steps('toolCall').map(({ status }) => status)).toEqual(['denied'])
      })

      it('ends a call of its class with the very error a handler throws', async () => {
        const { settings, done, recorder } = lab(version)
        const thrown = new Error('stop')
        const throws = (): never => {
          throw thrown
        }
        const agent = new AOSInstrument(new Open(settings), {
          sinks: [recorder],
          hooks: { toolCallRequest: throws },
        })
        await expect(agent.askAbove('go')).rejects.toBe(thrown)
        await recorder.ended(1)
        expect([done, recorder.runs().map(({ status }) => status)]).toEqual([[], ['failed']])
      })

      it('keeps what prepareCall of its settings does in a call of its class', async () => {
        const { settings, done } = lab(version)
        const model = modelOf(version, CALLS_T)
        const prepareCall = (base: Bag): Bag => ({ ...base, model, instructions: 'prepared' })
        const agent = new AOSInstrument(new Open({ ...settings, prepareCall }))
        expect([await agent.askAbove('go'), done]).toEqual(['Done.', [{ q: 'x' }]])
        expect(plain(model.calls[0]?.prompt)).toContain('prepared')
      })
    })

    it('gates functions that hold the agent itself', async () => {
      const { settings, done, guard } = lab(version, [...CALLS_T, ...CALLS_T])
      const agent = new AOSInstrument(new Arrow(settings), guard)
      expect(await agent.ask('go')).toBe('Done.')
      expect(textOf(await agent.generate({ prompt: 'go' }))).toBe('Done.')
      expect(done).toEqual([])
      const { ask } = agent
      expect(ask).toBe(agent.ask)
    })

    describe('tools reached through the instrument', () => {
      const options = { toolCallId: 'own', messages: [] }

      it('are judged in a run of their own', async () => {
        const { settings, done, recorder } = lab(version)
        const agent = new AOSInstrument(new ToolLoopAgent(settings), {
          sinks: [recorder],
          hooks: {
            toolCallRequest: ({ parameters }) =>
              plain(parameters).includes('evil') ? deny('evil') : allow(),
            toolCallResult: ({ result }) => (plain(result).includes('secret') ? deny('private') : allow()),
          },
        })
        const execute = executeOf(agent.tools)
        await expect(execute({ q: 'evil' }, options)).rejects.toMatchObject({
          code: 'denied',
          reason: 'evil',
        })
        await expect(execute({ q: 'secret' }, options)).rejects.toMatchObject({ reason: 'private' })
        expect(await execute({ q: 'fine' })).toEqual({ found: '{"q":"fine"}' })
        expect(done).toEqual([{ q: 'secret' }, { q: 'fine' }])
        await recorder.ended(3)
        expect(recorder.steps('toolCall').map(({ status }) => status)).toEqual(['denied', 'withheld', 'ok'])
        expect(agent.tools).toBe(agent.tools)
      })

      it('are the tools as they are to the framework and to everybody who looks', async () => {
        const { settings, done } = lab(version)
        const original = new ToolLoopAgent(settings)
        const agent = new AOSInstrument(original)
        expect(Object.keys(agent.tools)).toEqual(['t'])
        const { execute: _own, ...others } = original.tools['t'] as Bag
        expect(agent.tools['t']).toMatchObject(others)
        // nobody judges here, and the tool answers as it does
        expect(Reflect.apply(executeOf(agent.tools), undefined, [{ q: 'x' }])).toEqual({ found: '{"q":"x"}' })
        expect(textOf(await agent.generate({ prompt: 'go' }))).toBe('Done.')
        expect(done).toHaveLength(2)
      })

      it('are judged where another call of the framework is given them', async () => {
        const { settings, done, guard } = lab(version)
        const agent = new AOSInstrument(new ToolLoopAgent(settings), guard)
        const model = modelOf(version, CALLS_T)
        const stopWhen = version.ai.stepCountIs(3)
        const result = await version.ai.generateText({ model, tools: agent.tools, stopWhen, prompt: 'go' })
        expect([textOf(result), done]).toEqual(['Done.', []])
        expect(plain(model.calls.at(-1)?.prompt)).toContain('never')
      })

      it('stream what they make on the way', async () => {
        async function* execute(): AsyncGenerator<string> {
          yield 'one'
          yield 'two'
        }
        const inputSchema = version.z.object({})
        const tools = { t: { inputSchema, execute }, hidden: { inputSchema, execute: () => execute() } }
        for (const hooks of [{}, { toolCallRequest: () => allow() }]) {
          const recorder = stepRecorder()
          const model = modelOf(version, [])
          const agent = new AOSInstrument(new ToolLoopAgent({ model, tools }), { hooks, sinks: [recorder] })
          for (const name of ['t', 'hidden']) {
            const outputs: unknown[] = []
            const made = executeOf(agent.tools, name)({}, options) as unknown as AsyncIterable<unknown>
            for await (const output of made) outputs.push(output)
            expect(outputs).toEqual(['one', 'two'])
          }
          await recorder.ended(2)
          expect(recorder.runs().map(({ status }) => status)).toEqual(['completed', 'completed'])
        }
      })
    })

    describe('frozen agents', () => {
      it('work, and are gated', async () => {
        const { settings, done, guard } = lab(version, [...CALLS_T, ...CALLS_T])
        const agent = new AOSInstrument(Object.freeze(new ToolLoopAgent(Object.freeze(settings))), guard)
        expect(textOf(await agent.generate({ prompt: 'go' }))).toBe('Done.')
        const result = await ofClass(agent).generate.call(agent, { prompt: 'go' })
        expect([textOf(result), done]).toEqual(['Done.', []])
        await expect(executeOf(agent.tools)({ q: 'x' })).rejects.toMatchObject({ code: 'denied' })
      })

      it('work as plain objects', async () => {
        const { tool, done } = counted(version)
        const original = Object.freeze({
          version: 'agent-v1' as const,
          id: 'frozen',
          tools: { t: tool },
          generate: async ({ prompt }: Bag) => ({ text: `about ${String(prompt)}` }),
          stream: async () => ({ text: 'streamed' }),
          ask: async () => await original.generate({ prompt: 'frozen' }),
        })
        const seen: unknown[] = []
        const agent = new AOSInstrument(original, {
          hooks: { message: ({ content }) => void seen.push(content), toolCallRequest: () => deny('never') },
        })
        expect(await agent.generate({ prompt: 'ice' })).toEqual({ text: 'about ice' })
        expect(seen).toEqual(['ice', 'about ice'])
        await expect(executeOf(agent.tools)({ q: 'x' })).rejects.toMatchObject({ code: 'denied' })
        expect(done).toEqual([])
        expect([Object.keys(agent), 'run' in agent, agent.id]).toEqual([
          Object.keys(original),
          true,
          'frozen',
        ])
        expect(agent.unwrap()).toBe(original)
        const refused = caught(() => agent.ask())
        expect(isAosError(refused, 'unsupported_agent') && refused.fix).toContain('unfrozen')
      })
    })

    it('shows no ungated entry point in descriptors of a plain object', async () => {
      const seen: unknown[] = []
      const original = {
        version: 'agent-v1' as const,
        id: 'plain',
        tools: {},
        generate: async (_options: Bag) => ({ text: 'said' }),
        stream: async (_options: Bag) => ({ text: 'said' }),
        ask: async () => await original.generate({ prompt: 'by itself' }),
      }
      const agent = new AOSInstrument(original, {
        hooks: { message: ({ content }) => void seen.push(content) },
      })
      const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(agent)) as typeof original
      await copy.generate({ prompt: 'copied' })
      await agent.ask()
      expect(seen).toEqual(['copied', 'said', 'by itself', 'said'])
    })
  },
)

/** The methods of an agent's class, past its instrument. */
function ofClass(agent: object): AgentLike {
  return Reflect.getPrototypeOf(agent) as AgentLike
}

type Execute = (input: unknown, options?: object) => Promise<unknown>

function executeOf(tools: Record<string, Bag>, name = 't'): Execute {
  return tools[name]?.['execute'] as Execute
}

function caught(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
