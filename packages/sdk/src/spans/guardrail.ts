import type { Attributes } from '@opentelemetry/api'
import type { DecisionRecord, StepRecord } from '../events/event.ts'
import { GEN_AI, GUARDRAIL } from '../generated/attributes.ts'

/**
 * Which names spans have: those of the published conventions, or the ones the GenAI conventions will have next, with
 * decisions as guardrails (`run_guardrail`).
 */
export type Conventions = 'current' | 'next'

/** Which conventions the environment asks for (OpenTelemetry, stability opt-in). */
export function conventionsOf(environment: Readonly<Record<string, string | undefined>>): Conventions {
  const chosen = environment['OTEL_SEMCONV_STABILITY_OPT_IN']?.split(',').map((name) => name.trim())
  return chosen?.includes('gen_ai_latest_experimental') === true ? 'next' : 'current'
}

const SUBTYPES: Readonly<Record<StepRecord['kind'], string>> = {
  agentTrigger: 'llm',
  message: 'llm',
  modelCall: 'llm',
  embedding: 'llm',
  toolCall: 'tool_call',
  knowledgeRetrieval: 'retrieval',
  memoryStore: 'memory',
  memoryContextRetrieval: 'memory',
  mcp: 'tool_call',
  a2a: 'tool_call',
}

/** A decision in the words of the conventions for guardrails: the verdict apart from what was done about it. */
export function guardrailAttributes(
  decision: DecisionRecord,
  { kind, name, protocol }: Pick<StepRecord, 'kind' | 'name' | 'protocol'>,
): Attributes {
  const lists = protocol?.method === 'tools/list'
  const attributes: Attributes = {
    [GEN_AI.operationName]: GUARDRAIL.operation,
    [GUARDRAIL.component]: decision.by ?? 'aos',
    [GUARDRAIL.targetType]: decision.phase === 'result' ? 'output' : 'input',
    [GUARDRAIL.targetSubtype]: lists ? 'tool_definition' : SUBTYPES[kind],
    [GUARDRAIL.targetId]: protocol?.target ?? name,
    [GUARDRAIL.verdict]: verdictOf(decision),
    [GUARDRAIL.action]: actionOf(decision),
    [GUARDRAIL.contentModified]: decision.enforced === 'modified',
  }
  const [code] = decision.reasonCodes
  if (decision.reason !== undefined) attributes[GUARDRAIL.verdictReason] = decision.reason
  if (code !== undefined) attributes[GUARDRAIL.verdictCode] = code
  if (decision.valueDigest !== undefined) attributes[GUARDRAIL.inputHash] = decision.valueDigest
  return attributes
}

function verdictOf({ verdict }: DecisionRecord): string {
  if (verdict === 'ask') return 'escalate'
  if (verdict === 'throw') return 'deny'
  return verdict === 'abstain' ? 'allow' : verdict
}

function actionOf({ enforced, verdict }: DecisionRecord): string {
  if (enforced === 'denied' || enforced === 'withheld') return 'block'
  if (enforced === 'modified') return 'modify'
  return verdict === 'ask' ? 'escalate' : 'allow'
}
