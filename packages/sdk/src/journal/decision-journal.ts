import { diag } from '@opentelemetry/api'
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AosError } from '../errors.ts'
import { settleWithin } from '../hooks/deadline.ts'
import { installExitHandlers } from '../outbox/exit-handlers.ts'
import type { Run } from '../run/run.ts'
import type { RunJournal, RunTap } from '../run/run-tap.ts'
import { JournalFile, type JournalAccount } from './journal-file.ts'
import { RunRecorder } from './run-recorder.ts'

/** Options of {@link createDecisionJournal}. */
export interface DecisionJournalOptions {
  /** Folder of the files, made with mode 0700 where there is none. */
  readonly directory: string
  /** Most bytes of one run's file; default 256 MiB. What comes later is dropped and counted. */
  readonly maxFileBytes?: number | undefined
  /** Most bytes that wait to be written, of all runs together; default 32 MiB. */
  readonly maxQueueBytes?: number | undefined
}

/** What has become of the entries of a journal. */
export interface JournalStats {
  readonly runs: number
  readonly openRuns: number
  readonly entries: number
  readonly bytes: number
  readonly queuedBytes: number
  /** Entries that are in no file. */
  readonly dropped: number
  readonly failedFiles: number
}

/** Keeps, exactly and on this machine only, everything that decisions of runs depend on; given as `journal` to an instrument. */
export interface DecisionJournal extends RunJournal {
  stats(): JournalStats
  /** Path of a run's file. */
  pathOf(runId: string): string
  /** Writes what waits; false where the deadline (milliseconds, default 5000) passed first. */
  flush(deadlineMs?: number): Promise<boolean>
  /** The same, and takes up no further run. */
  close(deadlineMs?: number): Promise<boolean>
}

const DEADLINE_MS = 5000
const MIB = 1024 * 1024

/**
 * Makes a decision journal: one file `<runId>.jsonl` for each run, mode 0600, with the exact values that were judged.
 * They are not redacted, so they never go to sinks or exporters. Throws `invalid_options`.
 */
export function createDecisionJournal(options: DecisionJournalOptions): DecisionJournal {
  const { directory, maxFileBytes, maxQueueBytes } = readOptions(options)
  const reported = new Set<string>()
  const account: JournalAccount = {
    maxFileBytes,
    maxQueueBytes,
    queuedBytes: 0,
    entries: 0,
    bytes: 0,
    dropped: 0,
    failedFiles: 0,
    report(problem, cause) {
      if (reported.has(problem)) return
      reported.add(problem)
      diag.warn(`aos: decision journal: ${problem}`, ...(cause instanceof Error ? [cause.message] : []))
    },
  }
  return new Journal(directory, account)
}

class Journal implements DecisionJournal {
  readonly #directory: string
  readonly #account: JournalAccount
  readonly #files = new Set<JournalFile>()
  #runs = 0
  #openRuns = 0
  #closed = false
  #uninstall: (() => void) | undefined

  constructor(directory: string, account: JournalAccount) {
    this.#directory = directory
    this.#account = account
  }

  open(run: Run): RunTap {
    const file = new JournalFile(this.pathOf(run.id), this.#account)
    if (this.#closed) file.refuse()
    else this.#add(file)
    this.#runs++
    this.#openRuns++
    return new RunRecorder(run, file, () => {
      this.#openRuns--
      void file.idle().then(() => this.#files.delete(file))
    })
  }

  #add(file: JournalFile): void {
    this.#files.add(file)
    this.#uninstall ??= installExitHandlers({ flushers: [this.#flusher()], deadlineMs: DEADLINE_MS })
  }

  #flusher(): Parameters<typeof installExitHandlers>[0]['flushers'][number] {
    return {
      flush: (deadlineMs) => this.flush(deadlineMs),
      spoolSync: () => {
        for (const file of this.#files) file.writeNow()
      },
      pending: () => this.#account.queuedBytes,
    }
  }

  stats(): JournalStats {
    const { entries, bytes, queuedBytes, dropped, failedFiles } = this.#account
    return { runs: this.#runs, openRuns: this.#openRuns, entries, bytes, queuedBytes, dropped, failedFiles }
  }

  pathOf(runId: string): string {
    // ids can be the user's own, and need not be names of files
    const isName = /^[\w-]{1,128}$/.test(runId)
    const name = isName ? runId : createHash('sha256').update(String(runId)).digest('hex')
    return join(this.#directory, `${name}.jsonl`)
  }

  async flush(deadlineMs: number = DEADLINE_MS): Promise<boolean> {
    const idle = Promise.all(Array.from(this.#files, (file) => file.idle()))
    return !(await settleWithin(idle, deadlineMs, () => undefined)).timedOut
  }

  async close(deadlineMs: number = DEADLINE_MS): Promise<boolean> {
    this.#closed = true
    const flushed = await this.flush(deadlineMs)
    this.#uninstall?.()
    this.#uninstall = undefined
    return flushed
  }
}

function readOptions(options: DecisionJournalOptions): {
  readonly directory: string
  readonly maxFileBytes: number
  readonly maxQueueBytes: number
} {
  for (const key of Object.keys(Object(options) as object))
    if (!Object.hasOwn(CHECKS, key)) throw invalid(key, `unknown; known: ${Object.keys(CHECKS).join(', ')}`)
  for (const [key, expected] of Object.entries(CHECKS)) {
    const problem = expected(Reflect.get(Object(options) as object, key))
    if (problem !== undefined) throw invalid(key, problem)
  }
  const directory = resolve(options.directory)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw invalid('directory', 'a folder that can be made or written to', cause)
  }
  const { maxFileBytes = 256 * MIB, maxQueueBytes = 32 * MIB } = options
  return { directory, maxFileBytes, maxQueueBytes }
}

const isBytes = (value: unknown): string | undefined =>
  value === undefined || (Number.isSafeInteger(value) && (value as number) >= 4096)
    ? undefined
    : 'a whole number of bytes, at least 4096'

const CHECKS: { readonly [Key in keyof DecisionJournalOptions]-?: (value: unknown) => string | undefined } = {
  directory: (value) => (typeof value === 'string' && value !== '' ? undefined : 'the path of a folder'),
  maxFileBytes: isBytes,
  maxQueueBytes: isBytes,
}

function invalid(key: string, expected: string, cause?: unknown): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `Option ${key} of createDecisionJournal must be ${expected}`,
    why: 'A journal that is kept elsewhere, or not at all, would be missed only when a run is to be replayed.',
    fix: "Pass createDecisionJournal({ directory: '/var/lib/my-agent/journal' }).",
    cause,
  })
}
