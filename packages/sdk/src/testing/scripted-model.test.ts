import { describe, expect, it } from 'vitest'

import {
  breakOff,
  errorPart,
  hang,
  json,
  rawPart,
  reasoning,
  reject,
  source,
  text,
  toolCall,
  toolResult,
} from './scripted-items.ts'
import { scriptedModel, type ScriptStep } from './scripted-model.ts'

async function partsOf(stream: ReadableStream<{ type: string }>): Promise<{ type: string }[]> {
  const parts: { type: string }[] = []
  for await (const part of stream) parts.push(part)
  return parts
}

async function typesOf(steps: ScriptStep[]): Promise<string[]> {
  const { stream } = await scriptedModel({ steps }).doStream({})
  return (await partsOf(stream)).map((part) => part.type)
}

it('answers the same content streaming or not', async () => {
  const steps = [
    [reasoning('Let me see.'), text('Searching…'), toolCall('search', { q: 'x' }), source('https://a.test')],
  ]
  const { content } = await scriptedModel({ steps }).doGenerate({})
  const { stream } = await scriptedModel({ steps }).doStream({})
  const parts = await partsOf(stream)
  expect(content.map((part) => part.type)).toEqual(['reasoning', 'text', 'tool-call', 'source'])
  expect(parts).toEqual(expect.arrayContaining([content[2], content[3]]))
  const deltas = parts.flatMap((part) => ('delta' in part && part.type === 'text-delta' ? [part.delta] : []))
  expect(deltas.join('')).toBe('Searching…')
  expect(deltas.length).toBeGreaterThan(1)
})

it('gives usage and finish reason the shape of each specification', async () => {
  const steps = [{ items: [toolCall('t')], usage: { input: 9, output: 4, reasoning: 1, cacheRead: 2 } }]
  const [v2, v3, v4] = await Promise.all([
    scriptedModel({ specificationVersion: 'v2', steps }).doGenerate({}),
    scriptedModel({ specificationVersion: 'v3', steps }).doGenerate({}),
    scriptedModel({ steps }).doGenerate({}),
  ])
  expect(v2.finishReason).toBe('tool-calls')
  expect(v2.usage).toEqual({
    inputTokens: 9,
    outputTokens: 4,
    totalTokens: 13,
    reasoningTokens: 1,
    cachedInputTokens: 2,
  })
  expect(v4.finishReason).toEqual({ unified: 'tool-calls', raw: 'tool-calls' })
  expect(v4.usage).toEqual({
    inputTokens: { total: 9, noCache: 7, cacheRead: 2, cacheWrite: undefined },
    outputTokens: { total: 4, text: 3, reasoning: 1 },
  })
  expect(v3.usage).toEqual(v4.usage)
})

it('stops for a tool of the agent and not for one the provider ran', async () => {
  const ran = [
    toolCall('web', {}, { id: 'w', providerExecuted: true }),
    toolResult('web', { ok: true }, { id: 'w' }),
  ]
  expect((await scriptedModel({ steps: [ran] }).doGenerate({})).finishReason.unified).toBe('stop')
  expect((await scriptedModel({ steps: [toolCall('mine')] }).doGenerate({})).finishReason.unified).toBe(
    'tool-calls',
  )
})

it('sends malformed and empty arguments as they are', async () => {
  const { content } = await scriptedModel({
    steps: [[toolCall('t', '{oops'), toolCall('t', '')]],
  }).doGenerate({})
  expect(content).toMatchObject([
    { input: '{oops', toolCallId: 'call-1' },
    { input: '', toolCallId: 'call-2' },
  ])
})

it('cuts deltas between code points', async () => {
  const { stream } = await scriptedModel({ steps: [{ items: [text('👩‍🚀👍')], chunkSize: 1 }] }).doStream({})
  const deltas = (await partsOf(stream)).flatMap((part) => ('delta' in part ? [part.delta] : []))
  expect(deltas).toEqual(['👩', '‍', '🚀', '👍'])
})

it('remembers its calls with everything they were given', async () => {
  const model = scriptedModel({ steps: ['one', 'two'] })
  const { signal } = new AbortController()
  await model.doGenerate({ prompt: ['p'], tools: ['t'], toolChoice: { type: 'auto' }, abortSignal: signal })
  await model.doStream({})
  expect(model.calls).toMatchObject([
    { mode: 'generate', prompt: ['p'], tools: ['t'], toolChoice: { type: 'auto' }, state: 'finished' },
    { mode: 'stream', state: 'open', partsRead: 0 },
  ])
  expect(model.calls[0]?.abortSignal).toBe(signal)
})

it('answers from a function, with ids, clock and metadata of its own', async () => {
  const model = scriptedModel({ modelId: 'm-1', clock: () => 5, steps: ({ index }) => json({ index }) })
  await model.doGenerate({})
  const second = await model.doGenerate({})
  expect(second.content).toEqual([{ type: 'text', text: '{"index":1}' }])
  expect(second.response).toEqual({ id: 'response-2', modelId: 'm-1', timestamp: new Date(5) })
  const told = scriptedModel({
    steps: [{ items: [], response: { id: 'r' }, providerMetadata: { p: { cost: 1 } } }],
  })
  expect(await told.doGenerate({})).toMatchObject({
    response: { id: 'r' },
    providerMetadata: { p: { cost: 1 } },
  })
})

it('waits for its pace before each part of a stream', async () => {
  let waits = 0
  const model = scriptedModel({ steps: [text('a')], pace: async () => (waits += 1) })
  const { stream } = await model.doStream({})
  expect(await partsOf(stream)).toHaveLength(6)
  expect(waits).toBe(7)
})

it('says so when the script is too short', async () => {
  await expect(scriptedModel({ steps: [] }).doGenerate({})).rejects.toMatchObject({
    code: 'invalid_options',
  })
})

describe('a script that fails', () => {
  const broken = new Error('broken')

  it('rejects, reports and breaks off with the very error', async () => {
    for (const item of [reject(broken), errorPart(broken), breakOff(broken)]) {
      await expect(scriptedModel({ steps: [[text('a'), item]] }).doGenerate({})).rejects.toBe(broken)
    }
    await expect(scriptedModel({ steps: [reject(broken)] }).doStream({})).rejects.toBe(broken)
    expect(await typesOf([[errorPart(broken), rawPart({ type: 'ping' })]])).toEqual([
      'stream-start',
      'response-metadata',
      'error',
      'ping',
      'finish',
    ])
    const model = scriptedModel({ steps: [[text('a'), breakOff(broken), text('b')]] })
    const { stream } = await model.doStream({})
    await expect(partsOf(stream)).rejects.toBe(broken)
    expect(model.calls[0]).toMatchObject({ state: 'failed', partsRead: 5 })
  })

  it('hangs until its gate opens', async () => {
    let open: () => void = () => expect.fail('the gate opens later')
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const answer = scriptedModel({ steps: [[hang(gate), text('late')]] }).doGenerate({})
    open()
    expect((await answer).content).toEqual([{ type: 'text', text: 'late' }])
  })

  it('hangs until it is aborted, then fails with the reason of the abort', async () => {
    const model = scriptedModel({ steps: [hang(), [text('a'), hang()], 'never'] })
    const stop = new AbortController()
    const { signal } = stop
    const answer = model.doGenerate({ abortSignal: signal })
    const { stream } = await model.doStream({ abortSignal: signal })
    const read = partsOf(stream)
    stop.abort(broken)
    await expect(answer).rejects.toBe(broken)
    await expect(read).rejects.toBe(broken)
    await expect(model.doGenerate({ abortSignal: signal })).rejects.toBe(broken)
    expect(model.calls.map((call) => call.state)).toEqual(['aborted', 'aborted', 'aborted'])
  })

  it('notes that its reader gave up, even while it hangs', async () => {
    const model = scriptedModel({ steps: [hang()] })
    const { stream } = await model.doStream({})
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
    expect(model.calls[0]).toMatchObject({ state: 'cancelled', partsRead: 1 })
  })
})
