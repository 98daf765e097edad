import {
  childLineage,
  configHash,
  runHash,
  sealRun,
  type AgentRun,
  type Cost,
  type Provenance,
} from '@agent-run/types/seal'
import type { RunEnd, RunRecord, StepRecord } from '../events/event.ts'
import type { FinishedRun, InstrumentCore } from '../instrument/core.ts'
import type { Run } from '../run/run.ts'
import { iso, milliseconds, toSteps } from './run-steps.ts'

/** Builds the AgentRun object of a finished run, signed where the instrument has a key (agent-run, AgentRun). */
export function buildAgentRun(core: InstrumentCore, { run, end, steps }: FinishedRun): AgentRun {
  return sealRun(wellFormed(endedRun(run, end, steps)), core.options.signingKey)
}

/** Builds the AgentRun object of a run that is under way: what is known from its start. It is sealed when it ends. */
export function buildStartedRun(run: Run): AgentRun {
  const record = run.record()
  return wellFormed({
    ...setUpOf(run, record),
    status: 'running',
    steps: [],
    cost: { input_tokens: 0, output_tokens: 0 },
    provenance: {
      ...provenanceOf(run, record.startedAt),
      metadata: { run_id: record.id },
    },
    metadata: runMetadata(record),
  })
}

/** Builds the record of a run that will not end, as its process does, with what it has done so far. */
export function buildUnfinishedRun(run: Run, why: string): AgentRun {
  const end: RunEnd = {
    endedAt: run.core.now(),
    status: 'failed',
    outcome: 'abandoned',
    error: { type: 'unfinished', message: why },
    ...run.totals.summary(),
  }
  const record = endedRun(run, end, run.endedSteps)
  return sealRun(wellFormed(markUnfinished(record)), run.core.options.signingKey)
}

/** Completes the record of a run whose process is gone: it was last seen at a moment, and nobody knows what came after. */
export function completeStartedRun(
  run: AgentRun,
  { lastSeenMs, nowMs, why }: { readonly lastSeenMs: number; readonly nowMs: number; readonly why: string },
): AgentRun {
  const startedMs = Date.parse(run.started_at)
  const endedMs = Math.max(lastSeenMs, startedMs)
  return sealRun(
    wellFormed({
      ...markUnfinished(run),
      status: 'failed',
      outcome: 'abandoned',
      ended_at: iso(endedMs),
      duration_ms: milliseconds(endedMs - startedMs),
      error: `unfinished: ${why}`,
      provenance: { ...run.provenance, created_at: iso(nowMs) },
    }),
  )
}

function markUnfinished(run: AgentRun): AgentRun {
  const aos: unknown = run.metadata?.['aos']
  const facts = typeof aos === 'object' ? aos : undefined
  return { ...run, metadata: { ...run.metadata, aos: { ...facts, unfinished: true } } }
}

function endedRun(run: Run, end: RunEnd, steps: readonly StepRecord[]): AgentRun {
  const record = run.record()
  return {
    ...setUpOf(run, record),
    status: end.status,
    outcome: end.outcome,
    ended_at: iso(end.endedAt),
    duration_ms: milliseconds(end.endedAt - record.startedAt),
    steps: steps.toSorted((a, b) => a.startedAt - b.startedAt).flatMap(toSteps),
    cost: toCost(record, end),
    provenance: provenanceOf(run, end.endedAt),
    ...(end.error === undefined ? {} : { error: `${end.error.type}: ${end.error.message}` }),
    metadata: runMetadata(record, end),
  }
}

type SetUp = Omit<AgentRun, 'status' | 'steps' | 'cost' | 'provenance'>

function setUpOf({ core }: Run, record: RunRecord): SetUp {
  return {
    id: record.id,
    agent_id: record.agent.id,
    agent_name: record.agent.name,
    ...(record.model === undefined ? {} : { model: record.model }),
    ...(record.provider === undefined ? {} : { provider: record.provider }),
    runtime: core.runtime.slice(0, core.runtime.lastIndexOf('@')),
    runtime_version: core.runtime.slice(core.runtime.lastIndexOf('@') + 1),
    trigger: record.trigger,
    ...(record.parentRunId === undefined ? {} : { parent_run_id: record.parentRunId }),
    started_at: iso(record.startedAt),
    tools_available: [...record.tools],
  }
}

function provenanceOf(run: Run, writtenAt: number): Provenance {
  return {
    ...lineageOf(run),
    ...configOf(run),
    runtime: run.core.runtime,
    created_at: iso(writtenAt),
  }
}

// half a surrogate pair has no canonical text, and a tool that returns one must not cost the record of its run
function wellFormed(run: AgentRun): AgentRun {
  const text = JSON.stringify(run)
  if (!/\\ud[89a-f]/.test(text)) return run
  const replace = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\ufffd') : value
  return JSON.parse(text, replace) as AgentRun
}

/** The hash of a run's inputs; known from its start, so that children can name it. */
export function hashOf(run: Run): string {
  const record = run.record()
  return runHash({
    agent_id: record.agent.id,
    model: record.model,
    tools_available: record.tools,
    config_hash: configHashOf(run),
    trigger: record.trigger,
  })
}

const CONFIG_HASHES = new WeakMap<Run, string>()

function configHashOf(run: Run): string | undefined {
  const known = CONFIG_HASHES.get(run)
  if (known !== undefined || run.info.config === undefined) return known
  try {
    const hash = configHash(run.info.config())
    CONFIG_HASHES.set(run, hash)
    return hash
  } catch {
    // a configuration that JSON cannot hold has no hash, and the run says so by having none
    return undefined
  }
}

function configOf(run: Run): Pick<Provenance, 'config_hash'> {
  const hash = configHashOf(run)
  return hash === undefined ? {} : { config_hash: hash }
}

/** The hashes of a run and of those above it, also of those in other processes. */
export function lineageOf(run: Run): Pick<Provenance, 'run_hash' | 'lineage' | 'parent_run_hash'> {
  const { parent } = run
  const run_hash = hashOf(run)
  if (parent === undefined) {
    const lineage = run.info.remote?.lineage ?? []
    return { run_hash, lineage: [...lineage], parent_run_hash: lineage.at(-1) ?? null }
  }
  return { run_hash, ...childLineage(lineageOf(parent)) }
}

function toCost(record: RunRecord, { usage, costUsd }: RunEnd): Cost {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens, cacheWriteTokens } = usage
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    ...(cacheReadTokens === undefined ? {} : { cache_read_tokens: cacheReadTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cache_write_tokens: cacheWriteTokens }),
    ...(costUsd === undefined ? {} : { cost_usd: costUsd }),
    ...(record.model === undefined ? {} : { model: record.model }),
  }
}

function runMetadata(record: RunRecord, end?: RunEnd): Record<string, unknown> {
  return {
    hash_profile: 'config_hash: RFC 8785, SHA-256',
    aos: {
      session_id: record.sessionId,
      turn_id: record.turnId,
      ...(end === undefined
        ? {}
        : { model_calls: end.modelCalls, tool_calls: end.toolCalls, denials: end.denials }),
      ...(record.trace === undefined ? {} : { trace_id: record.trace.traceId, span_id: record.trace.spanId }),
    },
  }
}
