import { json, reasoning, reject, source, text, toolCall } from '@aos/sdk/testing'

import { only, search } from './agents-common.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

const answers: Scenario[] = [
  { name: 'a plain answer', script: ['Hello there.'], shows: ['Hello there.', 'onFinish|onEnd'] },
  { name: 'a plain answer without callbacks', script: ['Hello there.'], bare: true },
  { name: 'several text blocks', script: [[text('First.'), text('Second.')]], shows: ['Second.'] },
  { name: 'an empty answer', script: [[]] },
  {
    name: 'reasoning, text, sources and metadata',
    script: [
      {
        items: [
          reasoning('Let me think.', { providerMetadata: { scripted: { signature: 's' } } }),
          text('See the page.'),
          source('https://a.test', { title: 'A' }),
        ],
        usage: { input: 20, output: 9, reasoning: 4, cacheRead: 5, cacheWrite: 1 },
        providerMetadata: { scripted: { cost: '0.01' } },
        response: { id: 'r-1', modelId: 'actual-model' },
      },
    ],
    shows: ['Let me think.', 'https://a.test', 'actual-model', '"cost":"0.01"'],
  },
  {
    name: 'a conversation with instructions',
    script: ['Fine.'],
    settings: () => ({ instructions: 'Be brief.', temperature: 0.1, maxOutputTokens: 50 }),
    call: () => ({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
        { role: 'user', content: [{ type: 'text', text: 'How are you?' }] },
      ],
    }),
    shows: ['Be brief.', '"temperature":0.1'],
  },
  {
    name: 'an answer cut by length',
    script: [{ items: [text('Once upon')], finishReason: 'length' }],
    shows: ['"length"'],
  },
  { name: 'an answer stopped by a filter', script: [{ items: [], finishReason: 'content-filter' }] },
]

const object = ({ version: { ai, z } }: World): unknown =>
  ai.Output.object({ schema: z.object({ city: z.string() }) })

const structured: Scenario[] = [
  {
    name: 'structured output',
    script: [json({ city: 'Rome' })],
    settings: (world) => ({ output: object(world) }),
    shows: ['"city":"Rome"'],
  },
  {
    name: 'structured output after a tool',
    script: [toolCall('search'), json({ city: 'Rome' })],
    settings: (world) => ({ output: object(world), tools: { search: search(world) } }),
    shows: ['"city":"Rome"', 'execute search'],
  },
  {
    name: 'structured output that does not fit',
    script: [json({ town: 1 })],
    settings: (world) => ({ output: object(world) }),
    shows: ['AI_NoObjectGeneratedError'],
  },
]

const steps: Scenario[] = [
  {
    name: 'prepareStep that swaps the model',
    script: [toolCall('search')],
    settings(world) {
      const other = world.model(['From the other.'], { modelId: 'other' })
      return {
        tools: { search: search(world) },
        prepareStep: (args: { stepNumber: number }) => {
          world.note('prepare', 'prepareStep', args)
          return args.stepNumber === 0 ? undefined : { model: other }
        },
      }
    },
    shows: ['From the other.'],
  },
  {
    name: 'prepareStep that changes messages, tools and choice',
    script: [toolCall('search'), 'Done.'],
    settings: (world) => ({
      tools: { search: search(world), other: search(world) },
      prepareStep: async ({ stepNumber, messages }: { stepNumber: number; messages: unknown[] }) =>
        stepNumber === 0
          ? { activeTools: ['search'], toolChoice: { type: 'tool', toolName: 'search' } }
          : {
              messages: [...messages, { role: 'user', content: 'Hurry.' }],
              providerOptions: { scripted: { a: 1 } },
            },
    }),
    shows: ['Hurry.', '"toolName":"search","type":"tool"|"toolName":"search"'],
  },
  {
    name: 'prepareStep that throws',
    script: [toolCall('search'), 'Never.'],
    settings(world) {
      const error = world.error('prepare failed')
      return {
        tools: { search: search(world) },
        prepareStep({ stepNumber }: { stepNumber: number }) {
          if (stepNumber > 0) throw error
          return {}
        },
      }
    },
    shows: ['<error prepare failed>'],
  },
  {
    name: 'prepareCall that swaps model, tools and instructions',
    modes: ['agent.generate', 'agent.stream'],
    script: ['Never.'],
    settings(world) {
      const other = world.model([toolCall('other'), 'Swapped.'], { modelId: 'other' })
      return {
        tools: { search: search(world) },
        prepareCall: (args: object) => {
          world.note('prepare', 'prepareCall', Object.keys(args).sort())
          return { ...args, model: other, tools: { other: search(world) }, instructions: 'Swap.' }
        },
      }
    },
    shows: ['Swapped.', 'Swap.'],
  },
  {
    name: 'prepareCall that keeps nothing but the model',
    modes: ['agent.generate', 'agent.stream'],
    script: [toolCall('search'), 'Unreached.'],
    settings: (world) => ({
      tools: { search: search(world) },
      prepareCall: ({ model, prompt }: { model: unknown; prompt: unknown }) => ({ model, prompt }),
    }),
    shows: ['AI_NoSuchToolError|unavailable tool'],
  },
  {
    name: 'call options with a schema',
    modes: ['agent.generate', 'agent.stream'],
    script: ['For Ann.'],
    settings: ({ version }) => ({
      callOptionsSchema: version.z.object({ user: version.z.string() }),
      prepareCall: ({ options, ...rest }: { options: { user: string } }) => ({
        ...rest,
        instructions: `For ${options.user}`,
      }),
    }),
    call: () => ({ prompt: 'go', options: { user: 'Ann' } }),
    shows: ['For Ann'],
  },
]

const limits: Scenario[] = [
  {
    name: 'a step limit',
    script: [toolCall('search'), toolCall('search'), 'Never.'],
    settings: (world) => ({ tools: { search: search(world) }, stopWhen: world.version.ai.stepCountIs(2) }),
    shows: ['call-2'],
  },
  {
    name: 'the default step limit of an agent',
    modes: ['agent.generate', 'agent.stream'],
    settings: (world) => ({
      model: world.model(() => toolCall('search')),
      tools: { search: search(world) },
      stopWhen: undefined,
    }),
    bare: true,
    shows: ['call-20'],
  },
  {
    name: 'stop when a tool is called',
    script: [toolCall('search'), toolCall('finish'), 'Never.'],
    settings: (world) => ({
      tools: { search: search(world), finish: search(world) },
      stopWhen: [world.version.ai.hasToolCall('finish'), world.version.ai.stepCountIs(9)],
    }),
    shows: ['finish'],
  },
  {
    name: 'a stop condition that throws',
    script: [toolCall('search'), 'Never.'],
    settings(world) {
      const error = world.error('cannot stop')
      return {
        tools: { search: search(world) },
        stopWhen: () => {
          throw error
        },
      }
    },
    shows: ['<error cannot stop>'],
  },
  {
    name: 'active tools and no tool choice',
    script: ['Nothing to do.'],
    settings: (world) => ({
      tools: { search: search(world), other: search(world) },
      activeTools: ['other'],
      toolChoice: 'none',
    }),
    shows: ['"type":"none"'],
  },
  {
    name: 'a required tool',
    script: [toolCall('search'), toolCall('search')],
    settings: (world) => ({
      tools: { search: search(world) },
      toolChoice: 'required',
      stopWhen: world.version.ai.stepCountIs(2),
    }),
    shows: ['"type":"required"'],
  },
  {
    name: 'a context for the run',
    script: [toolCall('search'), 'Done.'],
    settings: (world) => ({
      tools: { search: search(world) },
      ...(world.version.major < 7
        ? { experimental_context: { tenant: 't-1' } }
        : { runtimeContext: { tenant: 't-1' } }),
    }),
    shows: ['t-1'],
  },
]

const failures: Scenario[] = [
  {
    name: 'a model that refuses',
    settings: (world) => ({ model: world.model([reject(world.error('no'))]) }),
    shows: ['<error no>'],
  },
  {
    name: 'a model that refuses after a tool',
    settings: (world) => ({
      model: world.model([toolCall('search'), reject(world.error('no'))]),
      tools: { search: search(world) },
    }),
    shows: ['<error no>'],
  },
  {
    name: 'a model that recovers on a retry',
    settings: (world) => ({
      model: world.model([reject(overloaded(world)), 'Back again.']),
      maxRetries: 1,
    }),
    shows: ['Back again.'],
  },
  {
    name: 'a model that fails all retries',
    settings: (world) => ({
      model: world.model(() => reject(overloaded(world))),
      maxRetries: 1,
    }),
    shows: ['AI_RetryError'],
  },
  {
    name: 'no prompt at all',
    script: ['Never.'],
    call: () => ({}),
    shows: ['AI_InvalidPromptError|TypeError'],
  },
  {
    name: 'a prompt and messages',
    script: ['Never.'],
    call: () => ({ prompt: 'a', messages: [{ role: 'user', content: 'b' }] }),
    shows: ['AI_InvalidPromptError|Never.'],
  },
]

function overloaded({ version }: World): Error {
  return new version.ai.APICallError({
    message: 'overloaded',
    url: 'https://provider.test',
    requestBodyValues: {},
    statusCode: 503,
    responseHeaders: { 'retry-after-ms': '1' },
    isRetryable: true,
  })
}

const models: Scenario[] = [
  {
    name: 'a model by name',
    settings(world) {
      const model = world.model([toolCall('search'), 'By name.'], { modelId: 'named' })
      const provider = world.version.ai.customProvider({ languageModels: { named: model } })
      Object.assign(globalThis, { AI_SDK_DEFAULT_PROVIDER: provider })
      return { model: 'named', tools: { search: search(world) } }
    },
    shows: ['By name.'],
  },
  {
    name: 'a model from a registry',
    settings(world) {
      const model = world.model(['From the registry.'], { modelId: 'fast' })
      const { ai } = world.version
      const registry = ai.createProviderRegistry({
        mine: ai.customProvider({ languageModels: { fast: model } }),
      })
      return { model: registry.languageModel('mine:fast') }
    },
    shows: ['From the registry.'],
  },
  {
    name: 'a model of specification v2',
    settings: (world) => ({
      model: world.model([toolCall('search'), 'From v2.'], { specificationVersion: 'v2' }),
      tools: { search: search(world) },
    }),
    shows: ['From v2.'],
  },
  {
    name: 'a model of specification v3',
    settings: (world) => ({
      model: world.model([toolCall('search'), 'From v3.'], { specificationVersion: 'v3' }),
      tools: { search: search(world) },
    }),
    shows: ['From v3.'],
  },
  {
    name: 'a model too new for the version',
    settings: (world) => ({ model: world.model(['Never.'], { specificationVersion: 'v4' }) }),
    unsupported: only((version) => version.major < 7, 'ai 7 speaks v4'),
    shows: ['AI_UnsupportedModelVersionError'],
  },
  {
    name: 'a model behind middleware',
    settings(world) {
      const middleware = {
        specificationVersion: world.version.spec,
        transformParams: ({ params }: { params: object }) => ({ ...params, temperature: 0.5 }),
        wrapGenerate: async ({ doGenerate }: { doGenerate: () => Promise<object> }) => {
          world.note('middleware', 'wrapGenerate')
          return await doGenerate()
        },
      }
      const model = world.version.ai.wrapLanguageModel({
        model: world.model([toolCall('search'), 'Through.']),
        middleware,
      })
      return { model, tools: { search: search(world) } }
    },
    shows: ['Through.', '"temperature":0.5'],
  },
]

/** What agents do from step to step, without anything special about their tools. */
export const loopScenarios: readonly Scenario[] = [
  ...answers,
  ...structured,
  ...steps,
  ...limits,
  ...failures,
  ...models,
]
