import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { otlpRequest, type SpanPlan } from '../../../../test/support/otlp-json.ts'
import { buildTraces } from './build-traces.ts'
import { recordedTexts } from './recorded-texts.ts'
import { readOtlp } from './otlp-json.ts'
import { resolveMessages, type ResolvedMessage } from './resolve-messages.ts'

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
const said = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] })
const reference = (of: string, text: string) => ({
  type: 'aos.reference',
  of,
  id: 'c1',
  digest: digestOf(text),
})

function chat(id: number, messages: unknown, more: SpanPlan['attributes'] = {}): SpanPlan {
  return {
    id,
    start: id * 10,
    end: id * 10 + 5,
    name: 'chat m',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'aos.step.id': `s${id}`,
      'gen_ai.input.messages': typeof messages === 'string' ? messages : JSON.stringify(messages),
      ...more,
    },
  }
}

const earlier = (step: number, count: number): SpanPlan['attributes'] => ({
  'aos.messages.earlier': count,
  'aos.messages.earlier_step': `s${step}`,
})

/** What the last of the spans resolves to. */
function resolved(...plans: readonly SpanPlan[]): readonly ResolvedMessage[] {
  const [trace] = buildTraces(readOtlp(otlpRequest(plans))?.spans ?? [], recordedTexts)
  const last = trace?.spans.at(-1)
  return trace === undefined || last === undefined ? [] : resolveMessages(trace, last)
}

const textsOf = (messages: readonly ResolvedMessage[]): unknown =>
  messages.map(({ parts }) => parts.map(({ text }) => text))

describe('the messages of a model call', () => {
  it('are those of earlier calls, then its own, with what other spans recorded', () => {
    const tool: SpanPlan = {
      id: 2,
      start: 20,
      end: 25,
      name: 'execute_tool search',
      attributes: { 'gen_ai.tool.call.result': 'found it' },
    }
    const answer = {
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'c1', name: 'search', arguments: '{}' }],
    }
    const first = chat(1, [said('system', 'rules'), said('user', 'hi')], {
      'gen_ai.output.messages': JSON.stringify([answer]),
    })
    const messages = resolved(
      first,
      tool,
      chat(
        3,
        [
          { role: 'assistant', parts: [reference('tool_call', '{}')] },
          { role: 'tool', parts: [reference('tool_call_response', 'found it')] },
        ],
        earlier(1, 2),
      ),
      chat(4, [said('user', 'and?')], earlier(3, 4)),
    )
    expect(textsOf(messages)).toEqual([['rules'], ['hi'], ['{}'], ['found it'], ['and?']])
    expect(messages[2]?.parts[0]).toMatchObject({ type: 'tool_call', id: 'c1', name: 'search' })
    expect(messages[3]?.parts[0]?.type).toBe('tool_call_response')
    expect(messages[3]?.parts[0]?.recordedIn).toMatch(/2$/)
    expect(messages.map(({ spanId }) => Number.parseInt(spanId, 16))).toEqual([1, 1, 3, 3, 4])
  })

  it('say what found no room, and what is recorded nowhere', () => {
    const messages = resolved(
      chat(1, [said('user', 'the newest')], { 'aos.messages.omitted': 2 }),
      chat(2, [{ role: 'tool', parts: [reference('tool_call_response', 'lost')] }], earlier(1, 3)),
    )
    expect(messages.map(({ omitted }) => omitted === true)).toEqual([true, true, false, false])
    expect(messages[3]?.parts[0]).toEqual({ type: 'tool_call_response', id: 'c1' })
  })

  it.each<[string, readonly SpanPlan[], unknown]>([
    ['no messages', [chat(1, 'what the model was told')], []],
    ['no JSON', [chat(1, '[{"role":')], []],
    [
      'members of other kinds',
      [chat(1, [null, 1, { role: 2 }, { role: 'user', parts: [3, { type: 4 }] }])],
      [[undefined]],
    ],
    ['a call before that is not there', [chat(1, [said('user', 'a')], earlier(9, 5))], [['a']]],
    [
      'a ring',
      [chat(1, [said('user', 'a')], earlier(2, 1)), chat(2, [said('user', 'b')], earlier(1, 1))],
      [['a'], ['b']],
    ],
    ['a count beyond all', [chat(1, [said('user', 'a')], { 'aos.messages.earlier': -1e9 })], [['a']]],
    [
      'a digest that is the name of a member',
      [chat(1, [{ role: 'user', parts: [{ type: 'aos.reference', digest: '__proto__' }] }])],
      [[undefined]],
    ],
  ])('with %s are what there is', (_what, plans, texts) => {
    expect(textsOf(resolved(...plans))).toEqual(texts)
  })
})
