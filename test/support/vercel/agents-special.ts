import { scriptedEmbeddingModel, json, text, toolCall } from '@aos/sdk/testing'

import type { AgentLike, Bag } from '../../compat/ai-namespace.ts'
import { notingCallbacks } from './callbacks.ts'
import { search, since7, since7Latest } from './agents-common.ts'
import { fieldsOf, readStream } from './read-stream.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

const agents: Scenario[] = [
  {
    name: 'an agent looked at from outside',
    act: async (world) => {
      const agent = world.agent({
        id: 'looked-at',
        model: world.model(['Hi']),
        tools: { search: search(world) },
      })
      return {
        id: agent.id,
        version: agent.version,
        tools: Object.keys(agent.tools),
        isAgent: agent instanceof world.version.ai.ToolLoopAgent,
        madeBy: agent.constructor === world.version.ai.ToolLoopAgent,
        has: ['generate', 'stream', 'tools', 'id', 'missing'].map((name) => name in agent),
        missing: Reflect.get(agent, 'missing') as unknown,
        answer: fieldsOf(await agent.generate({ prompt: 'go' }))['text'],
      }
    },
    shows: ['"isAgent":true', '"madeBy":true', '"Hi"'],
  },
  {
    name: 'an agent used twice',
    act: async (world) => {
      const agent = world.agent({
        model: world.model([toolCall('search'), 'One.', 'Two.']),
        tools: { search: search(world) },
      })
      const first = await agent.generate({ prompt: 'first' })
      return [fieldsOf(first), fieldsOf(await agent.generate({ prompt: 'second' }))]
    },
    shows: ['One.', 'Two.'],
  },
  {
    name: 'an agent whose methods are passed around',
    act: async (world) => {
      const agent = world.agent({ model: world.model(['Called.']) })
      const generate = Reflect.get(agent, 'generate') as AgentLike['generate']
      return fieldsOf(await generate.call(agent, { prompt: 'go' }))
    },
    shows: ['Called.'],
  },
  {
    name: 'callbacks of agent and call',
    act: async (world) => {
      const agent = world.agent({
        ...notingCallbacks(world, 'of the agent'),
        model: world.model([toolCall('search'), 'Done.']),
        tools: { search: search(world) },
      })
      return fieldsOf(await agent.generate({ prompt: 'go', ...notingCallbacks(world, 'of the call') }))
    },
    shows: ['of the call'],
  },
  {
    name: 'callbacks that throw',
    act: async (world) => {
      const shout = (): never => {
        throw world.error('in a callback')
      }
      const callbacks = Object.fromEntries(Object.keys(notingCallbacks(world)).map((name) => [name, shout]))
      const agent = world.agent({
        ...callbacks,
        model: world.model([toolCall('search'), 'Done.']),
        tools: { search: search(world) },
      })
      return fieldsOf(await agent.generate({ prompt: 'go' }))
    },
  },
  {
    name: 'a subclass',
    act: async (world) => {
      class Polite extends world.version.ai.ToolLoopAgent {
        override async generate(options: Bag): Promise<Bag> {
          world.note('subclass', 'generate')
          return await super.generate({ ...options, prompt: `${String(options['prompt'])}, please` })
        }
      }
      const agent = world.wrap(
        new Polite({ model: world.model([toolCall('search'), 'Sure.']), tools: { search: search(world) } }),
      )
      return { polite: agent instanceof Polite, result: fieldsOf(await agent.generate({ prompt: 'go' })) }
    },
    shows: ['go, please', '"polite":true', 'Sure.'],
  },
  {
    name: 'a subclass with private fields',
    act: async (world) => {
      class Counting extends world.version.ai.ToolLoopAgent {
        #calls = 0
        override async generate(options: Bag): Promise<Bag> {
          this.#calls += 1
          return await super.generate(options)
        }
        get calls(): number {
          return this.#calls
        }
      }
      const agent = world.wrap(
        new Counting({
          model: world.model([toolCall('search'), 'One.', 'Two.']),
          tools: { search: search(world) },
        }),
      )
      const first = fieldsOf(await agent.generate({ prompt: 'go' }))
      await agent.generate({ prompt: 'go' })
      return { first, calls: agent.calls }
    },
    shows: ['"calls":2', 'One.'],
  },
]

const custom: Scenario[] = [
  {
    name: 'an agent written by hand',
    act: async (world) => {
      const model = world.model([toolCall('search'), 'By hand.'])
      const handmade: AgentLike = {
        version: 'agent-v1',
        id: 'handmade',
        tools: { search: search(world) },
        generate: async (options) =>
          await world.version.ai.generateText({
            ...options,
            model,
            tools: handmade.tools,
            stopWhen: world.version.ai.stepCountIs(3),
          }),
        stream: async (options) => world.version.ai.streamText({ ...options, model }),
      }
      return fieldsOf(await world.wrap(handmade).generate({ prompt: 'go' }))
    },
    shows: ['By hand.', 'execute search'],
  },
  {
    name: 'a stream of an agent written by hand',
    act: async (world) => {
      const model = world.model(['Streamed.'])
      const handmade: AgentLike = {
        version: 'agent-v1',
        id: 'handmade',
        tools: {},
        generate: async (options) => await world.version.ai.generateText({ ...options, model }),
        stream: async (options) => world.version.ai.streamText({ ...options, model }),
      }
      return await readStream(world, await world.wrap(handmade).stream({ prompt: 'go' }), 'all')
    },
    shows: ['Streamed.'],
    differs: { judged: 'no text of it can be held back, so a guard of messages refuses it' },
  },
  {
    name: 'an agent as a tool of another',
    act: async (world) => {
      const inner = world.agent({
        model: world.model([toolCall('search'), 'Inner.'], { modelId: 'inner' }),
        tools: { search: search(world) },
      })
      const ask = world.tool('ask', async ({ q }) => (await inner.generate({ prompt: String(q) }))['text'])
      const outer = world.agent({
        ...notingCallbacks(world),
        model: world.model([toolCall('ask', { q: 'x' }), 'Outer.'], { modelId: 'outer' }),
        tools: { ask },
      })
      return await readStream(world, await outer.stream({ prompt: 'go' }), 'all')
    },
    shows: ['Inner.', 'Outer.', 'execute search'],
  },
  {
    name: 'two hundred runs at once',
    act: async (world) => {
      const tools = {
        echo: world.version.ai.tool({
          inputSchema: world.version.z.object({ q: world.version.z.string() }),
          execute: async ({ q }: Bag) => q,
        }),
      }
      // answers with the number it finds in its own prompt
      const model = world.version.spec
      const agent = world.agent({ model: echoing(world, model), tools })
      const numbers = Array.from({ length: 200 }, (_, index) => `number ${index}`)
      const results = await Promise.all(numbers.map(async (prompt) => await agent.generate({ prompt })))
      return results.map((result, index) => [
        result['text'] === numbers[index],
        (result['steps'] as unknown[]).length,
      ])
    },
    shows: ['[true,2]'],
  },
]

function echoing(world: World, specificationVersion: 'v3' | 'v4'): unknown {
  return world.model(
    ({ prompt }) => {
      const said = JSON.stringify(prompt)
      const number = /number \d+/.exec(said)?.[0] ?? 'none'
      return said.includes('tool-result') ? text(number) : toolCall('echo', { q: number })
    },
    { specificationVersion },
  )
}

const newer: Scenario[] = [
  {
    name: 'a user who steers',
    act: async (world) => {
      const steering = world.version.ai.experimental_createSteering?.()
      const agent = world.agent({
        ...notingCallbacks(world),
        model: world.model([toolCall('t'), 'Both.']),
        tools: { t: world.tool('t', () => void steering?.steer('And also this.')) },
      })
      return await readStream(
        world,
        await agent.stream({ prompt: 'go', experimental_steering: steering }),
        'all',
      )
    },
    unsupported: since7Latest,
    shows: ['And also this.', 'steering-message'],
  },
  {
    name: 'tools with a context of their own',
    script: [toolCall('t', { q: 'x' }), 'Done.'],
    settings: (world) => ({
      tools: {
        t: world.tool('t', ({ q }) => q, {
          contextSchema: world.version.z.object({ key: world.version.z.string() }),
        }),
      },
      toolsContext: { t: { key: 'k-1' } },
    }),
    unsupported: since7,
    shows: ['k-1', 'execute t'],
  },
  {
    name: 'refined tool input',
    script: [toolCall('t', { q: 'x' }), 'Done.'],
    settings: (world) => ({
      tools: { t: world.tool('t', ({ q }) => q) },
      experimental_refineToolInput: { t: (input: Bag) => ({ ...input, q: 'refined' }) },
    }),
    unsupported: since7,
    shows: ['refined'],
  },
]

const functions: Scenario[] = [
  {
    name: 'embed and embedMany',
    act: async ({ ai, version }) => {
      const model = scriptedEmbeddingModel({ specificationVersion: version.spec, maxEmbeddingsPerCall: 2 })
      const one = await ai.embed({ model, value: 'abc' })
      const many = await ai.embedMany({ model, values: ['a', 'b', 'c'] })
      return { one: fieldsOf(one), many: fieldsOf(many), calls: model.calls }
    },
    shows: ['"embeddings"', '"values":["a","b"]'],
  },
  {
    name: 'an embedding that fails',
    act: async (world) => {
      const model = scriptedEmbeddingModel({
        specificationVersion: world.version.spec,
        failures: { 0: world.error('no vectors') },
      })
      return await world.ai.embed({ model, value: 'abc' })
    },
    shows: ['<error no vectors>'],
  },
  {
    name: 'generateObject',
    act: async (world) => {
      const { z } = world.version
      return fieldsOf(
        await world.ai.generateObject({
          model: world.model([json({ city: 'Rome' })]),
          schema: z.object({ city: z.string() }),
          prompt: 'go',
        }),
      )
    },
    shows: ['"city":"Rome"'],
  },
  {
    name: 'streamObject',
    act: async (world) => {
      const { z } = world.version
      const result = world.ai.streamObject({
        model: world.model([json({ city: 'Rome' })]),
        schema: z.object({ city: z.string() }),
        prompt: 'go',
      })
      const partial: unknown[] = []
      for await (const part of result['partialObjectStream'] as AsyncIterable<unknown>) partial.push(part)
      return { partial, object: await result['object'], usage: await result['usage'] }
    },
    shows: ['"city":"Rome"'],
  },
]

/** Agents of unusual make, and the functions beside them. */
export const specialScenarios: readonly Scenario[] = [...agents, ...custom, ...newer, ...functions]
