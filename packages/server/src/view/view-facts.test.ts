import type { Step } from '@agent-run/types'
import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { createEventReader } from './event-stream.ts'
import { decisionsOf, labelOf, stateOf, timesOf } from './run-facts.ts'
import { diffTexts, diffValues } from './text-diff.ts'

const START = '2026-01-31T10:00:00Z'
const step = (members: Partial<Step>): Step => ({
  id: 's',
  type: 'tool_call',
  started_at: START,
  ...members,
})
const decided = (enforced: string): Record<string, unknown> => ({
  aos: { decisions: [{ hook: 'toolCallRequest', verdict: 'modify', enforced, reason_codes: ['pii', 1] }] },
})

describe('what a record tells', () => {
  test('is read out of whatever it holds', () => {
    deepEqual(decisionsOf(step({ metadata: decided('modified') })), [
      {
        hook: 'toolCallRequest',
        phase: '',
        verdict: 'modify',
        enforced: 'modified',
        source: '',
        reasonCodes: ['pii'],
      },
    ])
    for (const metadata of [{}, { aos: null }, { aos: { decisions: 'x' } }, { aos: { decisions: {} } }])
      deepEqual(decisionsOf(step({ metadata })), [])
    equal(decisionsOf(step({ metadata: { aos: { decisions: [null] } } })).length, 1)
  })

  test('says how each step went', () => {
    deepEqual(
      [
        step({ success: false, error: 'denied by guardian: pii' }),
        step({ success: false }),
        step({ type: 'error' }),
        step({ success: true, metadata: decided('modified') }),
        step({ success: true }),
        step({}),
      ].map(stateOf),
      ['denied', 'failed', 'failed', 'modified', 'ok', 'open'],
    )
    equal(labelOf(step({ tool_name: 'search' })), 'search')
    equal(
      labelOf(step({ tool_name: 'aos.memoryStore', metadata: { aos: { kind: 'memoryStore' } } })),
      'memory store',
    )
    equal(
      labelOf(
        step({
          type: 'reasoning',
          metadata: { aos: { kind: 'modelCall', model: { requested: 'r', actual: 'a' } } },
        }),
      ),
      'model call a',
    )
    equal(
      labelOf(step({ type: 'reasoning', metadata: { aos: { kind: 'toString', model: 'm' } } })),
      'reasoning m',
    )
    deepEqual(timesOf(step({ duration_ms: 5 })), { from: Date.parse(START), to: Date.parse(START) + 5 })
  })

  test('is compared line by line', () => {
    deepEqual(
      diffValues({ b: 1, a: [1] }, { a: [1], b: 2 }).map(({ kind, text }) => `${kind} ${text.trim()}`),
      ['same {', 'same "a": [', 'same 1', 'same ],', 'removed "b": 1', 'added "b": 2', 'same }'],
    )
    deepEqual(diffTexts('a', 'a'), [{ kind: 'same', text: 'a' }])
  })

  test('marks in a line that changed the words that did', () => {
    const marked = (before: string, after: string): readonly (string | undefined)[] =>
      diffTexts(before, after).map(({ kind, parts }) =>
        parts
          ?.map(({ text, isChanged }) => (isChanged ? `${kind === 'added' ? '+' : '-'}[${text}]` : text))
          .join(''),
      )
    deepEqual(marked('Send it to Eve today', 'Send it to E. today'), [
      'Send it to -[Eve] today',
      'Send it to +[E.] today',
    ])
    deepEqual(marked('one two\nsame\nthree four', 'one 2\nsame\nthree 4'), [
      'one -[two]',
      'one +[2]',
      undefined,
      'three -[four]',
      'three +[4]',
    ])
    deepEqual(marked('please call Bob from billing right now', 'please call a colleague right now'), [
      'please call -[Bob from billing] right now',
      'please call +[a colleague] right now',
    ])
    deepEqual(marked('nothing alike', 'quite another'), [undefined, undefined])
    deepEqual(marked(`${'x '.repeat(1_500)}a`, `${'x '.repeat(1_500)}b`), [undefined, undefined])
  })
})

describe('a reader of server-sent events', () => {
  test('gives whole events, however the stream is cut', () => {
    const stream = 'id: 1\nevent: run.created\ndata: {"a":\ndata: 1}\n\n: beat\n\nid: 2\ndata:x\n\nid: 3\nda'
    for (const size of [1, 2, 7, 1_000]) {
      const read = createEventReader()
      const events = (stream.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []).flatMap((piece) => read(piece))
      deepEqual(events, [
        { id: '1', event: 'run.created', data: '{"a":\n1}' },
        { id: '2', event: 'message', data: 'x' },
      ])
    }
  })
})
