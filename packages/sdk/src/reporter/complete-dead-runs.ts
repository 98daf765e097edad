import { completeStartedRun } from '../agent-run/build-agent-run.ts'
import type { OutboxItem } from '../outbox/index.ts'
import { claimDeadRuns, type DeadRun } from './dead-runs.ts'
import type { OpenRunFilesOptions } from './open-run-files.ts'
import { toRunItem } from './run-item.ts'

/** Why a run has no end of its own. */
export const PROCESS_ENDED = 'the process ended before the run did'

/** Completes the runs of processes that are gone, for as long as their records are accepted; never rejects. */
export async function completeDeadRuns(
  options: OpenRunFilesOptions,
  accept: (item: OutboxItem) => boolean,
): Promise<void> {
  try {
    for await (const dead of claimDeadRuns(options)) {
      const item = toItem(dead, options)
      if (item !== undefined && !accept(item)) {
        await dead.giveBack()
        return
      }
      await dead.done()
    }
  } catch (cause) {
    options.report({ kind: 'fault', reason: 'open_runs_unknown', count: 1, cause })
  }
}

function toItem(
  { run, lastSeenMs }: DeadRun,
  { clock, report }: OpenRunFilesOptions,
): OutboxItem | undefined {
  try {
    const record = completeStartedRun(run, { lastSeenMs, nowMs: clock.now(), why: PROCESS_ENDED })
    return toRunItem(record, 'agent-run.unfinished')
  } catch (cause) {
    report({ kind: 'corrupt', reason: 'open_run', count: 1, cause })
    return undefined
  }
}
