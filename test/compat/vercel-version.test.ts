import { ask } from '@aos/sdk'
import { toolCall } from '@aos/sdk/testing'
import { describe, expect, it } from 'vitest'

import { answered, historyOf, questionsIn } from '../support/vercel-guard/approvals.ts'
import { counted, everywhere, subjectOf } from '../support/vercel-guard/lab.ts'

// which version an agent is of is told by its class, not by settings that were written for another version

const BEFORE = [{ role: 'user', content: 'go' }]
const nothing = (): void => undefined
const foreign = [
  { settings: 'onEnd', given: { onEnd: nothing } },
  { settings: 'toolApproval', given: { toolApproval: nothing } },
  {
    settings: 'onEnd, onFinish and toolApproval',
    given: { onEnd: nothing, onFinish: nothing, toolApproval: nothing },
  },
  { settings: 'no onEnd', given: { onEnd: undefined } },
]

describe.each(everywhere)('$name', (place) => {
  it.each(foreign)('asks and ends as it does without: $settings', async ({ given }) => {
    const { tool, done } = counted(place.version)
    const subject = subjectOf(place, {
      steps: [toolCall('t', { q: 'x' }, { id: 'asked' }), 'Done.'],
      tools: { t: tool },
      settings: given,
    })
    subject.instrumented.registerHook('toolCallRequest', () => ask('sensitive'))
    const first = await subject.call({ prompt: undefined, messages: BEFORE })
    const history = await historyOf(first, BEFORE)
    expect([first.error, questionsIn(history), done]).toEqual([undefined, 1, []])
    const outcome = await subject.call({ prompt: undefined, messages: answered(history, true) })
    expect([outcome.text, done]).toEqual(['Done.', [{ q: 'x' }]])
    await subject.recorder.ended(2)
    expect(subject.recorder.runs().map(({ status }) => status)).toEqual(['completed', 'completed'])
  })
})
