import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../privacy/redact.ts'
import { ContentCapture, type Capture } from '../run/content.ts'
import { Conversation } from './conversation.ts'
import { textDigest } from './recorded-texts.ts'

const capture = (mode: Capture = 'full'): ContentCapture => new ContentCapture(mode, createRedactor(), 'key')
const parsed = (text: string | undefined): unknown => JSON.parse(text ?? '')
const LONG = 'a text that is long enough to be referred to instead of being recorded again '.repeat(3)

describe('a conversation', () => {
  it('is recorded in the form of the conventions', () => {
    const conversation = new Conversation(capture())
    const given = conversation.prompt([{ role: 'user', content: 'hi' }], 's1')
    expect(parsed(given?.text)).toEqual([{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }])
    const answered = conversation.answer(
      [
        { type: 'text', text: 'so' },
        { type: 'tool-call', toolCallId: 'c', toolName: 't', input: '{"q":1}' },
      ],
      'tool-calls',
    )
    expect(parsed(answered?.text)).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'so' },
          { type: 'tool_call', id: 'c', name: 't', arguments: '{"q":1}' },
        ],
        finish_reason: 'tool_call',
      },
    ])
  })

  it('refers to what was recorded, in a message or elsewhere', () => {
    const conversation = new Conversation(capture())
    const user = { role: 'user', content: LONG }
    conversation.prompt([user], 's1')
    conversation.recorded(`${LONG} result`)
    const given = conversation.prompt(
      [
        user,
        { role: 'assistant', content: LONG },
        { role: 'tool', tool_call_id: 'c', content: `${LONG} result` },
      ],
      's2',
    )
    expect(given?.prompt).toEqual({ earlier: { count: 1, stepId: 's1' }, omitted: 0 })
    expect(parsed(given?.text)).toEqual([
      { role: 'assistant', parts: [{ type: 'aos.reference', of: 'text', digest: textDigest(LONG) }] },
      {
        role: 'tool',
        parts: [
          { type: 'aos.reference', of: 'tool_call_response', id: 'c', digest: textDigest(`${LONG} result`) },
        ],
      },
    ])
  })

  it('says how many of the oldest messages found no room', () => {
    const messages = Array.from({ length: 100 }, (_, index) => ({
      role: 'user',
      content: `${index} ${LONG}`,
    }))
    const given = new Conversation(capture('preview')).prompt(messages, 's1')
    const shown = parsed(given?.text) as readonly {
      readonly parts: readonly { readonly content: string }[]
    }[]
    expect(shown.at(-1)?.parts[0]?.content).toMatch(/^99 /)
    expect(shown.length + (given?.prompt.omitted ?? 0)).toBe(100)
    expect(given?.text.length).toBeLessThan(10_000)
    const many = { role: 'user', content: messages.map(({ content }) => ({ type: 'text', text: content })) }
    const cut = parsed(new Conversation(capture('preview')).prompt([many], 's1')?.text) as readonly {
      readonly parts: readonly { readonly type: string; readonly count?: number }[]
    }[]
    const last = cut[0]?.parts.at(-1)
    expect([last?.type, (last?.count ?? 0) + (cut[0]?.parts.length ?? 0)]).toEqual(['aos.omitted', 101])
  })

  it('is not recorded with capture off', () => {
    const conversation = new Conversation(capture('off'))
    expect(conversation.prompt('hi', 's1')).toBeUndefined()
    expect(conversation.answer('hi', 'stop')).toBeUndefined()
  })

  it('drops what cannot be read, and what a redactor fails at', () => {
    const hostile = new Proxy(
      { role: 'user' },
      {
        ownKeys: () => {
          throw new Error('secret')
        },
      },
    )
    expect(new Conversation(capture()).prompt([hostile], 's1')?.text).not.toContain('secret')
    const failing = new ContentCapture(
      'full',
      {
        ...createRedactor(),
        redactText: () => {
          throw new Error('broken')
        },
      },
      'key',
    )
    const given = new Conversation(failing).prompt([{ role: 'user', content: 'private' }], 's1')
    expect(given?.text).not.toContain('private')
    expect(given?.redactions).toContainEqual({ kind: 'dropped', count: 1 })
  })

  it('lets no secret out, wherever in a message it stands', () => {
    const secret = 'sk-ant-api03-Zk4q8WmT2vXc7LpR9sNdB1yH'
    const places: readonly ((text: string) => unknown)[] = [
      (text) => ({ role: 'user', content: text }),
      (text) => ({ role: text, content: 'x' }),
      (text) => ({ role: 'user', content: [{ type: 'text', text }] }),
      (text) => ({ role: 'user', content: [{ type: text, text }] }),
      (text) => ({ role: 'user', content: [{ type: 'file', data: text, mediaType: text }] }),
      (text) => ({
        role: 'user',
        content: [{ type: 'image_url', image_url: `https://x.example/?key=${text}` }],
      }),
      (text) => ({
        role: 'assistant',
        content: '',
        tool_calls: [{ id: text, name: text, args: { [text]: text } }],
      }),
      (text) => ({ role: 'tool', tool_call_id: text, content: { nested: [text] } }),
      (text) => ({ anything: { else: text } }),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.string(), fc.string(), (place, before, after) => {
        const conversation = new Conversation(capture())
        const message = place(`${before} ${secret} ${after}`)
        const texts = [conversation.prompt([message], 's1')?.text, conversation.answer(message, secret)?.text]
        for (const text of texts) expect(text).not.toContain(secret)
      }),
    )
  })
})
