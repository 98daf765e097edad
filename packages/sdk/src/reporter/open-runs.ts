import type { AgentRun } from '@agent-run/types/seal'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { OutboxIncident } from '../outbox/accounting.ts'
import type { OutboxItem } from '../outbox/index.ts'
import type { Announcer, Start } from './announcer.ts'
import type { OpenRunFile, OpenRunFiles } from './open-run-files.ts'
import type { ReporterSettings } from './reporter-options.ts'
import { toBytes, toRunItem, type RunItemKind } from './run-item.ts'
import { hasPath } from './runs-client.ts'

/** What makes the records of a run before it ends. */
export interface RunSource {
  readonly id: string
  /** Its record as running. */
  started(): AgentRun
  /** Its record if it never ends, and why. */
  unfinished(why: string): AgentRun
}

/** What {@link OpenRuns} needs. */
export interface OpenRunsOptions {
  readonly settings: Pick<ReporterSettings, 'announceAfterMs' | 'clock'>
  readonly announcer: Announcer
  /** Absent where nothing is kept on disk. */
  readonly files: OpenRunFiles | undefined
  readonly report: (incident: OutboxIncident) => void
}

interface OpenRun {
  readonly source: RunSource
  cancelTimer: () => void
  start: Start | undefined
  /** Its record as running. */
  body: Uint8Array | undefined
  file: OpenRunFile | undefined
  /** Whether it has been reported as one that never ends, and what knows better must come as an update. */
  givenUp: boolean
}

const MAX_OPEN = 10_000
/** A run that is shorter leaves no trace on disk. */
const KEEP_AFTER_MS = 20
/** Longest time that the disk may take. */
const DISK_MS = 250
/** More than some beats. */
const SILENCE_MS = 60_000

/** The runs that have started and not ended, each with its trace on disk and at the server. */
export class OpenRuns {
  readonly #options: OpenRunsOptions
  readonly #inOwnContext = AsyncLocalStorage.snapshot()
  readonly #runs = new Map<string, OpenRun>()
  #unfinished = 0

  constructor(options: OpenRunsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#runs.size
  }

  /** Runs that were reported as never ended. */
  get unfinished(): number {
    return this.#unfinished
  }

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  /** Notes that a run has started; false when too many are open, and its end will be the first that is heard of it. */
  begin(source: RunSource, afterMs: number | false = this.#options.settings.announceAfterMs): boolean {
    if (this.#runs.has(source.id)) return true
    if (this.#runs.size >= MAX_OPEN) {
      this.#options.report({ kind: 'fault', reason: 'too_many_open_runs', count: 1 })
      return false
    }
    const run: OpenRun = {
      source,
      cancelTimer: () => undefined,
      start: undefined,
      body: undefined,
      file: undefined,
      givenUp: false,
    }
    this.#runs.set(source.id, run)
    const keepAfterMs = Math.min(KEEP_AFTER_MS, afterMs === false ? KEEP_AFTER_MS : afterMs)
    this.#later(run, keepAfterMs, () => {
      this.#keep(run)
      if (afterMs !== false) this.#later(run, afterMs - keepAfterMs, () => this.#announce(run))
    })
    return true
  }

  /** Ends a run; gives the item that its record is to be sent as, and the start that may be under way. */
  end(record: AgentRun): { readonly item: OutboxItem; readonly start?: Start | undefined } {
    const run = this.#runs.get(record.id)
    if (run === undefined) return { item: toRunItem(record, 'agent-run') }
    this.#close(run)
    if (run.givenUp || this.#isDoubtful(run)) return { item: toRunItem(record, 'agent-run.update') }
    return { item: toRunItem(record, kindOf(run.start)), start: run.start }
  }

  /** Removes the trace on disk of a run whose end is safe. */
  forget(id: string): void {
    const run = this.#runs.get(id)
    this.#runs.delete(id)
    // at once: a trace that is left makes the next start ask the server
    if (run?.file !== undefined) this.#options.files?.dropSync(run.file)
  }

  /** Gives the records, as they stand, of runs that will not end: of all that are open, or of those named. */
  giveUp(why: string, ids: Iterable<string> = this.#runs.keys()): readonly OutboxItem[] {
    const items: OutboxItem[] = []
    for (const id of ids) {
      const run = this.#runs.get(id)
      if (run === undefined || run.givenUp) continue
      const record = this.#attempt(() => run.source.unfinished(why))
      if (record === undefined) continue
      run.givenUp = true
      this.#close(run)
      this.#unfinished += 1
      items.push(toRunItem(record, 'agent-run.unfinished'))
    }
    return items
  }

  /** Removes at once the traces on disk of runs that were given up, as their records are safe. */
  dropTraces(items: readonly OutboxItem[]): void {
    for (const { id } of items) {
      const file = this.#runs.get(id)?.file
      if (file !== undefined) this.#options.files?.dropSync(file)
    }
  }

  /** Knows of no run any more. */
  clear(): void {
    this.#runs.clear()
  }

  #keep(run: OpenRun): void {
    const body = this.#attempt(() => toBytes(run.source.started()))
    if (body === undefined) return
    const start: Start = { id: run.source.id, state: 'unknown', ended: false }
    run.start = start
    run.body = body
    run.file = this.#options.files?.keep(start.id, body, () => {
      // the process that took it has told the server
      start.state = 'maybe'
    })
  }

  /** Tells the server, once there is a trace by which the next process can tell it of the end. */
  #announce(run: OpenRun): void {
    const { start, body, file } = run
    if (start === undefined || body === undefined || start.ended || !hasPath(start.id)) return
    let isAnnounced = false
    const announce = (): void => {
      if (!isAnnounced && !start.ended) this.#options.announcer.announce(start, body)
      isAnnounced = true
    }
    if (file === undefined || file.onDisk) return announce()
    file.onSettled = announce
    // a disk that hangs does not hide the run
    this.#later(run, DISK_MS, announce)
  }

  /** Whether another process may have taken this one for dead, as it was silent, and have told the server. */
  #isDoubtful({ file }: OpenRun): boolean {
    return file !== undefined && this.#options.settings.clock.now() - file.seenMs > SILENCE_MS
  }

  #close(run: OpenRun): void {
    run.cancelTimer()
    if (run.start !== undefined) this.#options.announcer.withdraw(run.start)
  }

  #later(run: OpenRun, delayMs: number, action: () => void): void {
    const { clock } = this.#options.settings
    run.cancelTimer = this.#inOwnContext(() => clock.schedule(action, delayMs, false))
  }

  #attempt<Result>(make: () => Result): Result | undefined {
    try {
      return make()
    } catch (cause) {
      this.#options.report({ kind: 'fault', reason: 'record_not_built', count: 1, cause })
      return undefined
    }
  }
}

function kindOf(start: Start | undefined): RunItemKind {
  return start?.state === 'maybe' || start?.state === 'known' ? 'agent-run.update' : 'agent-run'
}
