// Attribute names of spans: `gen_ai.*` taken from the published semantic conventions, `aos.*` listed here.
import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const GEN_AI: Record<string, keyof typeof conventions> = {
  operationName: 'ATTR_GEN_AI_OPERATION_NAME',
  providerName: 'ATTR_GEN_AI_PROVIDER_NAME',
  agentId: 'ATTR_GEN_AI_AGENT_ID',
  agentName: 'ATTR_GEN_AI_AGENT_NAME',
  agentVersion: 'ATTR_GEN_AI_AGENT_VERSION',
  conversationId: 'ATTR_GEN_AI_CONVERSATION_ID',
  requestModel: 'ATTR_GEN_AI_REQUEST_MODEL',
  responseModel: 'ATTR_GEN_AI_RESPONSE_MODEL',
  responseFinishReasons: 'ATTR_GEN_AI_RESPONSE_FINISH_REASONS',
  inputMessages: 'ATTR_GEN_AI_INPUT_MESSAGES',
  outputMessages: 'ATTR_GEN_AI_OUTPUT_MESSAGES',
  toolName: 'ATTR_GEN_AI_TOOL_NAME',
  toolType: 'ATTR_GEN_AI_TOOL_TYPE',
  toolCallId: 'ATTR_GEN_AI_TOOL_CALL_ID',
  toolCallArguments: 'ATTR_GEN_AI_TOOL_CALL_ARGUMENTS',
  toolCallResult: 'ATTR_GEN_AI_TOOL_CALL_RESULT',
  retrievalQuery: 'ATTR_GEN_AI_RETRIEVAL_QUERY_TEXT',
  retrievalDocuments: 'ATTR_GEN_AI_RETRIEVAL_DOCUMENTS',
  promptName: 'ATTR_GEN_AI_PROMPT_NAME',
  mcpMethod: 'ATTR_MCP_METHOD_NAME',
  mcpVersion: 'ATTR_MCP_PROTOCOL_VERSION',
  mcpResource: 'ATTR_MCP_RESOURCE_URI',
  requestId: 'ATTR_JSONRPC_REQUEST_ID',
  rpcMethod: 'ATTR_RPC_METHOD',
  usageInput: 'ATTR_GEN_AI_USAGE_INPUT_TOKENS',
  usageOutput: 'ATTR_GEN_AI_USAGE_OUTPUT_TOKENS',
  usageCacheRead: 'ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS',
  usageCacheWrite: 'ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS',
  usageReasoning: 'ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS',
}

const AOS: Record<string, string> = {
  sessionId: 'aos.session.id',
  agentName: 'aos.agent.name',
  reasoningSteps: 'aos.reasoning.steps',
  toolsCalled: 'aos.tools.called',
  runId: 'aos.run.id',
  parentRunId: 'aos.run.parent_id',
  runStatus: 'aos.run.status',
  runOutcome: 'aos.run.outcome',
  runInputTokens: 'aos.run.usage.input_tokens',
  runOutputTokens: 'aos.run.usage.output_tokens',
  runCost: 'aos.run.cost_usd',
  runModelCalls: 'aos.run.model_calls',
  runToolCalls: 'aos.run.tool_calls',
  runDenials: 'aos.run.denials',
  turnId: 'aos.turn.id',
  userId: 'aos.user.id_hash',
  stepId: 'aos.step.id',
  stepStatus: 'aos.step.status',
  stepInput: 'aos.step.input',
  stepOutput: 'aos.step.output',
  messagesEarlier: 'aos.messages.earlier',
  messagesEarlierStep: 'aos.messages.earlier_step',
  messagesOmitted: 'aos.messages.omitted',
  redactions: 'aos.redactions',
  peacRecord: 'peac.record.ref',
  executionId: 'aos.tool.execution_id',
  toolId: 'aos.tool.id',
  toolKind: 'aos.tool.kind',
  toolIsError: 'aos.tool.is_error',
  mcpServer: 'aos.mcp.server.name',
  peerName: 'aos.peer.name',
  peerVersion: 'aos.peer.version',
  peerUrl: 'aos.peer.url',
  a2aVersion: 'aos.a2a.protocol.version',
  decision: 'aos.decision',
  decisionId: 'aos.decision.id',
  decisionHook: 'aos.decision.hook',
  decisionPhase: 'aos.decision.phase',
  decisionEnforced: 'aos.decision.enforced',
  decisionSource: 'aos.decision.source',
  decisionBy: 'aos.decision.by',
  decisionPolicies: 'aos.decision.policies',
  decisionMessage: 'aos.decision.message',
  decisionReasonCodes: 'aos.decision.reason_codes',
  decisionLatency: 'aos.decision.latency_ms',
  decisionFailOpen: 'aos.decision.fail_open',
  decisionShadow: 'aos.decision.shadow',
  decisionValueDigest: 'aos.decision.value_digest',
  decisionModifiedDigest: 'aos.decision.modified_digest',
  componentChange: 'aos.component.change',
  componentId: 'aos.component.id',
  componentType: 'aos.component.type',
  componentName: 'aos.component.name',
  componentVersion: 'aos.component.version',
  eventComponent: 'aos.component.change',
  eventDecision: 'aos.decision',
  eventReasoning: 'aos.step.reasoning',
  sessionSpan: 'agent_session',
}

// the draft of the GenAI conventions for guardrails, under which names it goes until it is published
const GUARDRAIL: Record<string, string> = {
  operation: 'run_guardrail',
  component: 'gen_ai.guardrail.component.name',
  targetType: 'gen_ai.guardrail.target.type',
  targetSubtype: 'gen_ai.guardrail.target.subtype',
  targetId: 'gen_ai.guardrail.target.id',
  verdict: 'gen_ai.guardrail.verdict.type',
  verdictReason: 'gen_ai.guardrail.verdict.reason',
  verdictCode: 'gen_ai.guardrail.verdict.code',
  action: 'gen_ai.guardrail.action.type',
  contentModified: 'gen_ai.guardrail.content.modified',
  inputHash: 'gen_ai.guardrail.content.input.hash',
}

async function conventionsVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@opentelemetry/semantic-conventions/incubating')
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}')
    const { name, version } = JSON.parse(manifest) as { name?: string; version?: string }
    if (name === '@opentelemetry/semantic-conventions' && version !== undefined) return version
  }
  throw new Error('@opentelemetry/semantic-conventions is not installed')
}

function table(name: string, doc: string, entries: readonly (readonly [string, string])[]): string {
  const type = entries.map(([key]) => `  readonly ${key}: string`).join('\n')
  const lines = entries.map(([key, value]) => `  ${key}: '${value}',`).join('\n')
  return `/** ${doc} */\nexport const ${name}: {\n${type}\n} = {\n${lines}\n}\n`
}

/** The constants file of the sdk. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const genAi = Object.entries(GEN_AI).map(([key, constant]) => [key, String(conventions[constant])] as const)
  const text = [
    `// generated by scripts/generate/attributes.ts from semantic conventions ${await conventionsVersion()}: do not edit\n`,
    table('GEN_AI', 'Attribute names of the OpenTelemetry conventions for GenAI, MCP and JSON-RPC.', genAi),
    table(
      'GUARDRAIL',
      'Attribute names of the draft of the GenAI conventions for guardrails.',
      Object.entries(GUARDRAIL),
    ),
    table('AOS', 'Attribute, event and span names of AOS and of this SDK.', Object.entries(AOS)),
  ].join('\n')
  return [{ path: 'packages/sdk/src/generated/attributes.ts', text }]
}
