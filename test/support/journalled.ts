import { AOSInstrument, type AOSOptions, type GuardedRun } from '@aos/sdk'
import {
  createDecisionJournal,
  readJournal,
  type DecisionJournal,
  type Journal,
  type Replay,
  type ReplayAgent,
} from '@aos/sdk/journal'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Registers what judges, on the agent and on its replay. */
export type Guard = (agent: ReplayAgent, given?: { readonly clock: () => number }) => unknown

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'aos-journal-'))

/** Reads all journals of a folder, the run that started first at the front. */
export async function journalsIn(directory: string): Promise<readonly Journal[]> {
  const files = readdirSync(directory).sort()
  return Promise.all(files.map((file) => readJournal(join(directory, file))))
}

/** Lets a function agent run once under a guard, and gives the journals of its runs. */
export async function journalled(
  work: (input: string, aos: GuardedRun) => unknown,
  guard: Guard,
  options: AOSOptions & { readonly input?: string } = {},
): Promise<readonly Journal[]> {
  const { input = 'look for papers', ...others } = options
  const directory = newFolder()
  const journal = createDecisionJournal({ directory })
  const agent = new AOSInstrument(work, { ...others, journal })
  guard(agent as unknown as ReplayAgent)
  await agent(input).catch(() => undefined)
  await closed(journal)
  return journalsIn(directory)
}

/** The same for an agent of which only one run is started. */
export async function journalledOnce(...given: Parameters<typeof journalled>): Promise<Journal> {
  const [journal] = await journalled(...given)
  if (journal === undefined) throw new Error('no run was journalled')
  return journal
}

export async function closed(journal: DecisionJournal): Promise<void> {
  if (!(await journal.close())) throw new Error('the journal could not be written in time')
}

/** What differs, in short, for comparisons. */
export function summary({ decisions }: Replay): readonly string[] {
  return decisions.map(
    ({ name, hook, outcome, why, afterDivergence }) =>
      `${hook} ${name} ${outcome}${why === undefined ? '' : ` ${why}`}${afterDivergence ? ' after' : ''}`,
  )
}
