import type { RecordReference, RunRecord, Sink, StepRecord } from '@aos/sdk'
import { installExitHandlers, type OutboxStats } from '@aos/sdk/outbox'
import type { PeacRecord } from '../issue.ts'
import { resolveProjection } from './projection-options.ts'
import { checkRecorderOptions, type PeacRecorderOptions } from './recorder-options.ts'
import { RecordFiles, type FileCounts } from './record-files.ts'
import { RecordPost } from './record-post.ts'
import { projectStep } from './to-peac-records.ts'

/** What a recorder has done. */
export interface PeacRecorderStats {
  /** Records that were signed, by the last part of their type. */
  readonly signed: Readonly<Record<string, number>>
  /** Steps of which no record could be made. */
  readonly failed: number
  /** Records whose `onRecord` threw. */
  readonly unheard: number
  /** How often what went wrong, by what it was. */
  readonly reasons: Readonly<Record<string, number>>
  readonly files: FileCounts
  /** What became of the records that are posted; absent without `endpoint`. */
  readonly posts?: OutboxStats
}

/** A sink that signs what agents do. */
export interface PeacRecorder extends Sink {
  attest(step: StepRecord, run: RunRecord): readonly RecordReference[]
  flush(deadlineMs?: number): Promise<void>
  close(deadlineMs?: number): Promise<void>
  stats(): PeacRecorderStats
}

const DEADLINE_MS = 5_000
const MAX_REASONS = 100
const REPORT_THREW = 'onReport threw'

/**
 * Signs the actions of the agents it is given to as a sink, each at the moment its step ends, so that the address of the
 * record is on the span and in every other output. Throws `invalid_options`.
 */
export function createPeacRecorder(options: PeacRecorderOptions): PeacRecorder {
  checkRecorderOptions(options)
  const settings = resolveProjection(options)
  const books = new Books(options.onReport)
  const outputs = outputsOf(options, (problem) => books.report(problem))
  const { files, post } = outputs
  const flush = async (deadlineMs: number = DEADLINE_MS): Promise<void> => {
    files.writeAll()
    await post?.flush(deadlineMs)
  }
  // where nothing is kept, nothing is left to save
  const isKept = [options.directory, options.file, options.endpoint].some((target) => target !== undefined)
  const uninstall = isKept ? atExit(outputs, flush) : () => undefined
  return {
    name: 'peac',
    accept: () => undefined,
    attest(step, run) {
      const records = books.counted(() => projectStep(step, run, settings))
      for (const record of records) {
        books.tell(options.onRecord, record)
        if (options.directory !== undefined || options.file !== undefined) files.take(record)
        post?.take(record)
      }
      return referencesOf(records)
    },
    flush,
    async close(deadlineMs = DEADLINE_MS) {
      files.writeAll()
      await post?.close(deadlineMs)
      uninstall()
    },
    stats: () => ({
      ...books.get(),
      files: files.counts(),
      ...(post === undefined ? {} : { posts: post.stats() }),
    }),
  }
}

interface Outputs {
  readonly files: RecordFiles
  readonly post: RecordPost | undefined
}

function outputsOf(options: PeacRecorderOptions, report: (problem: string) => void): Outputs {
  const { directory, file, endpoint, headers = {}, spool, fetch = globalThis.fetch } = options
  const post =
    endpoint === undefined ? undefined : new RecordPost({ endpoint, headers, spool, fetch, report })
  return { files: new RecordFiles({ directory, file, report }), post }
}

function atExit({ files, post }: Outputs, flush: (deadlineMs: number) => Promise<void>): () => void {
  const spoolSync = (): void => {
    files.writeAll()
    post?.spoolSync()
  }
  const pending = (): number => files.counts().queued + (post?.pending() ?? 0)
  return installExitHandlers({ flushers: [{ flush, spoolSync, pending }], deadlineMs: DEADLINE_MS })
}

class Books {
  readonly #onReport: ((problem: string) => void) | undefined
  readonly #signed: Record<string, number> = {}
  readonly #reasons = new Map<string, number>()
  #failed = 0
  #unheard = 0

  constructor(onReport: ((problem: string) => void) | undefined) {
    this.#onReport = onReport
  }

  counted(project: () => readonly PeacRecord[]): readonly PeacRecord[] {
    try {
      const records = project()
      for (const { claims } of records) {
        const kind = kindOf(claims.type)
        this.#signed[kind] = (this.#signed[kind] ?? 0) + 1
      }
      return records
    } catch (error) {
      this.#failed += 1
      this.report(`a step has no record: ${error instanceof Error ? error.message : 'unknown error'}`)
      return []
    }
  }

  tell(onRecord: PeacRecorderOptions['onRecord'], record: PeacRecord): void {
    try {
      onRecord?.(record)
    } catch (error) {
      this.#unheard += 1
      this.report(`onRecord threw: ${error instanceof Error ? error.message : 'unknown error'}`)
    }
  }

  report(problem: string): void {
    const known = this.#reasons.get(problem)
    if (known === undefined && this.#reasons.size >= MAX_REASONS) return
    this.#reasons.set(problem, (known ?? 0) + 1)
    if (known !== undefined) return
    try {
      this.#onReport?.(problem)
    } catch {
      this.#reasons.set(REPORT_THREW, (this.#reasons.get(REPORT_THREW) ?? 0) + 1)
    }
  }

  get(): Pick<PeacRecorderStats, 'signed' | 'failed' | 'unheard' | 'reasons'> {
    const reasons = Object.fromEntries(this.#reasons)
    return { signed: { ...this.#signed }, failed: this.#failed, unheard: this.#unheard, reasons }
  }
}

/** The record that says most about a step comes first: its address goes on the span. */
const RANK = ['invoked', 'denied', 'timed-out', 'cancelled', 'delegated', 'approved'].map(
  (kind) => `agent-action-${kind}-observed`,
)

function referencesOf(records: readonly PeacRecord[]): readonly RecordReference[] {
  const rank = ({ kind = '' }: RecordReference): number => {
    const place = RANK.indexOf(kind)
    return place === -1 ? RANK.length : place
  }
  return records
    .map(({ ref, claims }): RecordReference => ({
      format: 'peac',
      id: claims.jti,
      ref,
      kind: kindOf(claims.type),
    }))
    .toSorted((one, other) => rank(one) - rank(other))
}

function kindOf(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1)
}
