import type { StepKind, StepRecord } from '@aos/sdk'
import { actorOf, endpointOf, productOf, type Identity } from './identity.ts'
import type { Attributes } from './ocsf-event.ts'

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
export function placed(identity: Identity, step: StepRecord): Attributes {
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
  return { actor, api: apiOf(step), ...endpointsOf(identity, step), resources: resourcesOf(step) }
}

/** Who calls whom: a message that comes in comes from the other side. */
export function endpointsOf(identity: Identity, { kind, protocol, mcpServer }: StepRecord): Attributes {
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

/** What was asked for: the tool, or what a message is about. */
export function resourcesOf({ kind, name, protocol }: StepRecord): readonly Attributes[] | undefined {
  if (kind === 'toolCall') return [{ name, type: 'Tool' }]
  return protocol?.target === undefined ? undefined : [{ name: protocol.target, type: protocol.method }]
}
