import type { AgentRun } from '@agent-run/types/seal'
import { completeStartedRun } from '../agent-run/build-agent-run.ts'
import { AosError } from '../errors.ts'
import { handleOf } from '../instrument/handle-of.ts'
import { createAccounting, type Accounting, type OutboxIncident } from '../outbox/accounting.ts'
import {
  createOutbox,
  installExitHandlers,
  type FlushResult,
  type Outbox,
  type OutboxItem,
  type OutboxStats,
} from '../outbox/index.ts'
import { createSegmentOwner } from '../outbox/spool-lock.ts'
import { Announcer, type Start } from './announcer.ts'
import { AttachedAgents } from './attached-agents.ts'
import { completeDeadRuns, PROCESS_ENDED } from './complete-dead-runs.ts'
import { isOpenRun } from './dead-runs.ts'
import { RunDelivery } from './deliver-run.ts'
import { OpenRunFiles, type OpenRunFilesOptions } from './open-run-files.ts'
import { OpenRuns } from './open-runs.ts'
import {
  resolveReporterOptions,
  type AgentRunReporterOptions,
  type ReporterSettings,
} from './reporter-options.ts'
import { documentBytes, toDocumentItem, type RunDocumentKind } from './run-document.ts'
import { RunsClient } from './runs-client.ts'

/** What became of the records, and of the runs that are open. */
export interface AgentRunReporterStats extends OutboxStats {
  /** Runs that have started and not ended. */
  readonly open: number
  /** Runs that the server was told of while they were under way. */
  readonly announced: number
  /** Runs that were reported as never ended: of this process, and of those that are gone. */
  readonly unfinished: number
}

const CLOSE_DEADLINE_MS = 5_000
const SWEEP_MS = 60_000
const REPORTER_CLOSED = 'the reporter was closed before the run ended'
const NO_RECORD = 'no record of the end of the run could be made'

/**
 * Brings each run to an agent-run server, durably: a long run is shown while it lasts, a record is retried and kept on
 * disk across the end of the process, and a run whose process is gone is completed by the next reporter.
 */
export class AgentRunReporter {
  readonly #settings: ReporterSettings
  readonly #books: Accounting
  readonly #outbox: Outbox
  readonly #delivery: RunDelivery
  readonly #announcer: Announcer
  readonly #files: OpenRunFiles | undefined
  readonly #open: OpenRuns
  readonly #agents: AttachedAgents
  readonly #uninstall: () => void
  /** Settles when the folder has been looked through for runs of processes that are gone. */
  #taken: Promise<void>
  #cancelSweep = (): void => undefined
  #takenOver = 0
  #closed = false
  #takesOver = true

  /** Throws `invalid_options` for a URL that is no http or https URL, and for options that cannot work. */
  constructor(options: AgentRunReporterOptions) {
    const settings = resolveReporterOptions(options)
    const { name, directory, clock, onReport } = settings
    this.#settings = settings
    this.#books = createAccounting(name, onReport)
    const report = (incident: OutboxIncident): void => this.#books.report(incident)
    const client = new RunsClient(settings)
    const announcer = new Announcer({ client, clock, report })
    const disk = directory === false ? undefined : { directory, owner: createSegmentOwner(), clock, report }
    this.#announcer = announcer
    this.#files = disk && new OpenRunFiles(disk)
    this.#open = new OpenRuns({ settings, announcer, files: this.#files, report })
    this.#delivery = new RunDelivery({
      client,
      startSettled: (id) => announcer.settled(id),
      onNoUpdates: () => announcer.stop(),
      report,
    })
    this.#outbox = createOutbox({
      name,
      directory,
      clock,
      onReport,
      writeAhead: true,
      deliver: (item, signal) => this.#delivery.deliver(item, signal),
    })
    this.#agents = new AttachedAgents({
      started: (source) => this.#closed || this.#open.begin(source),
      ended: (run) => this.report(run),
      closed: (id) => this.#leave(id),
    })
    this.#taken = disk ? this.#sweep(disk) : Promise.resolve()
    this.#uninstall = installExitHandlers({
      flushers: [
        {
          ending: () => this.#giveUp(PROCESS_ENDED),
          flush: (deadlineMs) => this.flush(deadlineMs),
          spoolSync: () => this.#spoolSync(),
          pending: () => this.#outbox.pending(),
        },
      ],
      deadlineMs: settings.exitDeadlineMs,
    })
  }

  /**
   * Reports every run of an instrumented agent that starts from now on; throws `not_instrumented`. Returns how to stop:
   * runs under way are still reported.
   */
  attach(agent: object): () => void {
    const handle = handleOf(agent)
    if (handle === undefined) {
      throw new AosError({
        code: 'not_instrumented',
        message: 'Only an instrumented agent can be reported',
        fix: 'Pass new AOSInstrument(agent).',
      })
    }
    return this.#agents.attach(handle)
  }

  /**
   * Reports one run: its end, or with status `running` or `pending` its start, which is sent at once. False when it could
   * not be taken, which is counted.
   */
  report(run: AgentRun): boolean {
    if (!this.#closed && isOpenRun(run)) return this.#begin(run)
    const { item, start } = this.#open.end(run)
    const taken = this.#enqueue(item, start)
    this.#open.forget(run.id)
    return taken
  }

  /**
   * Sends a document of a run, in the place of the one of its kind: its evidence pack, or the bill of materials of its agent as
   * CycloneDX JSON. False when it could not be taken, which is counted; throws `invalid_options` for what is no document.
   */
  reportDocument(runId: string, kind: RunDocumentKind, document: object): boolean {
    return this.#outbox.enqueue(toDocumentItem(runId, kind, documentBytes(runId, kind, document)))
  }

  stats(): AgentRunReporterStats {
    const stats = this.#outbox.stats()
    const own = this.#books.snapshot(0)
    return {
      ...stats,
      corrupt: stats.corrupt + own.corrupt,
      reasons: { ...stats.reasons, ...own.reasons },
      open: this.#open.size,
      announced: this.#announcer.announced,
      unfinished: this.#open.unfinished + this.#takenOver,
    }
  }

  /** Delivers what has ended, or gives up at the deadline (milliseconds, 5000 by default) and leaves it queued. */
  async flush(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<FlushResult> {
    const startedMs = this.#settings.clock.now()
    await this.#within(this.#taken, deadlineMs)
    return this.#outbox.flush(this.#left(startedMs, deadlineMs))
  }

  /** Reports the runs under way as unfinished, flushes (at most 5000 ms by default), and takes no further runs. */
  async close(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<FlushResult> {
    const startedMs = this.#settings.clock.now()
    if (!this.#closed) {
      this.#closed = true
      this.#agents.detachAll()
      this.#giveUp(REPORTER_CLOSED)
      this.#announcer.stop()
    }
    await this.#within(this.#taken, deadlineMs)
    this.#takesOver = false
    this.#cancelSweep()
    const result = await this.#outbox.close(this.#left(startedMs, deadlineMs))
    this.#announcer.abort()
    this.#open.clear()
    this.#files?.stop()
    this.#uninstall()
    return result
  }

  #begin(run: AgentRun): boolean {
    const { clock } = this.#settings
    const unfinished = (why: string): AgentRun => {
      const nowMs = clock.now()
      return completeStartedRun(run, { lastSeenMs: nowMs, nowMs, why })
    }
    return this.#open.begin({ id: run.id, started: () => run, unfinished }, 0)
  }

  #enqueue(item: OutboxItem, start?: Start): boolean {
    this.#delivery.isNew(item, start)
    return this.#outbox.enqueue(item)
  }

  /** Reports every run that is open as it stands. */
  #giveUp(why: string): void {
    const items = this.#open.giveUp(why)
    this.#open.dropTraces(items.filter((item) => this.#enqueue(item)))
  }

  #spoolSync(): void {
    const items = this.#open.giveUp(PROCESS_ENDED)
    const { dropped } = this.#outbox.stats()
    this.#outbox.spoolSync(items)
    // where not all found room, the next start goes by the traces, and asks the server first
    if (this.#outbox.stats().dropped === dropped) this.#open.dropTraces(items)
    this.#announcer.abort()
  }

  /** Hears that a run has ended: without a record only where none could be made. */
  #leave(id: string): void {
    if (this.#closed || !this.#open.has(id)) return
    for (const item of this.#open.giveUp(NO_RECORD, [id])) this.#enqueue(item)
    this.#open.forget(id)
  }

  /** Completes what processes have left that are gone, now and from time to time. */
  async #sweep(disk: OpenRunFilesOptions): Promise<void> {
    await completeDeadRuns(disk, (item) => this.#takeOver(item))
    if (!this.#takesOver) return
    const again = (): void => void (this.#taken = this.#sweep(disk))
    this.#cancelSweep = disk.clock.schedule(again, SWEEP_MS, false)
  }

  /** Takes the completed record of a run whose process is gone. */
  #takeOver(item: OutboxItem): boolean {
    if (!this.#takesOver || !this.#outbox.enqueue(item)) return false
    this.#takenOver += 1
    return true
  }

  #left(startedMs: number, deadlineMs: number): number {
    return Math.max(0, deadlineMs - (this.#settings.clock.now() - startedMs))
  }

  /** Waits for work, but not longer than this. */
  #within(work: Promise<void>, deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#settings.clock.schedule(resolve, deadlineMs, true)
      void work.finally(() => {
        cancel()
        resolve()
      })
    })
  }
}
