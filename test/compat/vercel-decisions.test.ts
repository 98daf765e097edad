import { allow, deny, type HookContext } from '@aos/sdk'
import { toolCall } from '@aos/sdk/testing'
import { describe, expect, it } from 'vitest'

import { attack, counted, everywhere, plain, subjectOf, type Bag } from '../support/vercel-guard/lab.ts'

// a decision is made for one call with one input under one policy, and is gone when any of them changes before the effect

const forbidsEvil = (context: HookContext): ReturnType<typeof deny> =>
  plain(context.parameters).includes('evil') ? deny('evil is forbidden') : allow()

describe.each(everywhere)('$name', (place) => {
  const { version } = place
  const { z } = version

  it('judges calls from the moment a handler is registered, in a run that nobody judged before', async () => {
    const { tool, done } = counted(version)
    const first = {
      ...tool,
      execute: () => {
        subject.instrumented.registerHook('toolCallRequest', () => deny('from now on'))
        return 'registered'
      },
    }
    const subject = subjectOf(
      { ...place },
      {
        steps: [toolCall('first', { q: 'x' }), toolCall('t', { q: 'x' }), 'Done.'],
        tools: { first, t: tool },
      },
    )
    expect((await subject.call()).text).toBe('Done.')
    expect(done).toEqual([])
  })

  it('judges again what was changed in place after the decision', async () => {
    const mutate = (input: unknown): undefined => void Reflect.set(Object(input) as object, 'q', 'evil')
    const repair = async ({ toolCall: call }: { toolCall: Bag }): Promise<Bag> => ({
      ...call,
      input: '{"q":"fine"}',
    })
    const places: readonly { readonly tool?: Bag; readonly settings?: Bag }[] = [
      { tool: { needsApproval: mutate } },
      { tool: { onInputAvailable: ({ input }: Bag) => mutate(input) } },
      { settings: { toolApproval: ({ toolCall: call }: Bag) => mutate((call as Bag)['input']) } },
      { settings: { toolApproval: { t: mutate } } },
      { settings: { onToolExecutionStart: ({ toolCall: call }: Bag) => mutate((call as Bag)['input']) } },
      {
        settings: {
          experimental_onToolCallStart: ({ toolCall: call }: Bag) => mutate((call as Bag)['input']),
        },
      },
    ]
    let made = 0
    const settled = z.object({ q: z.string() })
    // makes something new each time, so that the decision is made on the framework's own object
    const restless = settled.extend({ id: z.number().default(() => (made += 1)) })
    for (const [first, inputSchema] of [
      [{ q: 'fine' }, settled],
      [{ wrong: 1 }, settled],
      [{ q: 'fine' }, restless],
    ] as const) {
      for (const { tool: extra = {}, settings = {} } of places) {
        const { tool, done } = counted(version, { inputSchema, ...extra })
        const outcome = await attack(place, {
          steps: [toolCall('t', first), 'Done.'],
          tools: { t: tool },
          settings: { experimental_repairToolCall: repair, ...settings },
          hooks: { toolCallRequest: forbidsEvil },
        })
        expect(outcome.error).toBeUndefined()
        expect(plain(done)).not.toContain('evil')
      }
    }
  })

  it('does not execute what the caller aborted while it was judged', async () => {
    const { tool, done } = counted(version)
    const controller = new AbortController()
    const subject = subjectOf(place, {
      steps: [toolCall('t', { q: 'x' }), 'Done.'],
      tools: { t: tool },
      hooks: {
        toolCallRequest: async () => {
          await Promise.resolve()
          controller.abort(new Error('enough'))
          return allow()
        },
      },
    })
    const outcome = await subject.call({ abortSignal: controller.signal })
    expect([done, outcome.text]).toEqual([[], ''])
  })

  it('judges a call again that a handler registered after the decision has not seen', async () => {
    const { tool, done } = counted(version)
    const subject = subjectOf(place, { steps: [toolCall('t', { q: 'x' }), 'Done.'], tools: { t: tool } })
    let registered = false
    subject.instrumented.registerHook('toolCallRequest', async () => {
      await Promise.resolve()
      if (registered) return allow()
      registered = true
      subject.instrumented.registerHook('toolCallRequest', () => deny('late but in time'))
      return allow()
    })
    expect((await subject.call()).text).toBe('Done.')
    expect(done).toEqual([])
  })

  it('stops at once what was decided before the agent was stopped or the tool disabled', async () => {
    for (const change of ['stop', 'disable'] as const) {
      const { tool, done } = counted(version)
      const subject = subjectOf(place, { steps: [toolCall('t', { q: 'x' }), 'Done.'], tools: { t: tool } })
      subject.instrumented.registerHook('toolCallRequest', () => {
        if (change === 'stop') subject.instrumented.stop('now')
        else void subject.instrumented.disableComponent('tool:t')
        return allow()
      })
      await subject.call()
      expect(done).toEqual([])
    }
  })

  it('judges two calls with the same id singly', async () => {
    const { tool, done } = counted(version)
    await attack(place, {
      steps: [
        [toolCall('t', { q: 'fine' }, { id: 'same' }), toolCall('t', { q: 'evil' }, { id: 'same' })],
        [toolCall('t', { q: 'evil' }, { id: 'same' })],
        'Done.',
      ],
      tools: { t: tool },
      hooks: { toolCallRequest: forbidsEvil },
    })
    expect(done).not.toContainEqual({ q: 'evil' })
  })
})
