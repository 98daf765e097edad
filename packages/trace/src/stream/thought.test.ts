import type { StepRecord } from '@aos/sdk'
import { expect, it } from 'vitest'
import { thoughtOf } from './thought.ts'

const step = (output: unknown, finishReasons?: readonly string[]): StepRecord => ({
  id: 's',
  runId: 'r',
  kind: 'modelCall',
  name: 'm',
  startedAt: 0,
  decisions: [],
  content: {
    output: output === undefined || typeof output === 'string' ? output : JSON.stringify(output),
    redactions: [],
  },
  finishReasons,
})

it.each<[string, StepRecord, string | undefined]>([
  [
    'reasoning',
    step([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'hello' },
    ]),
    'hm',
  ],
  ['thinking', step({ content: [{ type: 'thinking', thinking: 'hm' }], tool_calls: [] }), 'hm'],
  ['text before a call', step([{ type: 'text', text: 'let me look' }, { type: 'tool-call' }]), 'let me look'],
  ['text beside calls', step({ content: 'let me look', tool_calls: [{ name: 't' }] }), 'let me look'],
  ['streamed text before a call', step('let me look', ['tool-calls']), 'let me look'],
  ['an answer', step([{ type: 'text', text: 'hello' }], ['stop']), undefined],
  ['a streamed answer', step('hello', ['stop']), undefined],
  ['a call without a word', step([{ type: 'tool-call' }]), undefined],
  ['JSON that was cut', step('[{"type":"reasoning","text":"hm', ['tool-calls']), undefined],
  ['nothing captured', step(undefined, ['tool-calls']), undefined],
  ['odd parts', step([null, 7, { type: 9 }, { text: 'x' }]), undefined],
])('%s', (_name, given, thought) => {
  expect(thoughtOf(given)).toBe(thought)
})
