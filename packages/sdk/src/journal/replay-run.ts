import type { AgentRun } from '@agent-run/types'
import { context, ProxyTracerProvider, ROOT_CONTEXT } from '@opentelemetry/api'
import { AosError } from '../errors.ts'
import type { AgentDescription, Adapter } from '../instrument/adapter.ts'
import type { RunCall } from '../instrument/core.ts'
import { handleOf } from '../instrument/handle-of.ts'
import type { AOSHandle } from '../instrument/handle.ts'
import { instrumentBy } from '../instrument/instrument.ts'
import type { AOSOptions } from '../instrument/options.ts'
import type { UserInfo } from '../hooks/hook-context.ts'
import { processState } from '../process-state.ts'
import type { Run } from '../run/run.ts'
import type { RecordedOptions, RunEntry } from './entries.ts'
import type { Journal } from './read-journal.ts'
import { valueOf } from './recorded-value.ts'
import { ReplayDriver, type NotReplayed } from './replay-driver.ts'
import { planOf } from './replay-plan.ts'
import { ReplayTap } from './replay-tap.ts'
import type { ReplayedDecision } from './replayed-decision.ts'

/** The agent of a replay: it takes handlers and guards as any instrumented agent does. */
export type ReplayAgent = AOSHandle<object>

/** How a run is replayed. */
export interface ReplayOptions {
  /** Registers what is to judge the run; `clock` gives the recorded time, for policies that look at theirs. */
  readonly guard: (agent: ReplayAgent, given: { readonly clock: () => number }) => unknown
  /** Options in place of the recorded ones. */
  readonly options?: Omit<AOSOptions, 'journal' | 'clock' | 'newId' | 'onApproval' | 'price'> | undefined
}

/** How far a replay is what happened (Agent Evidence, replay case, `determinism`). */
export type Determinism = 'deterministic' | 'approximate' | 'non_deterministic' | 'unavailable'

/** What came of a replay. */
export interface Replay {
  /** The replayed run; absent where its journal holds no operation. */
  readonly run: AgentRun | undefined
  /** Each decision of either run, in the order of the recorded one. */
  readonly decisions: readonly ReplayedDecision[]
  readonly counts: Readonly<Record<ReplayedDecision['outcome'], number>>
  /** Effects, inputs and results that the replay could not do or know. */
  readonly notReplayed: readonly NotReplayed[]
  readonly determinism: Determinism
}

/**
 * Runs a journalled run once more through the gate, with other handlers or the same: recorded time, ids, states and
 * approvals, and recorded results in the place of all effects, so that nothing is executed and nobody is asked.
 */
export async function replayRun(journal: Journal, options: ReplayOptions): Promise<Replay> {
  if (typeof Reflect.get(Object(options) as object, 'guard') !== 'function') throw noGuard()
  // whoever replays a run inside of another one, or of a span, adds nothing to it
  return processState.ambient.run({}, () => context.with(ROOT_CONTEXT, () => replay(journal, options)))
}

async function replay(journal: Journal, { guard, options }: ReplayOptions): Promise<Replay> {
  const plan = planOf(journal.entries)
  const tap = new ReplayTap(journal, plan)
  const costs: { next: number | undefined } = { next: undefined }
  const agent = instrumentBy(STAND_IN, replayAdapter(journal.run), {
    ...recordedOptions(journal.run),
    tracerProvider: new ProxyTracerProvider(),
    ...options,
    journal: tap,
    clock: tap.clock,
    newId: tap.newId,
    price: () => costs.next,
  })
  await guard(agent, { clock: tap.clock })
  const runs: AgentRun[] = []
  agent.on('run', (run) => runs.push(run))
  const driver = new ReplayDriver({
    plan,
    tap,
    run: startRun(agent, journal.run, tap),
    setCost: (costUsd) => {
      costs.next = costUsd
    },
  })
  for (const entry of journal.entries) await driver.replay(entry)
  driver.close()
  const { decisions } = tap
  const { notReplayed } = driver
  const hasOperations = plan.operations.length > 0
  return {
    run: hasOperations ? runs[0] : undefined,
    decisions,
    counts: countsOf(decisions),
    notReplayed,
    determinism: hasOperations ? determinismOf(journal, decisions, notReplayed) : 'unavailable',
  }
}

const STAND_IN = (): undefined => undefined

function recordedOptions({ run, options }: RunEntry): AOSOptions {
  const { id, name, version, provider } = run.agent
  return {
    ...knownOptions(options),
    agent: { id, name, ...(version && { version }), ...(provider && { provider }) },
  }
}

const OPTION_NAMES: readonly (keyof RecordedOptions)[] = [
  'retrievalModify',
  'onDeny',
  'notice',
  'toolKinds',
  'limits',
  'handlerTimeoutMs',
  'approvalTimeoutMs',
  'requiredHooks',
]

function knownOptions(given: RecordedOptions): RecordedOptions {
  const known: [string, unknown][] = OPTION_NAMES.map((name) => [name, given[name]])
  return Object.fromEntries(known.filter(([, value]) => value !== undefined))
}

function replayAdapter({ run }: RunEntry): Adapter {
  const at = run.runtime.lastIndexOf('@')
  const description: AgentDescription = {
    framework: at < 0 ? run.runtime : run.runtime.slice(0, at),
    frameworkVersion: at < 0 ? undefined : run.runtime.slice(at + 1),
    components: [],
    coverage: [],
  }
  return {
    name: 'replay',
    recognises: () => false,
    describe: () => description,
    bind: () => ({ members: {}, run: () => Promise.reject(new TypeError('a replay is not run by hand')) }),
  }
}

function startRun(agent: object, { run }: RunEntry, tap: ReplayTap): Run {
  const handle = handleOf(agent)
  if (handle === undefined) throw new TypeError('the agent of a replay is an instrumented one')
  const { session, user, parentRunId, trigger, model, provider, tools, config } = run
  const ids = [...(session.generated ? [session.id] : []), run.id, run.turnId]
  tap.prepare(run.startedAt, ids)
  const call: RunCall = {
    ...(session.generated ? {} : { session: session.id }),
    ...(user && { user: valueOf(user) as UserInfo }),
    ...(trigger && { trigger }),
    ...(parentRunId !== undefined && { remote: { runId: parentRunId } }),
    ...(config && { config: () => valueOf(config) }),
    model,
    provider,
    tools,
  }
  return handle.core.startRun({}, call)
}

function countsOf(decisions: readonly ReplayedDecision[]): Replay['counts'] {
  const counts = { same: 0, different: 0, not_reproducible: 0 }
  for (const { outcome } of decisions) counts[outcome]++
  return counts
}

function determinismOf(
  journal: Journal,
  decisions: readonly ReplayedDecision[],
  notReplayed: readonly NotReplayed[],
): Determinism {
  if (decisions.some(({ outcome }) => outcome === 'different')) return 'non_deterministic'
  const isKnown = decisions.every(
    ({ outcome, unknownStates }) => outcome === 'same' && unknownStates.length === 0,
  )
  // runs inside of this one have journals of their own
  const isWhole = notReplayed.every(({ stepId }) => stepId === undefined)
  return isKnown && isWhole && journal.complete ? 'deterministic' : 'approximate'
}

function noGuard(): AosError {
  return new AosError({
    code: 'invalid_options',
    message: 'replayRun needs guard, a function that registers what is to judge the run',
    fix: 'Pass replayRun(journal, { guard: (agent) => guardian.protect(agent) }).',
  })
}
