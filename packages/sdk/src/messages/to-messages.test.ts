import { describe, expect, it } from 'vitest'
import { toMessages } from './to-messages.ts'

const textPart = (content: unknown) => ({ type: 'text', content })
const call = { type: 'tool_call', id: 'c1', name: 'search', content: { q: 'x' } }

class LangChainMessage {
  readonly kind: string
  readonly content: unknown
  readonly tool_calls?: unknown
  constructor(kind: string, content: unknown, more: object = {}) {
    this.kind = kind
    this.content = content
    Object.assign(this, more)
  }
  getType(): string {
    return this.kind
  }
}

describe('a conversation', () => {
  it.each([
    ['a text', 'hi', [{ role: 'user', parts: [textPart('hi')] }]],
    ['nothing', undefined, []],
    ['one message', { role: 'system', content: 'rules' }, [{ role: 'system', parts: [textPart('rules')] }]],
    [
      'the AI SDK',
      [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'hm' },
            { type: 'tool-call', toolCallId: 'c1', toolName: 'search', input: { q: 'x' } },
          ],
        },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'c1',
              toolName: 'search',
              output: { type: 'json', value: [1] },
            },
          ],
        },
      ],
      [
        { role: 'user', parts: [textPart('hi')] },
        { role: 'assistant', parts: [{ type: 'reasoning', content: 'hm' }, call] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', content: [1] }] },
      ],
    ],
    [
      'OpenAI',
      [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'search', arguments: '{"q":"x"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'found' },
      ],
      [
        { role: 'assistant', parts: [call] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', content: 'found' }] },
      ],
    ],
    [
      'Anthropic',
      [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm' },
            { type: 'tool_use', id: 'c1', name: 'search', input: { q: 'x' } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'found' }] },
      ],
      [
        { role: 'assistant', parts: [{ type: 'reasoning', content: 'hm' }, call] },
        { role: 'user', parts: [{ type: 'tool_call_response', id: 'c1', content: 'found' }] },
      ],
    ],
    [
      'LangChain, with the same call in two places',
      [
        new LangChainMessage('human', 'hi'),
        new LangChainMessage(
          'ai',
          [
            { type: 'text', text: 'so' },
            { type: 'tool_use', id: 'c1', name: 'search', input: { q: 'x' } },
          ],
          { tool_calls: [{ id: 'c1', name: 'search', args: { q: 'x' } }] },
        ),
        new LangChainMessage('tool', 'found', { tool_call_id: 'c1' }),
      ],
      [
        { role: 'user', parts: [textPart('hi')] },
        { role: 'assistant', parts: [textPart('so'), call] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', content: 'found' }] },
      ],
    ],
    [
      'files, whose bytes are no text',
      [
        {
          role: 'user',
          content: [
            { type: 'image', image: 'aGk=', mediaType: 'image/png' },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          ],
        },
      ],
      [
        {
          role: 'user',
          parts: [
            { type: 'file', mimeType: 'image/png', content: '[4 characters]' },
            { type: 'file', mimeType: undefined, content: 'https://example.com/a.png' },
          ],
        },
      ],
    ],
    [
      'another form',
      { prompt: 'hi' },
      [{ role: 'user', parts: [{ type: 'value', content: { prompt: 'hi' } }] }],
    ],
  ])('of %s is read', (_form, value, messages) => {
    expect(toMessages(value)).toEqual(messages)
  })

  it('keeps arguments that are no JSON as they are', () => {
    const [message] = toMessages(
      [{ type: 'tool-call', toolCallId: 'c', toolName: 't', input: '{"q":' }],
      'assistant',
    )
    expect(message).toEqual({
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'c', name: 't', content: '{"q":' }],
    })
  })
})
