import { allow, ask, deny, modify, type AOSInstrument } from '@aos/sdk'
import { createDecisionJournal, replayRun, type Journal, type Replay } from '@aos/sdk/journal'
import { toolCall } from '@aos/sdk/testing'
import { describe, expect, it } from 'vitest'

import { closed, journalsIn, newFolder, summary, type Guard } from '../support/journalled.ts'
import { answered, historyOf } from '../support/vercel-guard/approvals.ts'
import {
  agentOf,
  counted,
  everywhere,
  modelOf,
  plain,
  subjectOf,
  type Bag,
  type Script,
  type Subject,
} from '../support/vercel-guard/lab.ts'

// what an agent of the AI SDK did is decided once more from its journal alone, and nothing of it is done again

describe.each(everywhere)('$name', (place) => {
  const { version } = place

  async function journalled(
    script: Script,
    guard: Guard,
    use: (subject: Subject) => Promise<unknown> = (subject) => subject.call(),
  ): Promise<{ readonly journals: readonly Journal[] }> {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory })
    const subject = subjectOf(place, { ...script, options: { ...script.options, journal } })
    guard(subject.instrumented)
    await use(subject)
    await closed(journal)
    return { journals: await journalsIn(directory) }
  }

  function expectSame(replay: Replay): void {
    expect(replay.decisions.filter(({ outcome }) => outcome !== 'same')).toEqual([])
    expect(replay.notReplayed).toEqual([])
    expect(replay.determinism).toBe('deterministic')
  }

  it('comes to the same decisions: calls at once, changed, denied, withheld, and texts', async () => {
    const { tool, done } = counted(version)
    const guard: Guard = (agent) => {
      agent.registerHook('toolCallRequest', async ({ parameters }) => {
        if (parameters['q'] === 'evil') return deny('evil is forbidden', 'evil')
        return parameters['q'] === 'rough' ? modify({ q: 'smooth' }, 'smoothed') : allow('fine')
      })
      agent.registerHook('toolCallResult', ({ result }) =>
        plain(result).includes('secret') ? deny('withheld') : undefined,
      )
      agent.registerHook('message', ({ role, content }) =>
        role === 'agent' ? modify(`${String(content)} Indeed.`) : allow('heard'),
      )
      agent.registerHook('agentTrigger', () => undefined)
    }
    const { journals } = await journalled(
      {
        steps: [
          [toolCall('t', { q: 'fine' }), toolCall('t', { q: 'rough' }), toolCall('t', { q: 'evil' })],
          toolCall('t', { q: 'secret' }),
          'Done.',
        ],
        tools: { t: tool },
      },
      guard,
    )
    const executed = done.length
    expect(executed).toBe(3)
    const [journal] = journals
    if (journal === undefined) throw new Error('nothing was journalled')
    const replay = await replayRun(journal, { guard })
    expectSame(replay)
    expect(replay.decisions.map(({ recorded }) => recorded?.verdict)).toContain('modify')
    expect(replay.decisions.filter(({ hook }) => hook === 'toolCallRequest')).toHaveLength(4)
    expect([done.length, replay.run?.status]).toEqual([executed, 'completed'])
    expect(replay.run?.cost.input_tokens).toBeGreaterThan(0)
  })

  it('tells what other handlers would have denied', async () => {
    const { tool, done } = counted(version)
    const policy =
      (forbidden: string): Guard =>
      (agent) =>
        agent.registerHook(
          'toolCallRequest',
          ({ parameters }) => (parameters['q'] === forbidden ? deny('no') : allow('yes')),
          { name: 'policy' },
        )
    const { journals } = await journalled(
      { steps: [toolCall('t', { q: 'a' }), toolCall('t', { q: 'b' }), 'Done.'], tools: { t: tool } },
      policy('nothing'),
    )
    const [journal] = journals
    if (journal === undefined) throw new Error('nothing was journalled')
    const replay = await replayRun(journal, { guard: policy('a') })
    expect(summary(replay)).toEqual(['toolCallRequest t different', 'toolCallRequest t same after'])
    expect(done).toHaveLength(2)
  })

  it('replays a call that a person was asked about, before and after the answer', async () => {
    const { tool } = counted(version)
    const guard: Guard = (agent) => agent.registerHook('toolCallRequest', () => ask('sensitive'))
    const before = [{ role: 'user', content: 'go' }]
    const { journals } = await journalled(
      { steps: [toolCall('t', { q: 'x' }, { id: 'asked' }), 'Done.', 'Done.'], tools: { t: tool } },
      guard,
      async (subject) => {
        const first = await subject.call({ prompt: undefined, messages: before })
        const history = await historyOf(first, before)
        await subject.call({ prompt: undefined, messages: answered(history, true) })
      },
    )
    expect(journals).toHaveLength(2)
    const replays = await Promise.all(journals.map((journal) => replayRun(journal, { guard })))
    for (const replay of replays) expectSame(replay)
    expect(replays.flatMap(({ decisions }) => decisions.map(({ replayed }) => replayed?.approved))).toContain(
      true,
    )
  })
})

describe.each(everywhere.filter(({ way }) => way === 'generate'))('$name', ({ version }) => {
  it('replays an agent and the one inside of it, each from its own journal', async () => {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory })
    const { tool } = counted(version)
    const inner = agentOf(version, {
      model: modelOf(version, [toolCall('deep', { q: 'x' }), 'Inner done.']),
      tools: { deep: tool },
    })
    const execute = async ({ q }: Bag): Promise<string> =>
      String(await ((await inner.generate({ prompt: q })) as Bag)['text'])
    const outer = agentOf(
      version,
      {
        model: modelOf(version, [toolCall('ask', { q: 'please' }), 'Outer done.']),
        tools: { ask: { inputSchema: version.z.object({ q: version.z.string() }), execute } },
      },
      { journal },
    )
    const guard: Guard = (agent) => agent.registerHook('toolCallRequest', ({ toolName }) => allow(toolName))
    guard(outer as unknown as AOSInstrument<object>)
    await outer.generate({ prompt: 'go' })
    await closed(journal)
    const journals = await journalsIn(directory)
    const replays = await Promise.all(journals.map((one) => replayRun(one, { guard })))
    expect(replays.map(({ determinism }) => determinism)).toEqual(['deterministic', 'deterministic'])
    expect(replays.flatMap(({ decisions }) => decisions.map(({ name }) => name)).toSorted()).toEqual([
      'ask',
      'deep',
    ])
  })
})
