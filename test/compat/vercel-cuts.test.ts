import { allow, type AOSOptions, type AosEvent } from '@aos/sdk'
import { breakOff, hang, text, toolCall, type ScriptStep } from '@aos/sdk/testing'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import {
  everywhere,
  subjectOf,
  type Bag,
  type StreamResult,
  type Subject,
} from '../support/vercel-guard/lab.ts'
import { keptSpans, startTracing, stopTracing, type Tracing } from '../support/vercel-guard/tracing.ts'

// however a stream is cut: the run and all its spans end, with what there was, within a second

beforeAll(() => void startTracing())
afterAll(stopTracing)

interface Cut {
  readonly name: string
  readonly status: string
  readonly steps?: readonly ScriptStep[]
  readonly options?: AOSOptions
  readonly call?: (signal: AbortSignal) => Bag
  readonly cut: (result: StreamResult & Bag, controller: AbortController) => Promise<unknown>
}

const SPEAKING: readonly ScriptStep[] = [[text('Partial output.'), hang()]]

async function firstText(result: StreamResult): Promise<void> {
  for await (const _delta of result.textStream) break
}

async function readUntilText(stream: AsyncIterable<Bag>, type: string): Promise<void> {
  for await (const part of stream) if (part['type'] === type) break
}

const cuts: readonly Cut[] = [
  { name: 'the reader breaks out of the text', status: 'cancelled', cut: firstText },
  {
    name: 'the reader breaks out of the parts',
    status: 'cancelled',
    cut: (result) => readUntilText(result.fullStream, 'text-delta'),
  },
  {
    name: 'the reader of a UI stream cancels',
    status: 'cancelled',
    async cut(result) {
      const reader = result.toUIMessageStream().getReader()
      for (let seen: unknown; seen !== 'text-delta';) {
        const { done, value } = await reader.read()
        if (done) throw new Error('no text came')
        seen = value['type']
      }
      await reader.cancel('gone')
    },
  },
  {
    name: 'the body of a response is cancelled',
    status: 'cancelled',
    async cut(result) {
      const reader = result.toUIMessageStreamResponse().body?.getReader()
      const decoder = new TextDecoder()
      let seen = ''
      while (!seen.includes('text-delta')) {
        const next = await reader?.read()
        if (next?.done !== false) throw new Error('no text came')
        seen += decoder.decode(next.value as Uint8Array)
      }
      await reader?.cancel('gone')
    },
  },
  {
    name: 'the client of a server goes away',
    status: 'cancelled',
    async cut(result) {
      const server = createServer((_request, response) =>
        result.pipeUIMessageStreamToResponse(response),
      ).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      await new Promise<void>((resolve) => {
        get({ port, host: '127.0.0.1' }, (response) => {
          response.on('error', () => undefined)
          response.once('data', () => {
            response.destroy()
            resolve()
          })
        })
      })
      server.closeAllConnections()
      server.close()
    },
  },
  {
    name: 'the caller aborts',
    status: 'cancelled',
    call: (abortSignal) => ({ abortSignal }),
    async cut(result, controller) {
      const read = async (): Promise<void> => {
        for await (const part of result.fullStream)
          if (part['type'] === 'text-delta') controller.abort(new Error('enough'))
      }
      await read().catch(() => undefined)
    },
  },
  {
    name: 'the provider breaks off',
    status: 'failed',
    steps: [[text('Partial output.'), breakOff(new Error('connection reset'))]],
    cut: (result) => readUntilText(result.fullStream, 'never').catch(() => undefined),
  },
  {
    name: 'the provider falls silent',
    status: 'timeout',
    options: { idleTimeoutMs: 100 },
    cut: async (result) => {
      const reader = result.textStream.getReader()
      await reader.read()
      void reader.read().catch(() => undefined)
    },
  },
  {
    name: 'nobody ever reads',
    status: 'timeout',
    options: { idleTimeoutMs: 100 },
    steps: ['Never read.'],
    cut: async () => undefined,
  },
  {
    name: 'the reader breaks off while a tool works',
    status: 'cancelled',
    steps: [[text('Partial output.'), toolCall('slow', {})], 'Done.'],
    cut: (result) => readUntilText(result.fullStream, 'tool-call'),
  },
]

describe.concurrent.each(everywhere.filter(({ streams }) => streams))('$name', (place) => {
  const { version } = place

  function subject({
    steps,
    options,
  }: Pick<Cut, 'steps' | 'options'>): Subject & { readonly tracing: Tracing } {
    const tracing = keptSpans()
    const slow = { inputSchema: version.z.object({}), execute: () => new Promise(() => undefined) }
    const all = { ...options, tracerProvider: tracing.provider }
    return {
      ...subjectOf(place, {
        steps: steps ?? SPEAKING,
        tools: { slow },
        options: all,
        hooks: { toolCallRequest: () => allow() },
      }),
      tracing,
    }
  }

  it.each(cuts)('ends when $name', async (one) => {
    const { recorder, open, tracing } = subject(one)
    const controller = new AbortController()
    const result = await open(one.call?.(controller.signal))
    await one.cut(result, controller)
    await recorder.ended(1)
    expect(recorder.runs().map(({ status }) => status)).toEqual([one.status])
    expect(openSteps(recorder.events)).toEqual([])
    expect(tracing.open()).toBe(0)
    const outputs = recorder.steps('modelCall').map(({ content }) => content.output)
    expect(outputs.join('')).toContain(one.name === 'nobody ever reads' ? '' : 'Partial')
  })

  it.each(cuts.filter(({ name }) => name.includes('breaks out')))(
    'ends the same with text that is held back when $name',
    async (one) => {
      const { recorder, open, instrumented, tracing } = subject({
        ...one,
        steps: [[text('Partial output.'), text('More.'), hang()]],
      })
      instrumented.registerHook('message', () => allow())
      await one.cut(await open(), new AbortController())
      await recorder.ended(1)
      expect(recorder.runs().map(({ status }) => status)).toEqual([one.status])
      expect([openSteps(recorder.events), tracing.open()]).toEqual([[], 0])
    },
  )

  it('ends once, and completed, when everything is read', async () => {
    for (const read of [
      'text',
      'fullStream',
      'textStream',
      'consumeStream',
      'toUIMessageStream',
      'both',
    ] as const) {
      const { recorder, open, tracing } = subject({ steps: [text('All of it.')] })
      const result = await open()
      if (read === 'text') await result.text
      else if (read === 'consumeStream') await result.consumeStream()
      else if (read === 'both') await Promise.all([drain(result.fullStream), drain(result.textStream)])
      else await drain(read === 'toUIMessageStream' ? result.toUIMessageStream() : result[read])
      await recorder.ended(1)
      expect([read, recorder.runs().map(({ status }) => status)]).toEqual([read, ['completed']])
      expect(tracing.open()).toBe(0)
    }
  })

  it('goes on when one of two readers leaves', async () => {
    const { recorder, open } = subject({ steps: [[text('One.'), toolCall('quick', {})], 'Two.'] })
    const result = await open({ tools: { quick: { inputSchema: version.z.object({}), execute: () => 1 } } })
    const other = drain(result.fullStream)
    await firstText(result)
    await other
    await recorder.ended(1)
    expect(recorder.runs().map(({ status }) => status)).toEqual(['completed'])
  })

  it('judges what still happens after the run was ended, in a run of its own', async () => {
    let release: (() => void) | undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const done: unknown[] = []
    const { recorder, open, instrumented } = subjectOf(place, {
      steps: [
        [text('One.'), { kind: 'hang', gate }, toolCall('t', { q: 'fine' }), toolCall('t', { q: 'evil' })],
        'Done.',
      ],
      tools: {
        t: {
          inputSchema: version.z.object({ q: version.z.string() }),
          execute: (input: unknown) => done.push(input),
        },
      },
      options: { idleTimeoutMs: 50 },
    })
    instrumented.registerHook('toolCallRequest', ({ parameters }) =>
      parameters['q'] === 'evil' ? { decision: 'deny', message: 'evil' } : allow(),
    )
    const result = await open()
    const reading = drain(result.fullStream)
    await recorder.ended(1)
    expect(recorder.runs().map(({ status }) => status)).toEqual(['timeout'])
    release?.()
    await reading
    expect(done).toEqual([{ q: 'fine' }])
    const started = recorder.events.filter(({ type }) => type === 'run.start').length
    expect(started).toBeGreaterThan(1)
    await recorder.ended(started)
    const events = recorder.events.map(({ runId, seq }) => [runId, seq] as const)
    for (const runId of new Set(events.map(([id]) => id))) {
      const numbers = events.filter(([id]) => id === runId).map(([, seq]) => seq)
      expect(numbers).toEqual(numbers.map((_seq, index) => index + 1))
    }
  })
})

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _part of stream) continue
}

function openSteps(events: readonly AosEvent[]): string[] {
  const open = new Set<string>()
  for (const event of events) {
    if (event.type === 'step.start') open.add(event.step.id)
    if (event.type === 'step.end') open.delete(event.step.id)
  }
  return [...open]
}
