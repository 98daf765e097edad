import { allow, AOSInstrument, ask as askPerson, deny, modify } from '@aos/sdk'
import { createDecisionJournal, replayRun, type Journal } from '@aos/sdk/journal'
import { describe, expect, test } from 'vitest'
import { closed, journalsIn, newFolder, summary, type Guard } from '../support/journalled.ts'
import { ask, calls, type lastText, type Turn } from './langchain-1.5.14/kit.ts'
import { kitOf } from './langchain-kit.ts'
import { LANGCHAIN_VERSIONS } from './langchain-versions.ts'

type State = Parameters<typeof lastText>[0]

interface Agent {
  invoke(input: object, config?: object): Promise<State>
}

describe.each(LANGCHAIN_VERSIONS)('langchain $name', (version) => {
  const { Command, MemorySaver } = version.langgraph
  const { createAgent } = version.langchain
  const { scripted, searchTool } = kitOf(version)
  const config = { configurable: { thread_id: 't-1' } }

  async function journalled(
    turns: readonly Turn[],
    guard: Guard,
    use: (agent: Agent) => Promise<unknown>,
  ): Promise<{ readonly journals: readonly Journal[]; readonly done: readonly string[] }> {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory })
    const { search, done } = searchTool()
    const original = createAgent({
      model: scripted(...turns),
      tools: [search] as never[],
      checkpointer: new MemorySaver(),
    })
    const agent = new AOSInstrument(original as object, { journal })
    guard(agent)
    await use(agent as unknown as Agent)
    await closed(journal)
    return { journals: await journalsIn(directory), done }
  }

  test('comes to the same decisions from its journal, and executes nothing', async () => {
    const guard: Guard = (agent) => {
      agent.registerHook('toolCallRequest', ({ parameters }) => {
        if (parameters['query'] === 'evil') return deny('evil is forbidden', 'evil')
        return parameters['query'] === 'rough' ? modify({ query: 'smooth' }) : allow('fine')
      })
      agent.registerHook('toolCallResult', async ({ result }) =>
        String(result).includes('secret') ? deny('withheld') : undefined,
      )
      agent.registerHook('message', ({ role }) => allow(role))
    }
    const three: Turn = {
      calls: ['fine', 'rough', 'evil'].map((query, at) => ({
        tool: 'search',
        args: { query },
        id: `c${String(at)}`,
      })),
    }
    const { journals, done } = await journalled(
      [three, calls('secret', 'c9'), { text: 'done' }],
      guard,
      (agent) => agent.invoke(ask(), config),
    )
    expect(done.toSorted()).toEqual(['fine', 'secret', 'smooth'])
    const [journal] = journals
    if (journal === undefined) throw new Error('nothing was journalled')
    const replay = await replayRun(journal, { guard })
    expect(replay.decisions.filter(({ outcome }) => outcome !== 'same')).toEqual([])
    expect(replay.decisions.filter(({ hook }) => hook === 'toolCallRequest')).toHaveLength(4)
    expect(replay.decisions.filter(({ hook }) => hook === 'toolCallResult')).toHaveLength(3)
    expect(done).toHaveLength(3)
    expect([replay.notReplayed, replay.determinism]).toEqual([[], 'deterministic'])
    const told = journal.entries.flatMap((entry) =>
      entry.t === 'operation' && 'messages' in entry.value ? [entry.value.messages] : [],
    )
    expect(told.map(({ length }) => length)).toEqual([1, 5, 7])
    expect(JSON.stringify(told.at(-1))).toContain('found smooth')
  })

  test('replays a call that a person was asked about, before and after the answer', async () => {
    const guard: Guard = (agent) => agent.registerHook('toolCallRequest', () => askPerson('money leaves'))
    const { journals, done } = await journalled(
      [calls('x', 'c1'), { text: 'done' }],
      guard,
      async (agent) => {
        await agent.invoke(ask(), config)
        await agent.invoke(new Command({ resume: true }), config)
      },
    )
    expect(done).toEqual(['x'])
    const replays = await Promise.all(journals.map((journal) => replayRun(journal, { guard })))
    const lines = replays.flatMap(summary)
    expect(lines.length).toBeGreaterThan(1)
    expect(new Set(lines)).toEqual(new Set(['toolCallRequest search same']))
  })
})
