import { readFile } from 'node:fs/promises'
import { AosError } from '../errors.ts'
import { ListReader } from './continued-list.ts'
import type { ChildEntry, EndEntry, JournalEntry, RunEntry } from './entries.ts'
import { entryProblem } from './entry-checks.ts'

/** What was journalled of one run. */
export interface Journal {
  readonly run: RunEntry
  /** All entries in their order, `run` first. */
  readonly entries: readonly JournalEntry[]
  /** Runs that were started inside of this one; each has a file of its own. */
  readonly children: readonly ChildEntry[]
  /** How the run ended; absent where the process ended first, or the run goes on. */
  readonly end?: EndEntry | undefined
  /** Whether the last line is torn. */
  readonly truncated: boolean
  /** Entries that are missing. */
  readonly missing: number
  /** Whether everything is there, from the start of the run to its end. */
  readonly complete: boolean
}

/** Reads the journal of one run from its file; rejects with `invalid_journal` where it is none. */
export async function readJournal(path: string): Promise<Journal> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw invalid('it cannot be read', cause)
  }
  return parseJournal(text)
}

/** Reads the journal of one run from its text; throws `invalid_journal`. A torn last line is left out, and told of. */
export function parseJournal(text: string): Journal {
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  const entries: JournalEntry[] = []
  const lists = new ListReader()
  for (const [at, line] of lines.entries()) {
    const entry = parseLine(line, at + 1)
    const isList = entry.t === 'operation' && entry.kind === 'modelCall'
    entries.push(isList ? { ...entry, value: lists.read(entry.value, entry.n) } : entry)
  }
  return assembled(entries, last !== '')
}

function parseLine(line: string, at: number): JournalEntry {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (cause) {
    throw invalid(`line ${at} is no JSON`, cause)
  }
  const problem = entryProblem(parsed)
  if (problem !== undefined) throw invalid(`line ${at}: ${problem}`)
  return parsed as JournalEntry
}

function assembled(entries: readonly JournalEntry[], truncated: boolean): Journal {
  const [run] = entries
  if (run?.t !== 'run') throw invalid('it does not begin with the start of a run')
  let missing = run.n - 1
  for (const [at, entry] of entries.entries()) {
    const before = entries[at - 1]
    if (before === undefined) continue
    if (entry.t === 'run') throw invalid(`line ${at + 1} starts another run`)
    if (before.t === 'end') throw invalid(`line ${at + 1} comes after the end of the run`)
    if (entry.n <= before.n) throw invalid(`line ${at + 1} has the number of an earlier one`)
    missing += entry.n - before.n - 1
  }
  const last = entries.at(-1)
  const end = last?.t === 'end' ? last : undefined
  missing = Math.max(missing, end?.dropped ?? 0)
  return {
    run,
    entries,
    children: entries.filter((entry) => entry.t === 'child'),
    end,
    truncated,
    missing,
    complete: end !== undefined && missing === 0,
  }
}

function invalid(problem: string, cause?: unknown): AosError {
  return new AosError({
    code: 'invalid_journal',
    message: `This is no decision journal: ${problem}`,
    why: 'A replay of something else would prove nothing.',
    fix: 'Give it a file <runId>.jsonl as createDecisionJournal writes it, unchanged.',
    cause,
  })
}
