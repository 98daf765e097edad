import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { allow, AOSInstrument, ask, deny, modify, type GuardedRun, type HookContext } from '../index.ts'
import { createDecisionJournal, readJournal, replayRun, type Journal, type ReplayAgent } from './index.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'aos-journal-'))

type Guard = (agent: ReplayAgent) => void

async function recorded(
  work: (input: string, aos: GuardedRun) => Promise<unknown>,
  guard: Guard,
  options: ConstructorParameters<typeof AOSInstrument>[1] = {},
): Promise<Journal> {
  const directory = folder()
  const journal = createDecisionJournal({ directory })
  const agent = new AOSInstrument(work, { ...options, journal })
  guard(agent as unknown as ReplayAgent)
  await agent('look for papers').catch(() => undefined)
  equal(await journal.close(), true)
  const [file] = readdirSync(directory)
  return readJournal(join(directory, file ?? ''))
}

const search = (aos: GuardedRun, query: string): Promise<string> =>
  aos.toolCall(
    { toolName: 'search', parameters: { query } },
    ({ query: q }: { query: string }) => `about ${q}`,
  )

describe('a journalled run', () => {
  test('is replayed to the same decisions with the same handlers', async () => {
    const guard: Guard = (agent) => {
      agent.registerHook('toolCallRequest', (context) =>
        context.parameters['query'] === 'b' ? modify({ query: 'c' }, 'better') : allow('fine'),
      )
      agent.registerHook('toolCallResult', async (context: HookContext) =>
        String(context.result).includes('d') ? deny('no d', 'has_d') : undefined,
      )
      agent.registerHook('message', () => undefined)
    }
    const journal = await recorded(async (_input, aos) => {
      await Promise.all(['a', 'b', 'x'].map((query) => search(aos, query)))
      await search(aos, 'd').catch(() => undefined)
      return 'done'
    }, guard)
    equal(journal.complete, true)
    const replay = await replayRun(journal, { guard })
    deepEqual(
      replay.decisions.filter(({ outcome }) => outcome !== 'same'),
      [],
    )
    equal(replay.counts.same, 10)
    equal(replay.determinism, 'deterministic')
    deepEqual(replay.notReplayed, [])
    equal(replay.run?.id, journal.run.run.id)
  })
})

void [ask, rejects, ok, statSync, readFileSync]
