import {
  breakOff,
  errorPart,
  reject,
  scriptedModel,
  text,
  toolCall,
  type ScriptedModel,
  type ScriptStep,
} from '@aos/sdk/testing'
import { expect, it } from 'vitest'

import type { AiVersion, Bag, StreamResult } from './ai-namespace.ts'
import { aiVersions } from './versions.ts'

// what the adapter builds on and no AI SDK promises: when one of these fails, the adapter needs a look before users do

type AnyModel = ScriptedModel<'v2' | 'v3' | 'v4'>

function modelOf({ spec }: AiVersion, steps: readonly ScriptStep[]): AnyModel {
  return scriptedModel<'v2' | 'v3' | 'v4'>({ specificationVersion: spec, steps })
}

function toolOf(version: AiVersion, execute: (input: Bag, options: Bag) => unknown, extra: Bag = {}): Bag {
  return { inputSchema: version.z.object({ q: version.z.string().optional() }), execute, ...extra }
}

async function typesOf(stream: AsyncIterable<Bag>): Promise<unknown[]> {
  const types: unknown[] = []
  try {
    for await (const part of stream) types.push(part['type'])
  } catch (error) {
    types.push(error)
  }
  return types
}

async function streamOf(
  version: AiVersion,
  steps: readonly ScriptStep[],
  more: Bag = {},
): Promise<StreamResult> {
  const tools = { t: toolOf(version, () => 'fine') }
  return await new version.ai.ToolLoopAgent({
    model: modelOf(version, steps),
    tools,
    onError: () => undefined,
    ...more,
  }).stream({
    prompt: 'go',
  })
}

const sevens = aiVersions.filter(({ major }) => major >= 7)
const sixes = aiVersions.filter(({ major }) => major < 7)

it.each(aiVersions)('ai $version keeps the options of an agent in `settings`', (version) => {
  const settings = { model: modelOf(version, []), tools: { t: toolOf(version, () => 1) }, id: 'a' }
  const agent = new version.ai.ToolLoopAgent(settings)
  expect(Object.keys(agent).sort()).toEqual(['settings', 'version'])
  expect(Reflect.get(agent, 'settings')).toMatchObject({
    id: 'a',
    model: settings.model,
    tools: settings.tools,
  })
  expect(agent).toMatchObject({ version: 'agent-v1', id: 'a', tools: settings.tools })
})

it.each(aiVersions)('ai $version hands prepareStep the model and these arguments', async (version) => {
  const model = modelOf(version, [toolCall('t'), 'Done.'])
  const seen: Bag[] = []
  const prepareStep = (args: Bag): undefined => void seen.push(args)
  await new version.ai.ToolLoopAgent({ model, tools: { t: toolOf(version, () => 1) }, prepareStep }).generate(
    { prompt: 'go' },
  )
  expect(seen.map((args) => args['model'])).toEqual([model, model])
  const six = ['experimental_context', 'messages', 'model', 'stepNumber', 'steps']
  const seven = [
    'experimental_sandbox',
    'initialInstructions',
    'initialMessages',
    'instructions',
    'messages',
    'model',
  ]
  const seven2 = ['responseMessages', 'runtimeContext', 'stepNumber', 'steps', 'toolsContext']
  expect(Object.keys(seen[0] ?? {}).sort()).toEqual(version.major < 7 ? six : [...seven, ...seven2])
})

it.each(aiVersions)(
  'ai $version hands prepareCall settings and call merged, and takes what it returns alone',
  async (version) => {
    const tools = { t: toolOf(version, () => 1) }
    const model = modelOf(version, ['Done.'])
    const seen: string[] = []
    const prepareCall = (args: Bag): Bag => {
      seen.push(...Object.keys(args))
      return { model: args['model'], prompt: args['prompt'] }
    }
    const agent = new version.ai.ToolLoopAgent({ model, tools, prepareCall })
    await agent.generate({ prompt: 'go', temperature: 0.5 })
    expect(seen).toEqual(
      expect.arrayContaining(['model', 'tools', 'prepareCall', 'stopWhen', 'prompt', 'temperature']),
    )
    expect(model.calls[0]?.tools).toBeUndefined()
  },
)

it.each(aiVersions)('ai $version calls execute on the tool itself, with these options', async (version) => {
  const seen: unknown[] = []
  const t: Bag = toolOf(version, function (this: unknown, _: Bag, options: Bag) {
    seen.push(this, Object.keys(options).sort())
    return 1
  })
  const model = modelOf(version, [toolCall('t'), 'Done.'])
  await new version.ai.ToolLoopAgent({ model, tools: { t } }).generate({ prompt: 'go' })
  const context = version.major < 7 ? ['experimental_context'] : ['context', 'experimental_sandbox']
  expect(seen[0]).toBe(t)
  expect(seen[1]).toEqual(['abortSignal', ...context, 'messages', 'toolCallId'])
})

it.each(aiVersions)('ai $version turns what a tool throws into a result and goes on', async (version) => {
  const boom = new TypeError('boom')
  const t = toolOf(version, () => {
    throw boom
  })
  const model = modelOf(version, [toolCall('t'), 'Done.'])
  const result = await new version.ai.ToolLoopAgent({ model, tools: { t } }).generate({ prompt: 'go' })
  const steps = result['steps'] as { content: Bag[] }[]
  expect(steps[0]?.content.find((part) => part['type'] === 'tool-error')?.['error']).toBe(boom)
  expect(JSON.stringify(model.calls[1]?.prompt)).toContain(
    version.major < 7 ? '"value":"boom"' : '"value":"TypeError: boom"',
  )
})

it.each(sevens)(
  'ai $version asks a policy with the parsed call and tells the model of a denial',
  async (version) => {
    for (const mode of ['generate', 'stream'] as const) {
      const model = modelOf(version, [toolCall('t', { q: 'x' }), 'Done.'])
      const asked: Bag[] = []
      const toolApproval = (args: Bag): Bag => {
        asked.push(args)
        return { type: 'denied', reason: 'not allowed' }
      }
      const tools = { t: toolOf(version, () => expect.fail('executed')) }
      const result = await new version.ai.ToolLoopAgent({ model, tools, toolApproval })[mode]({
        prompt: 'go',
      })
      expect(await result['text']).toBe('Done.')
      expect(Object.keys(asked[0] ?? {}).sort()).toEqual([
        'messages',
        'runtimeContext',
        'toolCall',
        'tools',
        'toolsContext',
      ])
      expect(asked[0]?.['toolCall']).toMatchObject({
        type: 'tool-call',
        toolCallId: 'call-1',
        toolName: 't',
        input: { q: 'x' },
      })
      expect(JSON.stringify(model.calls[1]?.prompt)).toContain(
        '{"type":"execution-denied","reason":"not allowed"}',
      )
    }
  },
)

it.each(sevens)('ai $version lets a policy function overrule what the tool asks for', async (version) => {
  let executed = 0
  const tools = { t: toolOf(version, () => (executed += 1), { needsApproval: true }) }
  const model = modelOf(version, [toolCall('t'), 'Done.'])
  await new version.ai.ToolLoopAgent({ model, tools, toolApproval: () => undefined }).generate({
    prompt: 'go',
  })
  expect(executed).toBe(1)
})

it.each(sevens)('ai $version hands the policy of a tool its input and these options', async (version) => {
  const asked: unknown[] = []
  const toolApproval = {
    t: (input: Bag, options: Bag) => void asked.push(input, Object.keys(options).sort()),
  }
  const model = modelOf(version, [toolCall('t', { q: 'x' }), 'Done.'])
  await new version.ai.ToolLoopAgent({
    model,
    tools: { t: toolOf(version, () => 1) },
    toolApproval,
  }).generate({ prompt: 'go' })
  expect(asked).toEqual([{ q: 'x' }, ['messages', 'runtimeContext', 'toolCallId', 'toolContext']])
})

it.each(sixes)('ai $version ignores a policy', async (version) => {
  const toolApproval = (): never => expect.fail('asked')
  const model = modelOf(version, [toolCall('t'), 'Done.'])
  const agent = new version.ai.ToolLoopAgent({ model, tools: { t: toolOf(version, () => 1) }, toolApproval })
  expect((await agent.generate({ prompt: 'go' }))['text']).toBe('Done.')
})

it.each(aiVersions)('ai $version goes by the tool call as it leaves the model', async (version) => {
  for (const mode of ['generate', 'stream'] as const) {
    const inner = modelOf(version, [toolCall('t', { q: 'original' }), 'Done.'])
    const executed: unknown[] = []
    const tools = { t: toolOf(version, (input) => executed.push(input)) }
    const result = await new version.ai.ToolLoopAgent({ model: rewriting(inner), tools })[mode]({
      prompt: 'go',
    })
    expect(await result['text']).toBe('Done.')
    expect(executed).toEqual([{ q: 'rewritten' }])
    expect(JSON.stringify(inner.calls[1]?.prompt)).toContain('"toolName":"t","input":{"q":"rewritten"}')
    expect(JSON.stringify(inner.calls[1]?.prompt)).not.toContain('original')
  }
})

function rewriting(model: AnyModel): Bag {
  const rewrite = <P extends { type: string }>(part: P): P =>
    part.type === 'tool-call' ? { ...part, input: '{"q":"rewritten"}' } : part
  return {
    ...model,
    doGenerate: async (options: Bag) => {
      const result = await model.doGenerate(options)
      return { ...result, content: result.content.map(rewrite) }
    },
    doStream: async (options: Bag) => {
      const { stream } = await model.doStream(options)
      const rewritten = new TransformStream<{ type: string }, { type: string }>({
        transform: (part, controller) => controller.enqueue(rewrite(part)),
      })
      return { stream: stream.pipeThrough(rewritten) }
    },
  }
}

it.each(aiVersions)(
  'ai $version rejects with the very error of a model, without trying again',
  async (version) => {
    const no = new Error('no')
    const model = modelOf(version, [reject(no), 'Never.'])
    await expect(new version.ai.ToolLoopAgent({ model }).generate({ prompt: 'go' })).rejects.toBe(no)
    expect(model.calls).toHaveLength(1)
  },
)

it.each(aiVersions)('ai $version goes on after an error part and ends as the model says', async (version) => {
  const midway = new Error('midway')
  const result = await streamOf(version, [[text('a'), errorPart(midway), text('b')]])
  const types = await typesOf(result.fullStream)
  expect(types.filter((type) => type !== 'text-delta').join(' ')).toBe(
    'start start-step text-start text-end error text-start text-end finish-step finish',
  )
  expect(await result.text).toBe('ab')
  expect(await Reflect.get(result, 'finishReason')).toBe('stop')
})

it.each(aiVersions)(
  'ai $version only tells the stream of a model that refuses in a later step',
  async (version) => {
    const no = new Error('no')
    const result = await streamOf(version, [toolCall('t'), reject(no)])
    expect((await typesOf(result.fullStream)).slice(-2)).toEqual(['finish-step', 'error'])
    expect(await result.text).toBe('')
  },
)

it.each(aiVersions.filter(({ folder }) => folder !== '6.0.0'))(
  'ai $version rejects everything with the very error that breaks a stream',
  async (version) => {
    const reset = new Error('reset')
    const result = await streamOf(version, [toolCall('t'), [errorPart(reset), breakOff(reset)]])
    expect((await typesOf(result.fullStream)).slice(-2)).toEqual(['error', reset])
    await expect(result.text).rejects.toBe(reset)
    await expect(Reflect.get(result, 'steps')).rejects.toBe(reset)
  },
)

it.each(aiVersions)('ai $version repairs calls under these names', async (version) => {
  const called: string[] = []
  const repair = (name: string) => (args: { toolCall: Bag }) => {
    called.push(name, ...Object.keys(args).sort())
    return { ...args.toolCall, input: '{}' }
  }
  for (const name of ['experimental_repairToolCall', 'repairToolCall']) {
    const model = modelOf(version, [toolCall('t', '{"q":'), 'Done.'])
    const tools = { t: toolOf(version, () => 1) }
    await new version.ai.ToolLoopAgent({ model, tools, [name]: repair(name) }).generate({ prompt: 'go' })
  }
  const six = ['error', 'inputSchema', 'messages', 'system', 'toolCall', 'tools']
  const seven = ['error', 'inputSchema', 'instructions', 'messages', 'system', 'toolCall', 'tools']
  const latest = ['abortSignal', ...seven]
  const expected: Record<string, string[]> = {
    '6.0.0': ['experimental_repairToolCall', ...six],
    '6-latest': ['experimental_repairToolCall', ...six],
    '7.0.0': ['experimental_repairToolCall', ...seven],
    '7-latest': ['experimental_repairToolCall', ...latest, 'repairToolCall', ...latest],
  }
  expect(called).toEqual(expected[version.folder])
})

it.each(aiVersions)('ai $version speaks these model specifications', async (version) => {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })
  const answers = (['v2', 'v3', 'v4'] as const).map(async (specificationVersion) => {
    const model = scriptedModel<'v2' | 'v3' | 'v4'>({ specificationVersion, steps: ['Hi.'] })
    return await version.ai.generateText({ model, prompt: 'go' }).then(
      ({ usage }) => Reflect.get(usage as Bag, 'totalTokens') as unknown,
      (error: unknown) => (error instanceof Error ? error.name : error),
    )
  })
  const v4 = version.major < 7 ? 'AI_UnsupportedModelVersionError' : 15
  expect(await Promise.all(answers)).toEqual([15, 15, v4])
})

it.each(aiVersions)('ai $version sums usage over steps in totalUsage', async (version) => {
  const model = modelOf(version, [toolCall('t'), 'Done.'])
  const result = await new version.ai.ToolLoopAgent({
    model,
    tools: { t: toolOf(version, () => 1) },
  }).generate({ prompt: 'go' })
  expect(result['totalUsage']).toMatchObject({ inputTokens: 20, outputTokens: 10 })
  expect(result['usage']).toMatchObject({ inputTokens: version.major < 7 ? 10 : 20 })
})

it.each(aiVersions)('ai $version has these experiments', (version) => {
  const newest = version.folder === '7-latest'
  expect('experimental_toolCaller' in version.ai).toBe(newest)
  expect('experimental_createSteering' in version.ai).toBe(newest)
})
