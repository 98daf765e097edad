import { guardRefusal } from './admission-guard.ts'
import type { Component } from '../events/event.ts'
import type { InstrumentCore } from '../instrument/core.ts'
import type { Operation } from './operation.ts'
import type { Run } from './run.ts'

/** Why an operation may not start, before any hook is asked. */
export interface Refusal {
  readonly code: string
  readonly reason: string
  /** The guard that refused; none where it is the core itself. */
  readonly by?: string | undefined
}

/** What forbids an operation now: kill switch, disabled component, budgets, of the run and of those it runs inside of. */
export function standingRefusal(run: Run, operation: Operation): Refusal | undefined {
  for (let current: Run | undefined = run; current !== undefined; current = current.parent) {
    const refusal = refusalIn(current, operation, run)
    if (refusal !== undefined) return refusal
  }
  return operation.refusal
}

/** What has stopped an operation since it began, so that nothing it brings back may be used. */
export function stoppedSince(run: Run, { component }: Operation): Refusal | undefined {
  for (let current: Run | undefined = run; current !== undefined; current = current.parent) {
    const refusal = stopIn(current.core, component)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Waits until the first use of a new component is admitted; nothing to wait for gives `undefined` at once. */
export function admission(run: Run, operation: Operation): Promise<Refusal | undefined> | undefined {
  const { component } = operation
  if (component === undefined) return undefined
  for (let current: Run | undefined = run; current !== undefined; current = current.parent) {
    const pending = current.core.components.admit(component, current)
    if (pending !== undefined) return admitted(pending, current, operation)
  }
  return undefined
}

async function admitted(
  pending: Promise<string | undefined>,
  run: Run,
  operation: Operation,
): Promise<Refusal | undefined> {
  const problem = await pending
  if (problem !== undefined) return { code: 'component_refused', reason: problem }
  const outer = run.parent === undefined ? undefined : await admission(run.parent, operation)
  return outer ?? standingRefusal(run, operation)
}

function refusalIn(run: Run, operation: Operation, judged: Run): Refusal | undefined {
  return (
    stopIn(run.core, operation.component) ??
    overBudget(run, operation) ??
    guardRefusal(run, operation, judged.tap)
  )
}

function stopIn(core: InstrumentCore, component: Component | undefined): Refusal | undefined {
  if (core.killed !== undefined)
    return { code: 'kill_switch', reason: `the agent was stopped: ${core.killed}` }
  return component !== undefined && core.components.isDisabled(component.id)
    ? { code: 'component_disabled', reason: `${component.id} is disabled` }
    : undefined
}

function overBudget(run: Run, { kind }: Operation): Refusal | undefined {
  const { limits } = run.core.options
  if (limits === undefined) return undefined
  const { spent } = run.totals
  const over = (what: string, used: number, limit: number | undefined): Refusal | undefined =>
    limit !== undefined && used >= limit
      ? { code: 'budget_exceeded', reason: `the run may use ${limit} ${what}` }
      : undefined
  const elapsed = run.core.now() - run.startedAt
  if (limits.durationMs !== undefined && elapsed > limits.durationMs) {
    return { code: 'budget_exceeded', reason: `the run may take ${limits.durationMs} ms` }
  }
  if (kind === 'toolCall') return over('tool calls', spent.toolCalls, limits.toolCalls)
  if (kind !== 'modelCall') return undefined
  return (
    over('model calls', spent.modelCalls, limits.modelCalls) ?? over('tokens', spent.tokens, limits.tokens)
  )
}
