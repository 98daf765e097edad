import type { AgentRun } from '@agent-run/types/seal'
import { lstat, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { OutboxIncident } from '../outbox/accounting.ts'
import { readPrivateFile } from '../outbox/spool-files.ts'
import { isOwnerAlive, type SegmentOwner } from '../outbox/spool-lock.ts'
import { fromOpenRunFile, withOwner } from './open-run-name.ts'
import {
  codeOf,
  isMissing,
  MAX_FILE_BYTES,
  OPEN_RUNS_FOLDER,
  type OpenRunFilesOptions,
} from './open-run-files.ts'

/** A run whose process ended before it did. */
export interface DeadRun {
  readonly run: AgentRun
  /** The last moment at which the process is known to have lived. */
  readonly lastSeenMs: number
  /** Removes its trace, as what is known of it is safe elsewhere. */
  readonly done: () => Promise<void>
  /** Leaves its trace to whoever comes next. */
  readonly giveBack: () => Promise<void>
}

const MAX_FILES = 10_000
/** Silence after which a process that cannot be looked at is taken to be gone: several beats. */
const LEASE_MS = 120_000
const MAX_AGE_MS = 7 * 86_400_000

/** Takes over, one after the other, the open runs of processes that are gone; no two processes get the same one. */
export async function* claimDeadRuns(options: OpenRunFilesOptions): AsyncGenerator<DeadRun> {
  const directory = join(options.directory, OPEN_RUNS_FOLDER)
  const names = await attempt(options, () => readdir(directory))
  for (const name of (names ?? []).toSorted().slice(0, MAX_FILES)) {
    const found = await attempt(options, () => claim(directory, name, options))
    if (found !== undefined) yield found
  }
}

async function claim(
  directory: string,
  file: string,
  options: OpenRunFilesOptions,
): Promise<DeadRun | undefined> {
  const { owner: self, clock, report } = options
  const parsed = fromOpenRunFile(file)
  if (parsed === undefined) return undefined
  const from = join(directory, file)
  const stats = await lstat(from)
  const lastSeenMs = stats.mtimeMs
  if (isHeld(parsed.owner, self, clock.now() - lastSeenMs)) return undefined
  if (!parsed.isWhole) {
    // its run had just begun, and nobody was told of it
    await unlink(from)
    return undefined
  }
  const path = join(directory, withOwner(parsed.name, self))
  // the file keeps its time, which is all that is known of the end
  await rename(from, path)
  const done = (): Promise<void> => attempt(options, () => unlink(path)).then(() => undefined)
  if (clock.now() - lastSeenMs > MAX_AGE_MS) {
    report({ kind: 'expired', reason: 'open_run_too_old', count: 1 })
    await done()
    return undefined
  }
  const run = read(path)
  if (run === undefined) {
    report({ kind: 'corrupt', reason: 'open_run', count: 1 })
    await done()
    return undefined
  }
  const giveBack = (): Promise<void> => attempt(options, () => rename(path, from)).then(() => undefined)
  return { run, lastSeenMs, done, giveBack }
}

function isHeld(owner: SegmentOwner, self: SegmentOwner, untouchedMs: number): boolean {
  return owner.instance === self.instance || isOwnerAlive(owner, untouchedMs, LEASE_MS)
}

function read(path: string): AgentRun | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(readPrivateFile(path, MAX_FILE_BYTES)).toString('utf8'))
    return isOpenRun(value) ? value : undefined
  } catch {
    // the caller counts it
    return undefined
  }
}

/** Whether a value has the parts of a record that completing it needs. */
export function isOpenRun(value: unknown): value is AgentRun {
  if (typeof value !== 'object' || value === null) return false
  const { id, agent_id, status, started_at, steps, cost, provenance } = value as Partial<
    Record<keyof AgentRun, unknown>
  >
  return (
    [id, agent_id, started_at].every((text) => typeof text === 'string' && text !== '') &&
    (status === 'running' || status === 'pending') &&
    !Number.isNaN(Date.parse(String(started_at))) &&
    Array.isArray(steps) &&
    [cost, provenance].every((part) => typeof part === 'object' && part !== null)
  )
}

async function attempt<Result>(
  { report }: { readonly report: (incident: OutboxIncident) => void },
  action: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await action()
  } catch (cause) {
    // another process was faster, or there is no folder yet
    if (!isMissing(cause)) report({ kind: 'fault', reason: `open_runs_${codeOf(cause)}`, count: 1, cause })
    return undefined
  }
}
