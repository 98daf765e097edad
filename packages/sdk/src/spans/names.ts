import { SpanKind, type Attributes } from '@opentelemetry/api'
import type { DecisionRecord, StepRecord, TokenUsage } from '../events/event.ts'
import type { PromptRecord } from '../messages/conversation.ts'
import { AOS, GEN_AI } from '../generated/attributes.ts'

/** Name of the span of a step: the operation, then what it works on (OpenTelemetry GenAI, span names). */
export function spanName({ kind, name, protocol }: Pick<StepRecord, 'kind' | 'name' | 'protocol'>): string {
  // a client may make uris up without end, so they name no span
  if (kind === 'mcp') return `${name} ${targetsOf(protocol).tool ?? targetsOf(protocol).prompt ?? ''}`.trim()
  return `${OPERATIONS[kind] ?? kind} ${name}`.trim()
}

/** Which side of a call a span shows. */
export function spanKind({ kind, protocol }: Pick<StepRecord, 'kind' | 'protocol'>): SpanKind {
  if (kind === 'modelCall' || kind === 'embedding') return SpanKind.CLIENT
  if (kind !== 'mcp' && kind !== 'a2a') return SpanKind.INTERNAL
  return protocol?.direction === 'inbound' ? SpanKind.SERVER : SpanKind.CLIENT
}

const OPERATIONS: Partial<Record<StepRecord['kind'], string>> = {
  modelCall: 'chat',
  embedding: 'embeddings',
  toolCall: 'execute_tool',
  knowledgeRetrieval: 'retrieval',
  memoryStore: 'upsert_memory',
  memoryContextRetrieval: 'search_memory',
  mcp: 'mcp',
  a2a: 'a2a',
}

/** What is known of a step when its span opens. */
export function startAttributes(step: StepRecord): Attributes {
  const attributes: Attributes = {
    [AOS.stepId]: step.id,
    [AOS.runId]: step.runId,
    [GEN_AI.operationName]: OPERATIONS[step.kind] ?? step.kind,
  }
  if (step.kind === 'toolCall') {
    attributes[GEN_AI.toolName] = step.name
    attributes[GEN_AI.toolType] = 'function'
    attributes[AOS.toolId] = step.name
    if (step.toolKind !== undefined) attributes[AOS.toolKind] = step.toolKind
    if (step.mcpServer !== undefined) attributes[AOS.mcpServer] = step.mcpServer
  }
  if (step.protocol !== undefined) Object.assign(attributes, protocolAttributes(step))
  if (step.executionId !== undefined) {
    attributes[GEN_AI.toolCallId] = step.executionId
    attributes[AOS.executionId] = step.executionId
  }
  if (step.model !== undefined) {
    attributes[GEN_AI.requestModel] = step.model.requested
    if (step.model.provider !== undefined) attributes[GEN_AI.providerName] = step.model.provider
  }
  return attributes
}

/** What a protocol message is, in the words of the conventions for MCP and JSON-RPC. */
function protocolAttributes({ kind, mcpServer, protocol }: StepRecord): Attributes {
  const attributes: Attributes = {}
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) attributes[name] = value
  }
  const isMcp = protocol?.name === 'mcp'
  const { tool, prompt, resource } = targetsOf(protocol)
  set(isMcp ? GEN_AI.mcpMethod : GEN_AI.rpcMethod, protocol?.method)
  set(isMcp ? GEN_AI.mcpVersion : AOS.a2aVersion, protocol?.version)
  set(GEN_AI.requestId, protocol?.id?.toString())
  set(GEN_AI.mcpResource, resource)
  set(GEN_AI.promptName, prompt)
  if (kind === 'mcp') set(GEN_AI.toolName, tool)
  if (tool !== undefined) attributes[GEN_AI.operationName] = OPERATIONS.toolCall ?? ''
  // a framework may know its own name of the server only
  const said = isMcp && protocol?.direction === 'outbound' ? protocol.peer?.name : undefined
  set(AOS.mcpServer, said ?? mcpServer)
  set(AOS.peerName, protocol?.peer?.name)
  set(AOS.peerVersion, protocol?.peer?.version)
  set(AOS.peerUrl, protocol?.peer?.url)
  return attributes
}

function targetsOf(protocol: StepRecord['protocol']): {
  readonly tool?: string | undefined
  readonly prompt?: string | undefined
  readonly resource?: string | undefined
} {
  if (protocol?.name !== 'mcp') return {}
  const { method, target } = protocol
  if (method === 'tools/call') return { tool: target }
  if (method === 'prompts/get') return { prompt: target }
  return method?.startsWith('resources/') === true ? { resource: target } : {}
}

/** What is known of a step only when it ends. */
export function endAttributes(step: StepRecord): Attributes {
  const attributes: Attributes = { [AOS.stepStatus]: step.status ?? 'ok', ...contentAttributes(step) }
  // the other side says only in its answers who it is
  if (step.protocol !== undefined) Object.assign(attributes, protocolAttributes(step))
  if (step.model?.actual !== undefined) attributes[GEN_AI.responseModel] = step.model.actual
  if (step.finishReasons !== undefined) attributes[GEN_AI.responseFinishReasons] = [...step.finishReasons]
  if (step.kind === 'toolCall') attributes[AOS.toolIsError] = step.status === 'error'
  if (step.usage !== undefined) Object.assign(attributes, usageAttributes(step.usage))
  const peac = step.records?.find(({ format }) => format === 'peac')
  if (peac !== undefined) attributes[AOS.peacRecord] = peac.ref
  return attributes
}

function contentAttributes({ kind, content }: StepRecord): Attributes {
  const attributes: Attributes = {}
  const [input, output] = CONTENT[kind] ?? [AOS.stepInput, AOS.stepOutput]
  if (content.input !== undefined) attributes[input] = content.input
  if (content.output !== undefined) attributes[output] = content.output
  if (content.prompt !== undefined) Object.assign(attributes, promptAttributes(content.prompt))
  for (const { kind: name, count } of content.redactions) attributes[`${AOS.redactions}.${name}`] = count
  return attributes
}

function promptAttributes({ earlier, omitted }: PromptRecord): Attributes {
  const attributes: Attributes = {}
  if (earlier !== undefined) {
    attributes[AOS.messagesEarlier] = earlier.count
    attributes[AOS.messagesEarlierStep] = earlier.stepId
  }
  if (omitted > 0) attributes[AOS.messagesOmitted] = omitted
  return attributes
}

const CONTENT: Partial<Record<StepRecord['kind'], readonly [string, string]>> = {
  modelCall: [GEN_AI.inputMessages, GEN_AI.outputMessages],
  toolCall: [GEN_AI.toolCallArguments, GEN_AI.toolCallResult],
  knowledgeRetrieval: [GEN_AI.retrievalQuery, GEN_AI.retrievalDocuments],
}

function usageAttributes(usage: TokenUsage): Attributes {
  const attributes: Attributes = {}
  const set = (name: string, tokens: number | undefined): void => {
    if (tokens !== undefined) attributes[name] = tokens
  }
  set(GEN_AI.usageInput, usage.inputTokens)
  set(GEN_AI.usageOutput, usage.outputTokens)
  set(GEN_AI.usageCacheRead, usage.cacheReadTokens)
  set(GEN_AI.usageCacheWrite, usage.cacheWriteTokens)
  set(GEN_AI.usageReasoning, usage.reasoningTokens)
  return attributes
}

/** Attributes of the span event `aos.decision`. */
export function decisionAttributes(decision: DecisionRecord): Attributes {
  const attributes: Attributes = {
    [AOS.decision]: decision.verdict,
    [AOS.decisionId]: decision.decisionId,
    [AOS.decisionHook]: decision.hook,
    [AOS.decisionPhase]: decision.phase,
    [AOS.decisionEnforced]: decision.enforced,
    [AOS.decisionSource]: decision.source,
    [AOS.decisionLatency]: decision.latencyMs,
  }
  if (decision.reasonCodes.length > 0) attributes[AOS.decisionReasonCodes] = [...decision.reasonCodes]
  if (decision.policies !== undefined) attributes[AOS.decisionPolicies] = [...decision.policies]
  if (decision.by !== undefined) attributes[AOS.decisionBy] = decision.by
  if (decision.reason !== undefined) attributes[AOS.decisionMessage] = decision.reason
  if (decision.failOpen !== undefined) attributes[AOS.decisionFailOpen] = decision.failOpen
  if (decision.shadow === true) attributes[AOS.decisionShadow] = true
  if (decision.valueDigest !== undefined) attributes[AOS.decisionValueDigest] = decision.valueDigest
  if (decision.modifiedDigest !== undefined) attributes[AOS.decisionModifiedDigest] = decision.modifiedDigest
  return attributes
}
