import type { Operation } from '../run/operation.ts'
import type { Run } from '../run/run.ts'
import type { Step } from '../run/step.ts'
import type { NewEntry, OperationEntry, RecordedOptions, RecordedValue } from './entries.ts'
import { recordedValue } from './recorded-value.ts'

/** What a run starts with, as its journal tells it. */
export function runEntry(run: Run): NewEntry {
  const { core, info, user } = run
  return {
    t: 'run',
    run: {
      id: run.id,
      turnId: run.turnId,
      parentRunId: run.parentRunId,
      parentStepId: run.parentStep?.id,
      session: run.session,
      user: user === undefined ? undefined : recordedUser(user),
      agent: core.agent,
      trigger: info.trigger,
      model: info.model,
      provider: info.provider,
      tools: info.tools,
      config: info.config === undefined ? undefined : recordedConfig(info.config),
      runtime: core.runtime,
      startedAt: run.startedAt,
    },
    options: recordedOptions(run),
  }
}

function recordedUser(user: NonNullable<Run['user']>): RecordedValue {
  const whole = recordedValue(user)
  if ('json' in whole) return whole
  // what JSON cannot hold of it is left out
  const members = Object.entries(user).map(([key, value]) => [key, recordedValue(value)] as const)
  return {
    json: Object.fromEntries(members.flatMap(([key, value]) => ('json' in value ? [[key, value.json]] : []))),
  }
}

function recordedConfig(config: () => unknown): RecordedValue {
  try {
    return recordedValue(config())
  } catch {
    return { opaque: 'reading it threw' }
  }
}

function recordedOptions({ core }: Run): RecordedOptions {
  const { options } = core
  const { retrievalModify, onDeny, notice, toolKinds, handlerTimeoutMs, approvalTimeoutMs } = options
  const { limits, requiredHooks } = options
  return {
    retrievalModify,
    onDeny,
    notice,
    toolKinds,
    handlerTimeoutMs,
    approvalTimeoutMs,
    ...(limits && { limits }),
    ...(requiredHooks && { requiredHooks }),
  }
}

/** An operation that is about to be decided, as its journal tells it. */
export function operationEntry(
  step: Step,
  operation: Operation,
  { again, value }: { readonly again: boolean; readonly value: RecordedValue },
): NewEntry<OperationEntry> {
  const { kind, name, executionId, toolKind, facts, approval, refusal } = operation
  const { enforceable, answered, coveredBy, model } = operation
  return {
    t: 'operation',
    step: step.id,
    again: again || undefined,
    parent: step.parentId,
    kind,
    name,
    value,
    executionId,
    toolKind,
    facts: facts && factsOf(facts),
    approval,
    refusal,
    enforceable,
    answered,
    coveredBy,
    model,
  }
}

function factsOf(facts: NonNullable<Operation['facts']>): Readonly<Record<string, RecordedValue>> {
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined)
  return Object.fromEntries(known.map(([key, fact]) => [key, recordedValue(fact)]))
}
