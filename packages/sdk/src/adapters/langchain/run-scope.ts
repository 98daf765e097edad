import type { AdapterHost } from '../../instrument/adapter.ts'
import type { InstrumentCore, RunCall } from '../../instrument/core.ts'
import { inOpenRun, runTurn } from '../../run/boundary.ts'
import { currentRun } from '../../run/current-run.ts'
import { GuardedRun } from '../../run/guarded-run.ts'
import type { Run } from '../../run/run.ts'
import type { ConfigShape } from './shapes.ts'
import { Readership } from './stream-end.ts'
import { ToolCalls } from './tool-calls.ts'
import { UserMessages } from './user-messages.ts'

/** What the seams of one run share. LangChain's own configuration carries it from call to call. */
export class RunScope {
  readonly run: Run
  readonly aos: GuardedRun
  readonly calls: ToolCalls
  readonly users: UserMessages
  /** Where what the agent says is judged: when the model answers, or when an agent has made sense of that. */
  texts: 'model' | 'agent' = 'model'
  /** Texts that may leave, as they were decided. */
  readonly said: Set<string> = new Set()

  private constructor(run: Run) {
    this.run = run
    this.aos = new GuardedRun(run)
    this.calls = new ToolCalls(run)
    this.users = new UserMessages(this.aos)
  }

  static of(run: Run): RunScope {
    const known = SCOPES.get(run)
    if (known !== undefined) return known
    const scope = new RunScope(run)
    SCOPES.set(run, scope)
    return scope
  }
}

/** How an entry point says for which view of an agent the run is, for whom, and inside of which other run. */
export class EntryCall {
  readonly host: AdapterHost
  readonly call: RunCall | undefined
  readonly outer: RunScope | undefined

  constructor(host: AdapterHost, config: unknown, call?: RunCall) {
    const carried = carriedBy(config)
    this.host = host
    this.call = call
    this.outer = carried instanceof EntryCall ? carried.outer : carried
  }
}

const SCOPES = new WeakMap<Run, RunScope>()

// a symbol: LangChain copies it from call to call, and neither prints nor stores it
const CARRIED: unique symbol = Symbol.for('aos.langchain/1') as never

const READ_BY: unique symbol = Symbol.for('aos.langchain.readership/1') as never

/** How the stream of a call is read, where that is known. */
export function readershipOf(config: unknown): Readership | undefined {
  const readership = (config as ConfigShape | undefined)?.configurable?.[READ_BY]
  return readership instanceof Readership ? readership : undefined
}

/** The same configuration, saying how its stream is read. */
export function readBy(config: unknown, readership: Readership | undefined): ConfigShape {
  const given = (config ?? {}) as ConfigShape
  return { ...given, configurable: { ...given.configurable, [READ_BY]: readership } }
}

/** What a configuration carries of ours. */
export function carriedBy(config: unknown): RunScope | EntryCall | undefined {
  const carried = (config as ConfigShape | undefined)?.configurable?.[CARRIED]
  return carried instanceof RunScope || carried instanceof EntryCall ? carried : undefined
}

/** The same configuration, carrying ours. */
export function carrying(config: unknown, carried: RunScope | EntryCall): ConfigShape {
  const given = (config ?? {}) as ConfigShape
  return { ...given, configurable: { ...given.configurable, [CARRIED]: carried } }
}

/** The run that a configuration carries, else the one around. */
export function runAround(config: unknown): Run | undefined {
  const carried = carriedBy(config)
  return carried instanceof RunScope ? carried.run : currentRun()?.run
}

/**
 * Runs work in the run that a bound object belongs to: the one its configuration carries, else the one around it,
 * else an implicit run. A run of the same instrument is meant; one of another is what it is inside of.
 */
export function inScope<T>(
  core: InstrumentCore,
  config: unknown,
  work: (scope: RunScope) => Promise<T>,
): Promise<T> {
  const carried = carriedBy(config)
  const given = carried instanceof RunScope ? carried.run : undefined
  const run = nearest(given, core) ?? nearest(currentRun()?.run, core)
  if (run !== undefined) return inOpenRun(run, (open) => work(RunScope.of(open)))
  const implicit = (): Promise<T> => {
    const started = core.startRun({})
    return runTurn(started, () => work(RunScope.of(started)))
  }
  return given === undefined || given.state === 'closed' ? implicit() : given.enter(implicit)
}

function nearest(run: Run | undefined, core: InstrumentCore): Run | undefined {
  for (let one = run; one !== undefined; one = one.parent) if (one.core === core) return one
  return undefined
}

/** The name of the conversation that a configuration gives. */
export function threadOf(options: ConfigShape | undefined): string | undefined {
  const thread = options?.configurable?.['thread_id']
  return typeof thread === 'string' || typeof thread === 'number' ? String(thread) || undefined : undefined
}
