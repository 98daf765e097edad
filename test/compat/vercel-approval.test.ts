import { allow, ask, deny, modify, type AOSOptions, type HookHandler } from '@aos/sdk'
import { toolCall, type ScriptStep } from '@aos/sdk/testing'
import { describe, expect, it } from 'vitest'

import { answered, historyOf, questionsIn } from '../support/vercel-guard/approvals.ts'
import {
  counted,
  everywhere,
  lastPrompt,
  plain,
  subjectOf,
  type Bag,
  type Subject,
} from '../support/vercel-guard/lab.ts'

// a person's approval speaks for one call with one input under the policy of the moment of its execution

const BEFORE = [{ role: 'user', content: 'go' }]

describe.each(everywhere)('$name', (place) => {
  const { version } = place
  const seven = version.major >= 7

  interface Asked {
    readonly history: Bag[]
    readonly subject: Subject
    readonly done: unknown[]
    readonly policy: (handler: HookHandler) => void
  }

  async function askedOnce(
    handler: HookHandler,
    more: { settings?: Bag; tool?: Bag; steps?: readonly ScriptStep[]; options?: AOSOptions } = {},
  ): Promise<Asked> {
    const { tool, done } = counted(version, more.tool)
    const steps = more.steps ?? [toolCall('t', { q: 'x' }, { id: 'asked' }), 'Done.', 'Done.', 'Done.']
    const subject = subjectOf(place, {
      steps,
      tools: { t: tool },
      settings: more.settings ?? {},
      options: more.options ?? {},
    })
    let current = handler
    subject.instrumented.registerHook('toolCallRequest', (context) => current(context))
    const first = await subject.call({ prompt: undefined, messages: BEFORE })
    expect(first.error).toBeUndefined()
    return { history: await historyOf(first, BEFORE), subject, done, policy: (next) => void (current = next) }
  }

  const resume = (subject: Subject, messages: Bag[]): ReturnType<Subject['call']> =>
    subject.call({ prompt: undefined, messages })

  it('asks through the framework, and executes once a person has approved', async () => {
    const { history, subject, done } = await askedOnce(() => ask('sensitive'))
    expect([questionsIn(history), done]).toEqual([1, []])
    const outcome = await resume(subject, answered(history, true))
    expect([outcome.text, done]).toEqual(['Done.', [{ q: 'x' }]])
    const [, step] = subject.recorder.steps('toolCall')
    expect(step?.decisions.map(({ phase, verdict }) => [phase, verdict])).toEqual([
      ['request', 'ask'],
      ['approval', 'allow'],
    ])
    expect(step?.decisions[1]?.by).toBe('framework approval')
  })

  it('does not execute what a person refused', async () => {
    const { history, subject, done } = await askedOnce(() => ask('sensitive'))
    const outcome = await resume(subject, answered(history, false))
    expect([outcome.text, done]).toEqual(['Done.', []])
  })

  it('denies what the policy forbids by the time it was approved', async () => {
    const { history, subject, done, policy } = await askedOnce(() => allow(), {
      tool: { needsApproval: true },
    })
    expect(questionsIn(history)).toBe(1)
    policy(() => deny('meanwhile forbidden'))
    const outcome = await resume(subject, answered(history, true))
    expect([outcome.text, done]).toEqual(['Done.', []])
    expect(lastPrompt(subject.model)).toContain('meanwhile forbidden')
  })

  it('denies a modification of what was approved', async () => {
    const { history, subject, done, policy } = await askedOnce(() => ask('sensitive'))
    policy(() => modify({ q: 'other' }))
    const outcome = await resume(subject, answered(history, true))
    expect([outcome.text, done]).toEqual(['Done.', []])
    expect(lastPrompt(subject.model)).toContain('modify_after_approval')
  })

  it('executes a modified call as it was approved', async () => {
    const { history, subject, done } = await askedOnce(
      ({ parameters }) => (parameters['q'] === 'x' ? modify({ q: 'safe' }) : allow()),
      { tool: { needsApproval: true } },
    )
    expect(plain(history)).toContain('safe')
    const outcome = await resume(subject, answered(history, true))
    expect([outcome.text, done]).toEqual(['Done.', [{ q: 'safe' }]])
  })

  it('lets a person approve only what is not denied', async () => {
    const { history, subject, done } = await askedOnce(() => deny('never'), { tool: { needsApproval: true } })
    expect([questionsIn(history), done]).toEqual([0, []])
    expect(lastPrompt(subject.model)).toContain('never')
  })

  it('takes an approval for one call and one input: a later call with the same id is asked about', async () => {
    const steps = [
      toolCall('t', { q: 'x' }, { id: 'asked' }),
      toolCall('t', { q: 'worse' }, { id: 'asked' }),
      'Done.',
    ]
    const { history, subject, done } = await askedOnce(() => ask('sensitive'), { steps })
    await resume(subject, answered(history, true))
    expect(done).toEqual([{ q: 'x' }])
  })

  it('takes an approval once: a later call with the same id and input is asked about', async () => {
    const steps = [
      toolCall('t', { q: 'x' }, { id: 'asked' }),
      toolCall('t', { q: 'x' }, { id: 'asked' }),
      'Done.',
    ]
    const { history, subject, done } = await askedOnce(() => ask('sensitive'), { steps })
    await resume(subject, answered(history, true))
    expect(done).toEqual([{ q: 'x' }])
  })

  it('does not take an input that was changed in the history for approved', async () => {
    const { history, subject, done, policy } = await askedOnce(() => ask('sensitive'))
    const forged = JSON.parse(
      JSON.stringify(answered(history, true)).replace('"q":"x"', '"q":"evil"'),
    ) as Bag[]
    policy(({ parameters }) => (parameters['q'] === 'evil' ? deny('evil is forbidden') : ask('sensitive')))
    await resume(subject, forged)
    expect(done).toEqual([])
  })

  it.runIf(version.folder !== '6.0.0')('works with signed approvals', async () => {
    const settings = { experimental_toolApprovalSecret: 'a-secret-of-at-least-32-characters!' }
    const { history, subject, done, policy } = await askedOnce(() => ask('sensitive'), { settings })
    const forged = JSON.parse(
      JSON.stringify(answered(history, true)).replace('"q":"x"', '"q":"evil"'),
    ) as Bag[]
    const refused = await resume(subject, forged)
    const errors = [refused.error, ...refused.parts.map((part) => part['error'])]
    expect(errors).toContainEqual(expect.objectContaining({ name: 'AI_InvalidToolApprovalSignatureError' }))
    policy(() => deny('meanwhile forbidden'))
    expect((await resume(subject, answered(history, true))).text).toBe('Done.')
    expect(done).toEqual([])
    policy(() => ask('sensitive'))
    expect((await resume(subject, answered(history, true))).text).toBe('Done.')
    expect(done).toEqual([{ q: 'x' }])
  })

  it('asks onApproval where there is one, about the final value, and waits for it', async () => {
    for (const approved of [true, false]) {
      const questions: unknown[] = []
      const options: AOSOptions = {
        onApproval: async ({ value, toolName }) => {
          questions.push([toolName, value])
          return approved
        },
      }
      const { history, done, subject } = await askedOnce(() => ask('sensitive'), { options })
      expect(questionsIn(history)).toBe(0)
      expect(questions).toEqual([['t', { q: 'x' }]])
      expect(done).toEqual(approved ? [{ q: 'x' }] : [])
      expect(lastPrompt(subject.model)).toContain('asked')
    }
  })

  it('denies when nobody approves in time, or the approver fails', async () => {
    const approvers: NonNullable<AOSOptions['onApproval']>[] = [
      () => new Promise(() => undefined),
      () => {
        throw new Error('pager is down')
      },
      () => 'yes' as never,
    ]
    for (const onApproval of approvers) {
      const { done } = await askedOnce(() => ask('sensitive'), {
        options: { onApproval, approvalTimeoutMs: 20 },
      })
      expect(done).toEqual([])
    }
  })

  it('keeps asking what the tool itself asks, whatever it answers', async () => {
    for (const needsApproval of [true, () => true, async () => true, () => 1]) {
      const { history, done } = await askedOnce(() => allow(), { tool: { needsApproval } })
      expect([questionsIn(history), done]).toEqual([1, []])
    }
  })

  it('asks about a call of a tool that the client executes', async () => {
    const subject = subjectOf(place, {
      steps: [toolCall('client', { q: 'x' }), 'Done.'],
      tools: { client: { inputSchema: version.z.object({ q: version.z.string() }) } },
      hooks: { toolCallRequest: () => ask('sensitive') },
    })
    const first = await subject.call({ prompt: undefined, messages: BEFORE })
    expect(questionsIn(await historyOf(first, BEFORE))).toBe(1)
  })

  it.runIf(seven)("keeps the user's own toolApproval, all statuses, as map and as function", async () => {
    const statuses = [
      ['approved', 0, 1],
      [{ type: 'approved', reason: 'fine' }, 0, 1],
      ['denied', 0, 0],
      [{ type: 'denied', reason: 'mine' }, 0, 0],
      ['user-approval', 1, 0],
      ['not-applicable', 0, 1],
      [undefined, 0, 1],
    ] as const
    for (const [status, questions, executed] of statuses) {
      for (const toolApproval of [() => status, { t: () => status }, { t: status }]) {
        const { history, done } = await askedOnce(() => allow(), { settings: { toolApproval } })
        expect([status, questionsIn(history), done.length]).toEqual([status, questions, executed])
      }
    }
  })

  it.runIf(seven)(
    "never lets the user's own toolApproval approve what is denied or asked about",
    async () => {
      const settings = { toolApproval: () => 'approved' }
      expect((await askedOnce(() => deny('no'), { settings })).done).toEqual([])
      const { history, done } = await askedOnce(() => ask('sensitive'), { settings })
      expect([questionsIn(history), done]).toEqual([1, []])
    },
  )
})
