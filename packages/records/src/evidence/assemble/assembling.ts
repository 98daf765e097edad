import type { DecisionRecord, StepRecord } from '@aos/sdk'
import type { EvidenceRef, TelemetryRef } from '../../generated/agent-evidence-types.ts'
import type { RecordedRun } from '../../steps/collect-run.ts'
import { decisionDigest } from '../../steps/decision-record.ts'
import { evidenceId, idOf, urnOf } from './evidence-id.ts'
import type { PackParts } from '../facts/pack-parts.ts'

/** A pack while the steps of a run are put into it. */
export interface Assembling {
  readonly recorded: RecordedRun
  readonly parts: PackParts
  /** `sha256:<hex>` of the documents of policies, by name. */
  readonly policyDigests: Readonly<Record<string, string>>
  /** Tool calls by their `executionId`. */
  readonly calls: ReadonlyMap<string, StepRecord>
}

/** Where a step is found in the telemetry; of a step without a span of its own, where its run is. */
export function telemetryOf({ recorded: { run } }: Assembling, step?: StepRecord): TelemetryRef | undefined {
  const trace = step?.trace ?? run.trace
  if (trace === undefined) return undefined
  const { executionId } = step ?? {}
  return {
    trace_id: trace.traceId,
    span_id: trace.spanId,
    session_id: evidenceId(run.sessionId),
    turn_id: evidenceId(run.turnId),
    run_id: evidenceId(run.id),
    ...(executionId === undefined || step?.kind !== 'toolCall'
      ? {}
      : { tool_call_id: evidenceId(executionId) }),
  }
}

/** The span of a step as a source; nothing where it has none. */
export function traceSource({ parts }: Assembling, step: StepRecord): string | undefined {
  if (step.trace === undefined) return undefined
  const { traceId, spanId } = step.trace
  const source_id = idOf('src', 'trace', spanId)
  parts.put('source', { source_id, source_kind: 'trace', ref: `urn:otel:span:${traceId}:${spanId}` })
  return source_id
}

/** What a decision is told apart by: a step may have several under one id, asked and approved or taken back. */
export function decisionKey({ decisions }: StepRecord, decision: DecisionRecord): string {
  const { decisionId, phase } = decision
  const same = decisions.filter((other) => other.decisionId === decisionId && other.phase === phase)
  const at = same.indexOf(decision)
  return at > 0 ? `${decisionId}:${phase}:${at + 1}` : `${decisionId}:${phase}`
}

/** The record of a decision as a source, found by its digest. */
export function decisionSource(
  { parts }: Assembling,
  step: StepRecord,
  decision: DecisionRecord,
): { readonly source_id: string; readonly hash: string } {
  const source_id = idOf('src', 'decision', decisionKey(step, decision))
  const hash = decisionDigest(step, decision)
  parts.put('source', {
    source_id,
    source_kind: 'trace',
    ref: urnOf('decision', decision.decisionId),
    trust: { digest: hash },
  })
  return { source_id, hash }
}

/** Policies that decided as sources; one without a name is known by who answered. */
export function policySources(
  { parts, policyDigests }: Assembling,
  { policies, by }: DecisionRecord,
): EvidenceRef[] {
  const names = policies ?? (by === undefined ? [] : [by])
  return names.map((name) => {
    const source_id = idOf('src', 'policy', name)
    const digest = Object.hasOwn(policyDigests, name) ? policyDigests[name] : undefined
    parts.put('source', {
      source_id,
      source_kind: 'policy',
      ref: urnOf('policy', name),
      ...(digest === undefined ? {} : { trust: { digest } }),
    })
    return { ref_id: source_id, kind: 'policy', ...(digest === undefined ? {} : { hash: digest }) }
  })
}

/** Signed records of a step as sources. */
export function recordSources({ parts }: Assembling, step: StepRecord): readonly string[] {
  return (step.records ?? []).map(({ format, id, ref, kind }) => {
    const source_id = idOf('src', format, id)
    parts.put('source', {
      source_id,
      source_kind: 'external_record',
      ref: `${format}:${id}`,
      trust: { receipt_ref: ref, ...(kind === undefined ? {} : { record_kind: kind }) },
    })
    return source_id
  })
}

/** What a step is called in a sentence. */
export function nameOf({ kind, name }: StepRecord): string {
  return `${NAMES[kind]} ${name}`
}

const NAMES: Readonly<Record<StepRecord['kind'], string>> = {
  agentTrigger: 'start',
  message: 'message of role',
  modelCall: 'call of model',
  embedding: 'embedding by model',
  toolCall: 'call of tool',
  knowledgeRetrieval: 'retrieval from',
  memoryStore: 'storing in',
  memoryContextRetrieval: 'reading of',
  mcp: 'MCP message',
  a2a: 'A2A message',
}
