import type { StepKind, StepRecord } from '@aos/sdk'
import { AI_ROLES } from './captions.ts'
import {
  actorOf,
  aiAgentOf,
  aiModelOf,
  aosContext,
  applicationOf,
  endpointOf,
  identityOf,
  productOf,
  traceIds,
  type Identity,
  type MapperScope,
} from './identity.ts'
import { decisionDetails, SEVERITY, securityControl, severityOf, strongest } from './judged.ts'
import {
  assembleEvent,
  knowsProfile,
  type Attributes,
  type EventParts,
  type OcsfEvent,
  type ProfileAttributes,
} from './ocsf-event.ts'
import { count, milliseconds } from './values.ts'

/** Where a kind of step belongs in OCSF. */
export interface StepPlace {
  readonly class: 6002 | 6003 | 6005
  readonly activity: number
  /** What the step is called, and the name of its activity where OCSF has none. */
  readonly name: string
}

const PLACES: Readonly<Record<StepKind, StepPlace>> = {
  agentTrigger: { class: 6002, activity: 3, name: 'Agent Trigger' },
  message: { class: 6003, activity: 99, name: 'Message' },
  modelCall: { class: 6003, activity: 99, name: 'Model Call' },
  embedding: { class: 6003, activity: 99, name: 'Embedding' },
  toolCall: { class: 6003, activity: 99, name: 'Tool Call' },
  mcp: { class: 6003, activity: 99, name: 'MCP Message' },
  a2a: { class: 6003, activity: 99, name: 'A2A Message' },
  knowledgeRetrieval: { class: 6005, activity: 4, name: 'Knowledge Retrieval' },
  memoryStore: { class: 6005, activity: 5, name: 'Memory Store' },
  memoryContextRetrieval: { class: 6005, activity: 1, name: 'Memory Retrieval' },
}

/** Where a step belongs in OCSF. */
export function placeOf({ kind }: Pick<StepRecord, 'kind'>): StepPlace {
  return PLACES[kind]
}

/** The event of a step that has ended. */
export function mapStep(
  scope: MapperScope,
  step: StepRecord,
  at: { readonly runId: string; readonly seq: number; readonly at: number },
): OcsfEvent {
  const identity = identityOf(scope, at.runId)
  const place = placeOf(step)
  const decided = strongest(step.decisions)
  const end = milliseconds(step.endedAt ?? at.at)
  const start = milliseconds(step.startedAt)
  const trace = traceOf(step, { start, end })
  const hasTrace = knowsProfile(scope.frame.version, place.class, 'trace')
  return assembleEvent(scope.frame, {
    class: place.class,
    activity: place.activity,
    activityName: place.name,
    severity: Math.max(
      decided === undefined ? SEVERITY.informational : severityOf(decided),
      isFailure(step) ? SEVERITY.medium : SEVERITY.informational,
    ),
    ...statusOf(step),
    time: end,
    uid: step.id,
    code: step.kind,
    sequence: at.seq,
    correlation: at.runId,
    profiles: {
      security_control: decided && securityControl(decided, step.decisions),
      trace,
      ai_operation: aiOperation(scope, identity, step),
      host: { actor: actorOf(identity) },
    },
    attributes: {
      start_time: start,
      end_time: end,
      duration: Math.max(0, end - start),
      message: `${place.name} ${step.name}: ${step.status ?? 'ok'}`,
      status_code: step.error?.type ?? decided?.reasonCodes[0],
      status_detail: step.error?.message ?? decided?.reason,
      ...placed(identity, step),
      unmapped: {
        aos: {
          ...aosContext(identity),
          step: stepDetails(step),
          decisions:
            step.decisions.length === 0 ? undefined : step.decisions.map((each) => decisionDetails(each)),
          trace: hasTrace || step.trace === undefined ? undefined : traceIds(step.trace),
        },
      },
    },
  })
}

/** Whether a step has failed, and not been denied. */
export function isFailure({ status, error }: StepRecord): boolean {
  return status === 'error' && error?.type !== 'AOSDeniedError'
}

/** What was called, as OCSF has it in an API call and in evidence (OCSF, object api). */
export function apiOf(step: StepRecord): Attributes {
  const { error, executionId, id } = step
  return {
    ...API[placeOf(step).class === 6003 ? (step.kind as ApiKind) : 'toolCall'](step),
    request: { uid: executionId ?? id },
    response: error && { error: error.type, error_message: error.message },
  }
}

/** The store that was accessed (OCSF, object database); of which sort it is nobody can tell. */
export function databaseOf({ kind, name }: StepRecord): Attributes {
  return {
    name,
    type_id: 99,
    type: kind === 'knowledgeRetrieval' ? 'Knowledge Source' : 'Agent Memory',
  }
}

type ApiKind = Exclude<
  StepKind,
  'agentTrigger' | 'knowledgeRetrieval' | 'memoryStore' | 'memoryContextRetrieval'
>

const API: Readonly<Record<ApiKind, (step: StepRecord) => Attributes>> = {
  message: () => ({ operation: 'message' }),
  modelCall: (step) => ({ operation: 'chat', service: modelService(step) }),
  embedding: (step) => ({ operation: 'embeddings', service: modelService(step) }),
  toolCall: ({ mcpServer }) => ({
    operation: 'tools/call',
    service: mcpServer === undefined ? undefined : { name: mcpServer },
  }),
  mcp: protocolApi,
  a2a: protocolApi,
}

function modelService({ model, name }: StepRecord): Attributes {
  return { name: model?.provider ?? model?.requested ?? name }
}

function protocolApi({ name, mcpServer, protocol }: StepRecord): Attributes {
  const service = protocol?.peer?.name ?? mcpServer
  return {
    operation: protocol?.method ?? name,
    version: protocol?.version,
    service: service === undefined ? undefined : { name: service, version: protocol?.peer?.version },
  }
}

/** Attributes that only one class has. */
function placed(identity: Identity, step: StepRecord): Attributes {
  const place = placeOf(step)
  if (place.class === 6002) return { app: productOf(identity) }
  const actor = actorOf(identity)
  if (place.class === 6005) {
    const { input } = step.content
    const isQuery = step.kind === 'knowledgeRetrieval' && input !== undefined
    return {
      actor,
      src_endpoint: endpointOf(identity),
      database: databaseOf(step),
      type_id: 1,
      type: 'Database',
      query_info: isQuery ? { uid: step.id, name: step.name, query_string: input } : undefined,
    }
  }
  return { actor, api: apiOf(step), ...endpoints(identity, step), resources: resourcesOf(step) }
}

/** Who calls whom: a message that comes in comes from the other side. */
function endpoints(identity: Identity, { kind, protocol, mcpServer }: StepRecord): Attributes {
  const own = endpointOf(identity)
  const name = protocol?.peer?.name ?? mcpServer ?? protocol?.peer?.url
  if (name === undefined) return { src_endpoint: own }
  const isInbound = protocol?.direction === 'inbound'
  const side = isInbound ? 'Client' : 'Server'
  const other = {
    type_id: 99,
    type: kind === 'a2a' ? 'AI Agent' : `MCP ${side}`,
    name,
    uid: protocol?.peer?.url,
  }
  return isInbound ? { src_endpoint: other, dst_endpoint: own } : { src_endpoint: own, dst_endpoint: other }
}

function resourcesOf({ kind, name, protocol }: StepRecord): readonly Attributes[] | undefined {
  if (kind === 'toolCall') return [{ name, type: 'Tool' }]
  return protocol?.target === undefined ? undefined : [{ name: protocol.target, type: protocol.method }]
}

function statusOf(step: StepRecord): Pick<EventParts, 'status' | 'statusText'> {
  const { status = 'ok' } = step
  if (status === 'ok') return { status: 1 }
  if (status === 'error' || status === 'denied' || status === 'withheld') return { status: 2 }
  return { status: 99, statusText: status }
}

function traceOf(
  { trace, kind, name }: StepRecord,
  { start, end }: { readonly start: number; readonly end: number },
): ProfileAttributes['trace'] {
  if (trace === undefined) return undefined
  const span = { uid: trace.spanId, start_time: start, end_time: end, operation: `${kind} ${name}` }
  return { trace: { uid: trace.traceId, span } }
}

const ROLES: Readonly<Record<string, number>> = { user: 1, agent: 2, system: 99 }

function roleOf({ kind, name }: StepRecord): number {
  if (kind === 'message') return ROLES[name] ?? 2
  if (kind === 'toolCall') return 3
  return kind === 'modelCall' ? 2 : kind === 'knowledgeRetrieval' || kind === 'embedding' ? 6 : 4
}

function aiOperation(scope: MapperScope, identity: Identity, step: StepRecord): Attributes {
  const { model, usage } = step
  const { run } = identity
  const role = roleOf(step)
  const used =
    model === undefined
      ? run?.model === undefined
        ? undefined
        : { name: run.model, provider: run.provider }
      : { name: model.requested, provider: model.provider, version: model.actual }
  const { inputTokens, outputTokens } = {
    inputTokens: count(usage?.inputTokens),
    outputTokens: count(usage?.outputTokens),
  }
  return {
    ai_agent: aiAgentOf(scope.frame.version, identity),
    ai_model: aiModelOf(used),
    message_context: {
      uid: run?.turnId,
      ai_role_id: role,
      ai_role: AI_ROLES[role],
      application: applicationOf(identity),
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens:
        inputTokens === undefined && outputTokens === undefined
          ? undefined
          : (inputTokens ?? 0) + (outputTokens ?? 0),
    },
  }
}

/** A step with everything that OCSF has no place for; content only as far as it was captured. */
export function stepDetails(step: StepRecord): Attributes {
  const { protocol, usage, content } = step
  return {
    id: step.id,
    parent_id: step.parentStepId,
    type: step.kind,
    name: step.name,
    status: step.status,
    execution_id: step.executionId,
    tool_kind: step.toolKind,
    input: content.input,
    output: content.output,
    redactions: content.redactions.length === 0 ? undefined : content.redactions,
    finish_reasons: step.finishReasons,
    cache_read_tokens: count(usage?.cacheReadTokens),
    cache_write_tokens: count(usage?.cacheWriteTokens),
    reasoning_tokens: count(usage?.reasoningTokens),
    protocol: protocol && {
      name: protocol.name,
      direction: protocol.direction,
      leg: protocol.leg,
      message_id: protocol.id,
      target: protocol.target,
      peer_url: protocol.peer?.url,
    },
  }
}
