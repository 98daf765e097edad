import { allow, type AOSOptions, type HookContext, type HookName } from '@aos/sdk'
import { hang, reasoning, text, toolCall, toolResult, type ScriptStep } from '@aos/sdk/testing'
import { describe, expect, it } from 'vitest'

import {
  agentOf,
  counted,
  everywhere,
  modelOf,
  PROMISES,
  subjectOf,
  unhandledDuring,
  type Bag,
} from '../support/vercel-guard/lab.ts'
import { aiVersions } from './versions.ts'

// a hook that throws ends the run with that very object, wherever it throws, and nobody else has to deal with it

interface Throw {
  readonly name: string
  readonly hook: HookName
  readonly when?: (context: HookContext) => boolean
  readonly kind?: NonNullable<AOSOptions['toolKinds']>[string]
  readonly modelCalls: number
  readonly executed: number
  readonly first?: readonly ScriptStep[]
}

const CALL: readonly ScriptStep[] = [
  [reasoning('Hm.'), text('Let me see.'), toolCall('t', { q: 'x' })],
  'Done.',
]
const PROVIDER: readonly ScriptStep[] = [
  [
    toolCall('web', { q: 'x' }, { id: 'p', providerExecuted: true, dynamic: true }),
    toolResult('web', 'found', { id: 'p', dynamic: true }),
    text('Done.'),
  ],
  'More.',
]

const throws: readonly Throw[] = [
  { name: 'agentTrigger', hook: 'agentTrigger', modelCalls: 0, executed: 0 },
  {
    name: 'message of the user',
    hook: 'message',
    when: ({ role }) => role === 'user',
    modelCalls: 0,
    executed: 0,
  },
  {
    name: 'message of the agent',
    hook: 'message',
    when: ({ role, part }) => role === 'agent' && part === 'text',
    modelCalls: 1,
    executed: 0,
  },
  {
    name: 'reasoning of the agent',
    hook: 'message',
    when: ({ part }) => part === 'reasoning',
    modelCalls: 1,
    executed: 0,
  },
  { name: 'toolCallRequest', hook: 'toolCallRequest', modelCalls: 1, executed: 0 },
  { name: 'toolCallResult', hook: 'toolCallResult', modelCalls: 1, executed: 1 },
  {
    name: 'toolCallRequest of a provider',
    hook: 'toolCallRequest',
    modelCalls: 1,
    executed: 0,
    first: PROVIDER,
  },
  {
    name: 'toolCallResult of a provider',
    hook: 'toolCallResult',
    modelCalls: 1,
    executed: 0,
    first: PROVIDER,
  },
  { name: 'knowledgeRetrieval', hook: 'knowledgeRetrieval', kind: 'knowledge', modelCalls: 1, executed: 1 },
  { name: 'memoryStore', hook: 'memoryStore', kind: 'memoryStore', modelCalls: 1, executed: 0 },
  {
    name: 'memoryContextRetrieval',
    hook: 'memoryContextRetrieval',
    kind: 'memoryContext',
    modelCalls: 1,
    executed: 1,
  },
]

describe.each(everywhere)('$name', (place) => {
  const { version, streams } = place

  it.each(throws)('ends with what $name threw', async ({ hook, when, kind, modelCalls, executed, first }) => {
    const error = new TypeError('thrown by a hook')
    const { tool, done } = counted(version)
    const subject = subjectOf(place, {
      steps: first ?? CALL,
      tools: { t: tool },
      ...(kind === undefined ? {} : { options: { toolKinds: { t: kind } } }),
    })
    subject.instrumented.registerHook(hook, async (context) => {
      if (when === undefined || when(context)) throw error
      return allow()
    })
    const unhandled = await unhandledDuring(async () => {
      const outcome = await subject.call()
      expect(outcome.error).toBe(error)
      if (streams && Object.keys(outcome.promises).length > 0) {
        expect(outcome.parts.filter(({ type }) => type === 'error').map((part) => part['error'])).toEqual([
          error,
        ])
        for (const name of PROMISES)
          expect([name, outcome.promises[name]]).toEqual([name, { status: 'rejected', reason: error }])
      }
      expect([subject.model.calls.length, done.length]).toEqual([modelCalls, executed])
    })
    expect(unhandled).toEqual([])
  })

  it('records the run as failed with that error', async () => {
    const subject = subjectOf(place, {
      steps: CALL,
      tools: { t: counted(version).tool },
      hooks: {
        toolCallResult: () => {
          throw new TypeError('thrown by a hook')
        },
      },
    })
    await subject.call()
    await subject.recorder.ended(1)
    expect(subject.recorder.runs()).toMatchObject([
      { status: 'failed', outcome: 'failed', error: { type: 'TypeError', message: 'thrown by a hook' } },
    ])
  })

  it('ends with anything that is thrown, errors or not', async () => {
    for (const thrown of [undefined, null, 'text', 42, { code: 1 }] as unknown[] as Error[]) {
      const subject = subjectOf(place, {
        steps: CALL,
        tools: { t: counted(version).tool },
        hooks: {
          toolCallRequest: () => {
            throw thrown
          },
        },
      })
      const settled = await unhandledDuring(async () => {
        const result: Bag = await subject.open().catch((error: unknown) => ({ error }))
        if (!streams) expect(result['error']).toBe(thrown)
        else await expect(Promise.resolve(result['text'])).rejects.toBe(thrown)
      })
      expect(settled).toEqual([])
      expect(subject.model.calls).toHaveLength(1)
    }
  })

  it('tells tools that still work to stop, and does not wait for them', async () => {
    const error = new Error('stop everything')
    const signals: (AbortSignal | undefined)[] = []
    const slow = {
      inputSchema: version.z.object({}),
      execute: (_input: unknown, { abortSignal }: { abortSignal?: AbortSignal }) => {
        signals.push(abortSignal)
        return new Promise((resolve) => abortSignal?.addEventListener('abort', () => resolve('stopped')))
      },
    }
    const subject = subjectOf(place, {
      steps: [[toolCall('slow', {}), toolCall('t', { q: 'x' })], 'Done.'],
      tools: { slow, t: counted(version).tool },
      hooks: {
        toolCallResult: ({ toolName }) => {
          if (toolName === 't') throw error
        },
      },
    })
    const outcome = await subject.call()
    expect(outcome.error).toBe(error)
    expect(signals.map((signal) => signal?.reason as unknown)).toEqual([error])
    expect(subject.model.calls).toHaveLength(1)
  })

  it.runIf(streams)(
    'leaves nothing unhandled when the reader takes all promises and waits for one',
    async () => {
      const error = new Error('thrown by a hook')
      const subject = subjectOf(place, {
        steps: CALL,
        tools: { t: counted(version).tool },
        hooks: {
          toolCallResult: () => {
            throw error
          },
        },
      })
      const unhandled = await unhandledDuring(async () => {
        const result = await subject.open()
        const taken = PROMISES.map((name) => result[name])
        await expect(Promise.resolve(taken[0])).rejects.toBe(error)
      })
      expect(unhandled).toEqual([])
    },
  )

  it.runIf(streams)('ends every form of the stream', async () => {
    const error = new Error('thrown by a hook')
    const subject = (): ReturnType<typeof subjectOf> =>
      subjectOf(place, {
        steps: CALL,
        tools: { t: counted(version).tool },
        hooks: {
          message: ({ role }) => {
            if (role === 'agent') throw error
          },
        },
      })
    const unhandled = await unhandledDuring(async () => {
      for (const read of [
        'textStream',
        'fullStream',
        'toUIMessageStream',
        'toUIMessageStreamResponse',
        'toTextStreamResponse',
        'consumeStream',
      ] as const) {
        const result = await subject().open()
        const made =
          typeof result[read] === 'function'
            ? (Reflect.apply(result[read], result, []) as unknown)
            : result[read]
        const stream = made instanceof Response ? made.body : made
        await drain(stream).catch((thrown: unknown) => expect(thrown).toBe(error))
        await expect(Promise.resolve(result.text)).rejects.toBe(error)
      }
    })
    expect(unhandled).toEqual([])
  })
})

async function drain(stream: unknown): Promise<void> {
  if (stream instanceof ReadableStream) for await (const _part of stream) continue
  else await stream
}

describe.each(aiVersions)('ai $version', (version) => {
  it('cuts a model that hangs when a tool that runs beside it ends the run', async () => {
    const error = new Error('thrown by a hook')
    const model = modelOf(version, [[toolCall('t', { q: 'x' }), hang()]])
    const agent = agentOf(
      version,
      { model, tools: { t: counted(version).tool } },
      { hooks: { toolCallRequest: () => allow() } },
    )
    const result = await agent.stream({ prompt: 'go' })
    agent.registerHook('toolCallResult', () => {
      throw error
    })
    // only 6.0.0 executes while the model still speaks; elsewhere the reader ends it
    const reader = result.fullStream.getReader()
    const read = async (): Promise<void> => {
      for (;;) {
        const { done, value } = await reader.read()
        if (done || value['type'] === 'tool-call') return
      }
    }
    await read()
    if (version.folder === '6.0.0') await expect(Promise.resolve(result.text)).rejects.toBe(error)
    else await reader.cancel()
    expect(model.calls).toHaveLength(1)
  })
})
