import type { RetrievedDocument, StepRecord } from '@aos/sdk'
import type { SourceRef } from '../../generated/agent-evidence-types.ts'
import type { Assembling } from './assembling.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { idOf, urnOf } from './evidence-id.ts'
import { OMISSION_REASONS } from '../vocabulary.ts'
import { activityOf, hasResult } from './step-provenance.ts'

/** What a step brought into the run, as sources: documents used and left out, results, what people and peers said. */
export function stepSources(assembling: Assembling, step: StepRecord): void {
  for (const [rank, document] of (step.retrieved?.documents ?? []).entries())
    documentSource(assembling, step, { rank, document })
  if (hasResult(step)) assembling.parts.put('source', resultSource(step))
  if (step.kind === 'message' && step.name === 'user' && step.status === 'ok')
    assembling.parts.put('source', {
      source_id: idOf('src', 'human', step.id),
      source_kind: 'human_input',
      ref: urnOf('step', step.id),
      ...snippetOf(step.content.input),
    })
  if (step.kind === 'a2a' || step.kind === 'mcp') peerSource(assembling, step)
}

/** The source that a tool call's result is. */
export function resultSourceId({ id }: StepRecord): string {
  return idOf('src', 'result', id)
}

function resultSource(step: StepRecord): SourceRef {
  const { name, executionId, mcpServer, endedAt, startedAt, status, content } = step
  return {
    source_id: resultSourceId(step),
    source_kind: 'tool_result',
    ref: urnOf('result', step.id),
    ...snippetOf(content.output),
    retrieval: {
      tool: name,
      ...(executionId === undefined ? {} : { tool_call_id: executionId }),
      ...(mcpServer === undefined ? {} : { mcp_server: mcpServer }),
      status,
      ...(step.error === undefined ? {} : { error_type: step.error.type }),
      retrieved_at: isoTime(endedAt ?? startedAt),
    },
  }
}

interface Ranked {
  readonly rank: number
  readonly document: RetrievedDocument
}

function documentSource({ parts }: Assembling, step: StepRecord, { rank, document }: Ranked): void {
  const { id, uri, title, score, digest, omitted } = document
  const source_id = idOf('src', 'document', step.id, String(rank))
  const at = isoTime(step.endedAt ?? step.startedAt)
  parts.put('source', {
    source_id,
    source_kind: /^https?:/.test(uri ?? '') ? 'web_page' : 'knowledge_item',
    ref: urnOf('document', id),
    ...(uri === undefined ? {} : { uri }),
    ...selectorOf(document),
    retrieval: {
      step_id: step.id,
      source: step.name,
      rank,
      ...(title === undefined ? {} : { title }),
      ...(score === undefined ? {} : { score }),
      selected: omitted === undefined,
      retrieved_at: at,
    },
    ...(digest === undefined ? {} : { trust: { digest: `hmac-sha256:${digest}` } }),
  })
  if (omitted === undefined) {
    const node_id = idOf('entity', 'document', step.id, String(rank))
    parts.put('node', { node_id, type: 'entity', entity_type: 'knowledge_item', ref: source_id })
    parts.link(step.id, { from: activityOf(step), to: node_id, relationship: 'used', timestamp: at })
    return
  }
  const decision = step.decisions.findLast(
    ({ enforced }) => enforced === 'withheld' || enforced === 'modified',
  )
  parts.put('omission', {
    source_id,
    // a policy that names no reason of the specification calls a source unsafe by leaving it out
    reason: decision?.reasonCodes.find((code) => OMISSION_REASONS.includes(code)) ?? 'unsafe',
    observed_at: at,
    ...(decision === undefined ? {} : { decision_ref: urnOf('decision', decision.decisionId) }),
  })
}

function selectorOf({ part }: RetrievedDocument): Pick<SourceRef, 'selector'> {
  if (part === undefined) return {}
  const { lineStart, lineEnd, page } = part
  return {
    selector: {
      type: lineStart === undefined ? 'page' : 'lines',
      ...(lineStart === undefined ? {} : { line_start: lineStart }),
      ...(lineEnd === undefined ? {} : { line_end: lineEnd }),
      ...(page === undefined ? {} : { fragment: `page=${page}` }),
    },
  }
}

function peerSource({ parts }: Assembling, step: StepRecord): void {
  const { protocol } = step
  if (protocol === undefined || step.status === 'denied' || step.status === 'not_executed') return
  const { name, direction, method, id, target, peer } = protocol
  parts.put('source', {
    source_id: idOf('src', 'peer', step.id),
    source_kind: 'peer_record',
    ref: urnOf('step', step.id),
    ...(peer?.url === undefined ? {} : { uri: peer.url }),
    retrieval: {
      protocol: name,
      direction,
      ...(method === undefined ? {} : { method }),
      // ids of the other side stay as it wrote them
      ...(id === undefined ? {} : { native_message_id: id }),
      ...(target === undefined ? {} : { native_target_id: target }),
      ...(peer?.name === undefined ? {} : { peer: peer.name }),
      retrieved_at: isoTime(step.endedAt ?? step.startedAt),
    },
  })
}

const SNIPPET_CODE_POINTS = 500

function snippetOf(text: string | undefined): Pick<SourceRef, 'snippet'> {
  if (text === undefined) return {}
  const snippet = Array.from(text.slice(0, SNIPPET_CODE_POINTS * 2)).slice(0, SNIPPET_CODE_POINTS)
  return { snippet: snippet.join('') }
}
