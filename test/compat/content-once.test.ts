import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { reasoning, text, toolCall } from '@aos/sdk/testing'
import { OpenTelemetryTracer } from '@aos/trace'
import { resolveMessages, type ResolvedMessage, type ViewTrace } from '@aos/trace/view'
import { describe, expect, it } from 'vitest'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { recordedTrace } from '../support/recorded-trace.ts'
import { everywhere, subjectOf, type Bag } from '../support/vercel-guard/lab.ts'
import { LANGCHAIN_VERSIONS } from './langchain-versions.ts'
import { kitOf } from './langchain-kit.ts'
// what a run says and is told is recorded once; a viewer gives back all that each model call was given

const STEPS = 6
const long = (what: string, step: number): string =>
  `${what} ${step} ${Array.from({ length: 40 }, (_, word) => `${what}${step * 1000 + word}`).join(' ')}`

const modelCalls = (trace: ViewTrace): ViewTrace['spans'] =>
  trace.spans.filter(({ work }) => work === 'model')

const plainOf = (messages: readonly ResolvedMessage[]): unknown =>
  messages.map(({ role, parts }) => [role, ...parts.map(({ type, text: said }) => [type, said])])

/** How often each text stands on the spans of model calls and tool calls. */
function timesOf(trace: ViewTrace, texts: readonly string[]): readonly number[] {
  const all = trace.spans
    .filter(({ work }) => work === 'model' || work === 'tool')
    .map(({ attributes }) => JSON.stringify(attributes))
    .join('\n')
  return texts.map((each) => all.split(each).length - 1)
}

const results = Array.from({ length: STEPS }, (_, step) => long('result', step))
const thoughts = Array.from({ length: STEPS }, (_, step) => long('thought', step))

describe.each(everywhere)('$name', ({ version, ...way }) => {
  const script = (tool: Bag): Parameters<typeof subjectOf>[1] => ({
    steps: ({ index }) =>
      index < STEPS
        ? [
            reasoning(`because ${index}`),
            text(thoughts[index] ?? ''),
            toolCall('search', { q: long('q', index) }),
          ]
        : 'done',
    tools: { search: { inputSchema: version.z.object({ q: version.z.string() }), ...tool } },
    settings: { stopWhen: version.ai.stepCountIs(20) },
  })
  const expected = (prompt: unknown): unknown =>
    (prompt as readonly Bag[]).map(({ role, content }) => [
      role,
      ...(typeof content === 'string' ? [['text', content]] : (content as readonly Bag[]).map(partOf)),
    ])
  const partOf = (part: Bag): readonly unknown[] => {
    if (part['type'] === 'tool-call') return ['tool_call', JSON.stringify(part['input'])]
    if (part['type'] !== 'tool-result') return [part['type'], part['text']]
    const { value } = part['output'] as Bag
    return ['tool_call_response', typeof value === 'string' ? value : JSON.stringify(value)]
  }

  it.each([
    ['texts', (step: number) => results[step]],
    ['objects', (step: number) => ({ hits: [results[step], { nested: results[step]?.length }] })],
  ])('records %s once and gives back every prompt', async (_kind, resultOf) => {
    await using recorded = recordedTrace()
    let step = 0
    const subject = subjectOf(
      { version, ...way },
      {
        ...script({ execute: async () => resultOf(step++) }),
        options: { capture: 'full', tracerProvider: recorded.provider },
      },
    )
    expect((await subject.call()).error).toBeUndefined()
    const trace = await recorded.read()
    const calls = modelCalls(trace)
    expect(calls).toHaveLength(STEPS + 1)
    for (const [index, call] of calls.entries())
      expect(plainOf(resolveMessages(trace, call))).toEqual(expected(subject.model.calls[index]?.prompt))
    expect(timesOf(trace, results)).toEqual(results.map(() => 1))
    expect(timesOf(trace, thoughts)).toEqual(thoughts.map(() => 1))
    expect(
      calls
        .slice(2)
        .every(({ attributes }) => JSON.stringify(attributes['gen_ai.input.messages']).length < 1_000),
    ).toBe(true)
  })

  it('records anew what was rewritten', async () => {
    await using recorded = recordedTrace()
    const subject = subjectOf(
      { version, ...way },
      {
        ...script({ execute: async () => results[0] }),
        options: { capture: 'full', tracerProvider: recorded.provider },
        settings: {
          stopWhen: version.ai.stepCountIs(20),
          // drops the oldest and changes what is left in the middle
          prepareStep: ({ messages, stepNumber }: { messages: readonly Bag[]; stepNumber: number }) =>
            stepNumber === 3
              ? {
                  messages: [
                    ...messages.slice(0, 1),
                    { role: 'user', content: 'summary' },
                    ...messages.slice(-2),
                  ],
                }
              : {},
        },
      },
    )
    expect((await subject.call()).error).toBeUndefined()
    const trace = await recorded.read()
    for (const [index, call] of modelCalls(trace).entries())
      expect(plainOf(resolveMessages(trace, call))).toEqual(expected(subject.model.calls[index]?.prompt))
  })
})

describe.each(LANGCHAIN_VERSIONS.map((version) => [version.name, version] as const))(
  '%s',
  (_name, version) => {
    it.each(['invoke', 'stream'])('records once and gives back every prompt of %s', async (way) => {
      await using recorded = recordedTrace()
      const { scripted, searchTool } = kitOf(version)
      const turns = Array.from({ length: STEPS }, (_, step) => ({
        text: thoughts[step] ?? '',
        calls: [{ tool: 'search', args: { query: long('q', step) }, id: `call_${step}` }],
      }))
      const model = scripted(...turns, { text: 'done' })
      let step = 0
      const { search } = searchTool('search', () => results[step++])
      const agent = new AOSInstrument(version.langchain.createAgent({ model, tools: [search] } as never), {
        capture: 'full',
        tracerProvider: recorded.provider,
      })
      const input = { messages: [{ role: 'user', content: 'go' }] }
      if (way === 'invoke') await agent.invoke(input as never)
      else
        for await (const _chunk of await agent.stream(input as never, { streamMode: 'messages' })) void _chunk
      const trace = await recorded.read()
      const calls = modelCalls(trace)
      expect(calls).toHaveLength(STEPS + 1)
      const roles: Readonly<Record<string, string>> = { human: 'user', ai: 'assistant' }
      for (const [index, call] of calls.entries())
        expect(plainOf(resolveMessages(trace, call))).toEqual(
          model.calls[index]?.messages.map((message) => {
            const type = message.getType()
            const { content, tool_calls: asked = [] } = message as unknown as {
              content: string | readonly { text: string }[]
              tool_calls?: readonly { args: unknown }[]
            }
            const said = typeof content === 'string' ? content : content.map((part) => part.text).join('')
            return [
              roles[type] ?? type,
              ...(said === '' ? [] : [[type === 'tool' ? 'tool_call_response' : 'text', said]]),
              ...asked.map(({ args }) => ['tool_call', JSON.stringify(args)]),
            ]
          }),
        )
      expect(timesOf(trace, results)).toEqual(results.map(() => 1))
      expect(timesOf(trace, thoughts)).toEqual(thoughts.map(() => 1))
    })
  },
)

describe.each(everywhere.slice(-4, -2))('80 steps of $name', ({ version, ...way }) => {
  it.each(['preview', 'full'] as const)('send at most twice what is new in them (%s)', async (capture) => {
    await using collector = await startOtlpReceiver()
    const tracer = new OpenTelemetryTracer({
      serviceName: 'payload',
      endpoint: collector.endpoint,
      spool: false,
      compression: 'none',
    })
    let fresh = 0
    const told = <Value>(value: Value): Value => {
      fresh += JSON.stringify(value).length
      return value
    }
    const words = (count: number, from: number): string =>
      Array.from({ length: count }, (_, word) => `word${(from * 31 + word * 7) % 997}`).join(' ')
    const subject = subjectOf(
      { version, ...way },
      {
        steps: ({ index }) =>
          told(index < 80 ? [text(words(10, index)), toolCall('search', { q: words(5, index) })] : 'done'),
        tools: {
          search: {
            inputSchema: version.z.object({ q: version.z.string() }),
            execute: async ({ q }: { q: string }) => told(words(260, q.length + fresh)),
          },
        },
        settings: { stopWhen: version.ai.stepCountIs(100) },
        options: { capture, tracerProvider: tracer.provider },
      },
    )
    expect((await subject.call()).error).toBeUndefined()
    await tracer.shutdown()
    const sent = collector.requests.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)
    expect(collector.spans.length).toBeGreaterThan(160)
    expect(fresh).toBeGreaterThan(160_000)
    expect(sent / fresh).toBeLessThan(2)
  })
})

it('works for a hand-written agent, with messages in any form', async () => {
  await using recorded = recordedTrace()
  const history: unknown[] = [{ role: 'system', content: long('rules', 0) }]
  const given: string[] = []
  const agent = new AOSInstrument(
    async (input: string, aos: GuardedRun) => {
      history.push({ role: 'user', content: input })
      for (let step = 0; step < STEPS; step++) {
        const call = {
          id: `call_${step}`,
          function: { name: 'search', arguments: JSON.stringify({ q: long('q', step) }) },
        }
        const answer = { role: 'assistant', content: thoughts[step], tool_calls: [call] }
        given.push(JSON.stringify(history))
        history.push(await aos.model({ model: 'm', messages: history }, () => answer))
        const found = await aos.toolCall(
          { toolName: 'search', parameters: { q: long('q', step) } },
          () => results[step],
        )
        history.push({ role: 'tool', tool_call_id: call.id, content: found })
      }
      return 'done'
    },
    { capture: 'full', tracerProvider: recorded.provider },
  )
  await agent.run('go')
  const trace = await recorded.read()
  const calls = modelCalls(trace)
  expect(calls).toHaveLength(STEPS)
  for (const [index, call] of calls.entries()) {
    const prompt = JSON.parse(given[index] ?? '') as readonly Bag[]
    expect(resolveMessages(trace, call).map(({ role, parts }) => [role, parts[0]?.text])).toEqual(
      prompt.map(({ role, content }) => [role, content]),
    )
  }
  expect(timesOf(trace, results)).toEqual(results.map(() => 1))
  expect(timesOf(trace, thoughts)).toEqual(thoughts.map(() => 1))
})
