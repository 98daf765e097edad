import type { StepRecord } from '@aos/sdk'
import { telemetryOf, type Assembling } from './assembling.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { idOf, urnOf } from './evidence-id.ts'

const ACTIVITIES: Readonly<Record<StepRecord['kind'], string>> = {
  agentTrigger: 'trigger',
  message: 'message',
  modelCall: 'model_call',
  embedding: 'embedding',
  toolCall: 'tool_call',
  knowledgeRetrieval: 'retrieval',
  memoryStore: 'memory_write',
  memoryContextRetrieval: 'memory_read',
  mcp: 'protocol_message',
  a2a: 'handoff',
}

/** The agent, the run, and who it acts for. */
export function runProvenance({ recorded: { run }, parts }: Assembling): void {
  const { agent, userId, parentRunId, startedAt } = run
  const agentNode = idOf('agent', agent.id)
  parts.put('node', {
    node_id: agentNode,
    type: 'agent',
    agent_type: 'assistant',
    ref: urnOf('agent', agent.id),
  })
  const runNode = idOf('entity', 'run', run.id)
  parts.put('node', { node_id: runNode, type: 'entity', entity_type: 'run', ref: urnOf('run', run.id) })
  const timestamp = isoTime(startedAt)
  parts.link('run', { from: runNode, to: agentNode, relationship: 'attributed_to', timestamp })
  if (userId !== undefined)
    parts.put('node', {
      node_id: idOf('agent', 'user', userId),
      type: 'agent',
      agent_type: 'user',
      ref: urnOf('user', userId),
    })
  if (parentRunId === undefined) return
  const parent = idOf('entity', 'run', parentRunId)
  parts.put('node', { node_id: parent, type: 'entity', entity_type: 'run', ref: urnOf('run', parentRunId) })
  parts.link('run', { from: runNode, to: parent, relationship: 'derived_from', timestamp })
}

/** What a step did, who took part, what it used and what came of it (W3C PROV). */
export function stepProvenance(assembling: Assembling, step: StepRecord): void {
  const { parts, recorded } = assembling
  const activity = activityOf(step)
  const telemetry = telemetryOf(assembling, step)
  parts.put('node', {
    node_id: activity,
    type: 'activity',
    activity_type: ACTIVITIES[step.kind],
    ref: urnOf('step', step.id),
    ...(telemetry === undefined ? {} : { telemetry }),
  })
  const timestamp = isoTime(step.startedAt)
  for (const to of participants(assembling, step))
    parts.link(step.id, { from: activity, to, relationship: 'associated_with', timestamp })
  if (step.kind === 'toolCall') toolProvenance(assembling, step)
  if (step.kind === 'modelCall') modelProvenance(assembling, step)
  if (step.kind === 'message' && step.name === 'agent' && step.status === 'ok') {
    const answer = idOf('entity', 'answer', step.id)
    parts.put('node', {
      node_id: answer,
      type: 'entity',
      entity_type: 'answer',
      ref: urnOf('answer', step.id),
    })
    parts.link(step.id, { from: answer, to: activity, relationship: 'generated_by', timestamp })
    const agent = idOf('agent', recorded.run.agent.id)
    parts.link(step.id, { from: answer, to: agent, relationship: 'attributed_to', timestamp })
  }
}

/** The node of what a step did. */
export function activityOf({ id }: StepRecord): string {
  return idOf('activity', id)
}

/** The node of what a tool call brought back. */
export function resultOf({ id }: StepRecord): string {
  return idOf('entity', 'result', id)
}

/** Whether a tool call has brought something back that the agent went on with. */
export function hasResult({ kind, status }: StepRecord): boolean {
  return kind === 'toolCall' && (status === 'ok' || status === 'error')
}

function participants({ parts, recorded: { run } }: Assembling, step: StepRecord): readonly string[] {
  const found = [idOf('agent', run.agent.id)]
  const add = (kind: string, agentType: string, name: string): void => {
    const node_id = idOf('agent', kind, name)
    parts.put('node', { node_id, type: 'agent', agent_type: agentType, ref: urnOf(kind, name) })
    found.push(node_id)
  }
  if (run.userId !== undefined && (step.kind === 'agentTrigger' || isOfUser(step)))
    found.push(idOf('agent', 'user', run.userId))
  if (step.model !== undefined) add('model', 'model', step.model.actual ?? step.model.requested)
  // what was denied never reached its tool
  if (step.kind === 'toolCall' && step.status !== 'denied' && step.status !== 'not_executed')
    add('tool', 'tool', step.name)
  const peer = step.protocol?.peer?.name
  if (peer !== undefined) add('peer', 'peer', peer)
  return found
}

function isOfUser({ kind, name }: StepRecord): boolean {
  return kind === 'message' && name === 'user'
}

function toolProvenance({ parts }: Assembling, step: StepRecord): void {
  const timestamp = isoTime(step.endedAt ?? step.startedAt)
  const modified = step.decisions.find(
    ({ enforced, phase }) => enforced === 'modified' && phase === 'request',
  )
  if (modified !== undefined) {
    const request = idOf('entity', 'request', step.id)
    const decided = idOf('entity', 'request', step.id, 'decided')
    parts.put('node', { node_id: request, type: 'entity', entity_type: 'tool_request' })
    parts.put('node', { node_id: decided, type: 'entity', entity_type: 'tool_request' })
    const at = isoTime(modified.at)
    parts.link(step.id, { from: decided, to: request, relationship: 'derived_from', timestamp: at })
    parts.link(step.id, { from: activityOf(step), to: decided, relationship: 'used', timestamp: at })
  }
  if (!hasResult(step)) return
  const entity_type = step.status === 'ok' ? 'tool_result' : 'tool_failure'
  parts.put('node', { node_id: resultOf(step), type: 'entity', entity_type, ref: urnOf('result', step.id) })
  parts.link(step.id, { from: resultOf(step), to: activityOf(step), relationship: 'generated_by', timestamp })
}

// what a model was given names the calls whose results it read; nothing is claimed where that was not recorded
function modelProvenance({ parts, calls }: Assembling, step: StepRecord): void {
  const timestamp = isoTime(step.startedAt)
  for (const id of resultsIn(step.content.input)) {
    const call = calls.get(id)
    if (call === undefined || !hasResult(call)) continue
    parts.link(step.id, { from: activityOf(step), to: resultOf(call), relationship: 'used', timestamp })
  }
}

function resultsIn(input: string | undefined): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const message of listOf(parsed(input)))
    for (const part of listOf(member(message, 'parts'))) {
      const isResult = [member(part, 'type'), member(part, 'of')].includes('tool_call_response')
      const id = member(part, 'id')
      if (isResult && typeof id === 'string') ids.add(id)
    }
  return ids
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // content that was dropped is no JSON
    return undefined
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function member(source: unknown, name: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined
}
