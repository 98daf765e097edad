import { GuardianAgent, PolicySet, policyFile, type PolicyFactories } from '@aos/guardian'
import { policyKinds } from '@aos/guardian/server'
import { allow, parseHookName, type HookName } from '@aos/sdk'
import { replayRun, type Journal, type ReplayOptions } from '@aos/sdk/journal'
import { loadExport } from '../agents/load-module.ts'
import { CliError, toldError } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { counted } from '../terminal/counted.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { journalFiles, openJournal } from './journals.ts'
import { replayedRun, totalsOf, type ReplayedRun } from './replayed-run.ts'
import { reportText } from './report-text.ts'

/** What `aos backtest` is told by its options. */
export interface BacktestRequest {
  readonly policy: string
  readonly name?: string
  readonly hooks?: string
  readonly guard?: string
}

interface Unread {
  readonly file: string
  readonly error: string
}

/** Replays journals with the policies of a file, and tells run by run what would have been decided otherwise. */
export async function backtest(
  paths: readonly string[],
  request: BacktestRequest,
  context: Context,
): Promise<Answer> {
  // a file that does not hold is told of before anything is replayed
  const factories = await policyKinds()
  const { hash } = policyFile(request.policy, { watch: false, factories })
  const own = request.guard === undefined ? undefined : await ownGuard(request.guard)
  const hooks = hooksOf(request.hooks)
  const files = journalFiles(paths)
  const runs: ReplayedRun[] = []
  const unread: Unread[] = []
  for (const [at, file] of files.entries()) {
    context.progress(`${at} of ${counted(files.length, 'run')} replayed`)
    try {
      const journal = await openJournal(file)
      const guard = guardOf(journal, { request, hooks, own, factories })
      runs.push(replayedRun(file, journal, await replayRun(journal, { guard })))
    } catch (error) {
      unread.push({ file, error: toldError(error).message })
    }
  }
  const totals = totalsOf(runs)
  const isSame =
    totals.changed === 0 && totals.not_reproducible === 0 && runs.every(({ complete }) => complete)
  return {
    exitCode: unread.length > 0 ? EXIT.failed : isSame ? EXIT.ok : EXIT.found,
    json: { policy: { file: request.policy, sha256: hash }, totals, runs, unread },
    text: reportText({ runs, totals, unread }, context.paint),
  }
}

type Guard = ReplayOptions['guard']

interface Guards {
  readonly request: BacktestRequest
  readonly hooks: readonly HookName[] | undefined
  readonly own: Guard | undefined
  readonly factories: PolicyFactories
}

/** A guardian of its own for each run: what others have used up is in the journal. */
function guardOf(journal: Journal, { request, hooks, own, factories }: Guards): Guard {
  const name = request.name ?? guardianName(journal)
  const asked = hooksOfGuardian(journal, name)
  return async (agent, given) => {
    await own?.(agent, given)
    const policies = policyFile(request.policy, { watch: false, factories })
    const guardian = new GuardianAgent({ policies, name, clock: given.clock })
    const bound = hooks ?? new PolicySet(policies.policies).hooks
    guardian.protect(agent, { hooks: bound })
    // where it was asked then, and none of these policies has a say, nothing is in the way
    for (const hook of asked.filter((one) => !bound.includes(one)))
      agent.registerHook(hook, () => allow('no policy objects'), { name })
  }
}

function hooksOfGuardian({ entries }: Journal, name: string): readonly HookName[] {
  const asked = entries.flatMap((entry) =>
    entry.t === 'ask' && entry.handlers.includes(name) ? [entry.hook] : [],
  )
  return [...new Set(asked)]
}

const DEFAULT_NAME = 'guardian'

/** The name under which a guardian decided: its usual one, or the only one there is. */
function guardianName({ entries }: Journal): string {
  const names = new Set(
    entries.flatMap((entry) =>
      entry.t === 'ask' ? entry.handlers : entry.t === 'admit' ? [entry.guard] : [],
    ),
  )
  const [only] = names
  return names.size === 1 && only !== undefined ? only : DEFAULT_NAME
}

function hooksOf(text: string | undefined): readonly HookName[] | undefined {
  try {
    return text?.split(',').map((name) => parseHookName(name.trim()))
  } catch (cause) {
    throw new CliError({ message: toldError(cause).message, fix: toldError(cause).fix, cause })
  }
}

async function ownGuard(module: string): Promise<Guard> {
  const guard = await loadExport(module)
  if (typeof guard === 'function') return guard as Guard
  throw new CliError({
    message: `${module} exports no function that registers handlers`,
    fix: 'Export one: export default (agent, { clock }) => agent.registerHook(…)',
  })
}
