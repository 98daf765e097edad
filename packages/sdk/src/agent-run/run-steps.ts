import type { Step as AgentRunStep } from '@agent-run/types/seal'
import type { StepKind, StepRecord } from '../events/event.ts'

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

/** The steps of a record that one operation of the agent makes. */
export function toSteps(step: StepRecord): readonly AgentRunStep[] {
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
    metadata: { aos: aosFacts(step), ...recordsOf(step) },
  }
}

function recordsOf({ records }: StepRecord): { readonly peac_record_ref?: string } {
  const peac = records?.find(({ format }) => format === 'peac')
  return peac === undefined ? {} : { peac_record_ref: peac.ref }
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

const PREVIEW_CODE_POINTS = 500

// the schema counts code points; a preview in full capture may hold more
function cut(text: string): string {
  if (text.length <= PREVIEW_CODE_POINTS) return text
  return Array.from(text.slice(0, PREVIEW_CODE_POINTS * 2))
    .slice(0, PREVIEW_CODE_POINTS)
    .join('')
}

/** A moment as records name it. */
export function iso(at: number): string {
  return new Date(at).toISOString()
}

/** A duration as records name it. */
export function milliseconds(duration: number): number {
  return Math.max(0, Math.round(duration))
}
