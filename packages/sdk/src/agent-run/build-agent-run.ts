import {
  childLineage,
  configHash,
  runHash,
  sealRun,
  type AgentRun,
  type Cost,
  type Provenance,
  type Step as AgentRunStep,
} from '@agent-run/types/seal'
import type { RunEnd, RunRecord, StepKind, StepRecord } from '../events/event.ts'
import type { FinishedRun, InstrumentCore } from '../instrument/core.ts'
import type { Run } from '../run/run.ts'

const STEP_TYPES: Readonly<Record<StepKind, AgentRunStep['type']>> = {
  agentTrigger: 'message',
  message: 'message',
  modelCall: 'reasoning',
  embedding: 'reasoning',
  toolCall: 'tool_call',
  knowledgeRetrieval: 'tool_call',
  memoryStore: 'tool_call',
  memoryContextRetrieval: 'tool_call',
  mcp: 'tool_call',
  a2a: 'handoff',
}

/** Builds the AgentRun object of a finished run, signed where the instrument has a key (agent-run, AgentRun). */
export function buildAgentRun(core: InstrumentCore, { run, end, steps }: FinishedRun): AgentRun {
  const record = run.record()
  const unsigned: AgentRun = {
    id: record.id,
    agent_id: record.agent.id,
    agent_name: record.agent.name,
    ...(record.model === undefined ? {} : { model: record.model }),
    ...(record.provider === undefined ? {} : { provider: record.provider }),
    runtime: core.runtime.slice(0, core.runtime.lastIndexOf('@')),
    runtime_version: core.runtime.slice(core.runtime.lastIndexOf('@') + 1),
    trigger: record.trigger,
    ...(record.parentRunId === undefined ? {} : { parent_run_id: record.parentRunId }),
    status: end.status,
    outcome: end.outcome,
    started_at: iso(record.startedAt),
    ended_at: iso(end.endedAt),
    duration_ms: milliseconds(end.endedAt - record.startedAt),
    steps: steps.toSorted((a, b) => a.startedAt - b.startedAt).flatMap(toSteps),
    tools_available: [...record.tools],
    cost: toCost(record, end),
    provenance: { ...lineageOf(run), ...configOf(run), runtime: core.runtime, created_at: iso(end.endedAt) },
    ...(end.error === undefined ? {} : { error: `${end.error.type}: ${end.error.message}` }),
    metadata: runMetadata(record, end),
  }
  return sealRun(wellFormed(unsigned), core.options.signingKey)
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

function toSteps(step: StepRecord): readonly AgentRunStep[] {
  const call = toStep(step)
  if (step.kind !== 'toolCall' || step.status === 'denied' || step.status === 'not_executed') return [call]
  const { input_preview: input, output_preview: output, ...rest } = call
  const ended = rest.ended_at ?? rest.started_at
  return [
    input === undefined ? rest : { ...rest, input_preview: input },
    {
      id: `${step.id}:result`,
      type: 'tool_result',
      tool_name: step.name,
      started_at: ended,
      ended_at: ended,
      success: step.status === 'ok',
      ...(output === undefined ? {} : { output_preview: output }),
      ...(step.status === 'withheld' ? { error: deniedBy(step) } : {}),
    },
  ]
}

function toStep(step: StepRecord): AgentRunStep {
  const { usage } = step
  const toolName = toolNameOf(step)
  const error = errorOf(step)
  const tokens = usage === undefined ? undefined : (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0)
  return {
    id: step.id,
    type:
      step.toolKind === 'agent'
        ? 'handoff'
        : step.status === 'error' && step.kind !== 'toolCall'
          ? 'error'
          : STEP_TYPES[step.kind],
    started_at: iso(step.startedAt),
    ...(step.endedAt === undefined
      ? {}
      : { ended_at: iso(step.endedAt), duration_ms: milliseconds(step.endedAt - step.startedAt) }),
    ...(toolName === undefined ? {} : { tool_name: toolName }),
    ...(step.mcpServer === undefined ? {} : { mcp_server: step.mcpServer }),
    ...(step.content.input === undefined ? {} : { input_preview: cut(step.content.input) }),
    ...(step.content.output === undefined ? {} : { output_preview: cut(step.content.output) }),
    success: step.status === 'ok' || step.status === 'withheld',
    ...(error === undefined ? {} : { error }),
    ...(tokens === undefined ? {} : { tokens_used: tokens }),
    metadata: { aos: aosFacts(step) },
  }
}

function toolNameOf(step: StepRecord): string | undefined {
  if (step.kind === 'toolCall') return step.name
  const { method, target } = step.protocol ?? {}
  if (step.kind === 'mcp' && method === 'tools/call' && target !== undefined) return target
  return STEP_TYPES[step.kind] === 'tool_call' ? `aos.${step.kind}` : undefined
}

function errorOf(step: StepRecord): string | undefined {
  if (step.error !== undefined) return `${step.error.type}: ${step.error.message}`
  if (step.status === 'denied') return deniedBy(step)
  return step.status === 'not_executed' ? 'not executed' : undefined
}

function deniedBy({ decisions }: StepRecord): string {
  const denial = decisions.findLast(({ enforced }) => enforced === 'denied' || enforced === 'withheld')
  return `denied by guardian: ${denial?.reason ?? denial?.reasonCodes[0] ?? 'no reason given'}`
}

function aosFacts(step: StepRecord): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify({
      kind: step.kind,
      status: step.status,
      execution_id: step.executionId,
      protocol: step.protocol,
      trace: step.trace,
      model: step.model,
      decisions: step.decisions.map(
        ({ decisionId, hook, phase, verdict, enforced, source, by, reason, reasonCodes, failOpen }) => ({
          decision_id: decisionId,
          hook,
          phase,
          verdict,
          enforced,
          source,
          by,
          reason,
          reason_codes: reasonCodes,
          fail_open: failOpen,
        }),
      ),
    }),
  ) as Record<string, unknown>
}

function runMetadata(record: RunRecord, end: RunEnd): Record<string, unknown> {
  return {
    hash_profile: 'config_hash: RFC 8785, SHA-256',
    aos: {
      session_id: record.sessionId,
      turn_id: record.turnId,
      model_calls: end.modelCalls,
      tool_calls: end.toolCalls,
      denials: end.denials,
      ...(record.trace === undefined ? {} : { trace_id: record.trace.traceId, span_id: record.trace.spanId }),
    },
  }
}

const PREVIEW_CODE_POINTS = 500

// the schema counts code points; a preview in full capture may hold more
function cut(text: string): string {
  if (text.length <= PREVIEW_CODE_POINTS) return text
  return Array.from(text.slice(0, PREVIEW_CODE_POINTS * 2))
    .slice(0, PREVIEW_CODE_POINTS)
    .join('')
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

function milliseconds(duration: number): number {
  return Math.max(0, Math.round(duration))
}
