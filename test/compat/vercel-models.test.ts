import { allow, deny, modify, type HookContext } from '@aos/sdk'
import { reject, text, toolCall, toolResult } from '@aos/sdk/testing'
import { describe, expect, it } from 'vitest'

import {
  attack,
  counted,
  everywhere,
  lastPrompt,
  modelOf,
  plain,
  subjectOf,
  type Bag,
} from '../support/vercel-guard/lab.ts'

// wherever a model comes from, its calls are gated, once each; what it executes by itself cannot be stopped and is told

const forbidsEvil = (context: HookContext): ReturnType<typeof deny> =>
  plain(context.parameters).includes('evil') ? deny('evil is forbidden') : allow()

describe.each(everywhere)('$name', (place) => {
  const { version } = place
  const { z, ai } = version
  const seven = version.major >= 7
  const newest = version.folder === '7-latest'

  it('gates a model that prepareStep swaps in, by object and by name', async () => {
    for (const byName of [false, true]) {
      const { tool, done } = counted(version)
      const swapped = modelOf(version, [toolCall('t', { q: 'evil' }), 'Done.'])
      const before: unknown = Reflect.get(globalThis, 'AI_SDK_DEFAULT_PROVIDER')
      Reflect.set(
        globalThis,
        'AI_SDK_DEFAULT_PROVIDER',
        ai.customProvider({ languageModels: { other: swapped } }),
      )
      try {
        const outcome = await attack(place, {
          steps: [],
          tools: { t: tool },
          settings: { prepareStep: () => ({ model: byName ? 'other' : swapped }) },
          hooks: { toolCallRequest: forbidsEvil },
        })
        expect(outcome.error).toBeUndefined()
        expect(done).toEqual([])
        expect(outcome.recorder.steps('modelCall')).toHaveLength(2)
        expect(outcome.text).toBe('Done.')
      } finally {
        Reflect.set(globalThis, 'AI_SDK_DEFAULT_PROVIDER', before)
      }
    }
  })

  it('gates a model given by name', async () => {
    const { tool, done } = counted(version)
    const named = modelOf(version, [toolCall('t', { q: 'evil' }), 'Done.'])
    const before: unknown = Reflect.get(globalThis, 'AI_SDK_DEFAULT_PROVIDER')
    Reflect.set(globalThis, 'AI_SDK_DEFAULT_PROVIDER', ai.customProvider({ languageModels: { named } }))
    try {
      const outcome = await attack(place, {
        tools: { t: tool },
        settings: { model: 'named' },
        hooks: {
          toolCallRequest: forbidsEvil,
          message: ({ role }) => (role === 'agent' ? modify('Guarded.') : allow()),
        },
      })
      expect(done).toEqual([])
      expect(outcome.text).toBe('Guarded.')
      expect(outcome.recorder.steps('modelCall')).toHaveLength(2)
    } finally {
      Reflect.set(globalThis, 'AI_SDK_DEFAULT_PROVIDER', before)
    }
  })

  it('gates a model through a provider registry', async () => {
    const { tool, done } = counted(version)
    const inner = modelOf(version, [toolCall('t', { q: 'evil' }), 'Done.'])
    const registry = ai.createProviderRegistry({ p: ai.customProvider({ languageModels: { m: inner } }) })
    const outcome = await attack(place, {
      tools: { t: tool },
      settings: { model: registry.languageModel('p:m') },
      hooks: { toolCallRequest: forbidsEvil },
    })
    expect([done, outcome.text]).toEqual([[], 'Done.'])
  })

  it('gates a model and tools given with the call', async () => {
    const { tool, done } = counted(version)
    const other = modelOf(version, [toolCall('t', { q: 'evil' }), 'Done.'])
    const subject = subjectOf(place, { steps: [], hooks: { toolCallRequest: forbidsEvil } })
    const outcome = await subject.call({ model: other, tools: { t: tool } })
    expect([done, outcome.text]).toEqual([[], 'Done.'])
    expect(subject.recorder.steps('modelCall')).toHaveLength(2)
  })

  it('records each call of a model of an older specification once, and judges its text once', async () => {
    for (const specificationVersion of seven ? (['v2', 'v3'] as const) : (['v2'] as const)) {
      Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })
      const { tool, done } = counted(version)
      const texts: unknown[] = []
      const model = modelOf(version, [toolCall('t', { q: 'fine' }), 'Done.'], { specificationVersion })
      const outcome = await attack(place, {
        tools: { t: tool },
        settings: { model },
        hooks: { toolCallRequest: forbidsEvil, message: (context) => void texts.push(context.content) },
      })
      expect(outcome.text).toBe('Done.')
      expect(done).toEqual([{ q: 'fine' }])
      expect(outcome.recorder.steps('modelCall')).toHaveLength(2)
      expect(outcome.recorder.steps('toolCall')).toHaveLength(1)
      expect(texts).toEqual(['go', 'Done.'])
    }
  })

  it('records each call once when the user wraps the model that prepareStep is shown', async () => {
    const texts: unknown[] = []
    const outcome = await attack(place, {
      steps: ['Done.'],
      settings: {
        prepareStep: ({ model }: Bag) => ({
          model: ai.wrapLanguageModel({ model, middleware: { specificationVersion: version.spec } }),
        }),
      },
      hooks: { message: ({ content }) => void texts.push(content) },
    })
    expect(outcome.text).toBe('Done.')
    expect(outcome.recorder.steps('modelCall')).toHaveLength(1)
    expect(texts).toEqual(['go', 'Done.'])
  })

  it('judges user messages that prepareStep puts in', async () => {
    const outcome = await attack(place, {
      steps: ['Done.'],
      settings: {
        prepareStep: ({ messages }: { messages: Bag[] } & Bag) => ({
          messages: [...messages, { role: 'user', content: 'injected evil' }],
        }),
      },
      hooks: {
        message: ({ role, content }) =>
          role === 'user' && String(content).includes('evil') ? deny('no injections') : allow(),
      },
    })
    expect(outcome.error).toMatchObject({ code: 'denied', reason: 'no injections' })
    expect(outcome.model.calls).toHaveLength(0)
  })

  it('rewrites user messages that prepareStep puts in', async () => {
    const outcome = await attack(place, {
      steps: ['Done.'],
      settings: {
        prepareStep: ({ messages }: { messages: Bag[] } & Bag) => ({
          messages: [...messages, { role: 'user', content: 'injected evil' }],
        }),
      },
      hooks: {
        message: ({ role, content }) =>
          role === 'user' ? modify(String(content).replace('evil', '***')) : allow(),
      },
    })
    expect(outcome.text).toBe('Done.')
    expect(lastPrompt(outcome.model)).toContain('injected ***')
    expect(lastPrompt(outcome.model)).not.toContain('evil')
  })

  it('applies what agentTrigger made of the prompt', async () => {
    const outcome = await attack(place, {
      steps: ['Done.'],
      hooks: { agentTrigger: () => modify('changed') },
    })
    expect(outcome.text).toBe('Done.')
    expect(lastPrompt(outcome.model)).toContain('changed')
    expect(lastPrompt(outcome.model)).not.toContain('"go"')
  })

  it('ends the run over a denied call that the provider has executed already', async () => {
    const outcome = await attack(place, {
      steps: [
        [
          toolCall('web', { q: 'evil' }, { id: 'p', providerExecuted: true, dynamic: true }),
          toolResult('web', { found: 1 }, { id: 'p', dynamic: true }),
          text('It says.'),
        ],
        'More.',
      ],
      hooks: { toolCallRequest: forbidsEvil },
    })
    expect(outcome.error).toMatchObject({ code: 'denied', reason: 'evil is forbidden' })
    expect(outcome.model.calls).toHaveLength(1)
    const [step] = outcome.recorder.steps('toolCall')
    expect(step?.decisions.map(({ verdict, enforced }) => [verdict, enforced])).toEqual([['deny', 'none']])
    for (const settled of Object.values(outcome.promises))
      expect(settled).toEqual({ status: 'rejected', reason: outcome.error })
  })

  it('judges arguments of a provider that are no JSON', async () => {
    const outcome = await attack(place, {
      steps: [
        [
          toolCall('python', 'evil()', { id: 'p', providerExecuted: true, dynamic: true }),
          toolResult('python', 'ok', { id: 'p', dynamic: true }),
          text('Ran.'),
        ],
      ],
      hooks: {
        toolCallRequest: ({ value }) => (plain(value).includes('evil') ? deny('evil is forbidden') : allow()),
      },
    })
    expect(outcome.error).toMatchObject({ code: 'denied', reason: 'evil is forbidden' })
  })

  it('withholds and rewrites what the provider found', async () => {
    const step = [
      toolCall('web', { q: 'x' }, { id: 'p', providerExecuted: true, dynamic: true }),
      toolResult('web', { found: 'secret' }, { id: 'p', dynamic: true }),
      text('Done.'),
    ]
    for (const answer of [deny('private'), modify({ found: '***' })]) {
      const outcome = await attack(place, { steps: [step], hooks: { toolCallResult: () => answer } })
      expect(outcome.text).toBe('Done.')
      expect(outcome.leaked).not.toContain('secret')
    }
  })

  it.runIf(seven)('judges what a provider found for a call of an earlier run', async () => {
    const web = {
      type: 'provider',
      isProviderExecuted: true,
      supportsDeferredResults: true,
      id: 'p.web',
      name: 'web',
      args: {},
      inputSchema: z.object({}),
    }
    const outcome = await attack(place, {
      steps: [[toolResult('web', { found: 'secret' }, { id: 'earlier' }), text('Done.')]],
      tools: { web },
      hooks: { toolCallResult: () => deny('private') },
    })
    expect(outcome.leaked).not.toContain('secret')
    expect(outcome.recorder.steps('toolCall').map(({ name, status }) => [name, status])).toEqual([
      ['web', 'withheld'],
    ])
  })

  it("takes provider-executed tools out of every call with providerTools: 'remove'", async () => {
    const web = {
      type: 'provider',
      isProviderExecuted: true,
      id: 'p.web',
      name: 'web',
      args: {},
      inputSchema: z.object({}),
    }
    const outcome = await attack(place, {
      steps: ['Done.'],
      tools: { web, t: counted(version).tool },
      options: { providerTools: 'remove' },
    })
    expect(outcome.text).toBe('Done.')
    expect(namesOf(outcome.model.calls[0]?.tools)).toEqual(['t'])
  })

  it('does not try again what was denied', async () => {
    const denied = await attack(place, {
      steps: ['One.', 'Two.'],
      settings: { maxRetries: 3, ...(newest ? { streamRetries: 3 } : {}) },
      options: { onDeny: 'throw' },
      hooks: { message: ({ role }) => (role === 'agent' ? deny('no') : allow()) },
    })
    expect(denied.error).toMatchObject({ code: 'denied' })
    expect(denied.model.calls).toHaveLength(1)
  })

  it('leaves retries of a failing provider alone', async () => {
    const busy = new ai.APICallError({
      message: 'busy',
      url: 'http://x',
      requestBodyValues: {},
      isRetryable: true,
      statusCode: 429,
      responseHeaders: { 'retry-after-ms': '1' },
    })
    const outcome = await attack(place, {
      steps: [reject(busy), 'Done.'],
      settings: { maxRetries: 2 },
      hooks: { message: () => allow() },
    })
    expect(outcome.text).toBe('Done.')
    expect(outcome.recorder.steps('modelCall').map(({ status }) => status)).toEqual(['error', 'ok'])
    await outcome.recorder.ended(1)
    expect(outcome.recorder.runs().map(({ status }) => status)).toEqual(['completed'])
  })
})

function namesOf(tools: unknown): unknown[] {
  return (tools as Bag[]).map(({ name }) => name)
}
