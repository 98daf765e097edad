import type { StepRecord } from '@aos/sdk'
import { aiOperation } from './ai-operation.ts'
import { actorOf, aosContext, identityOf, traceIds, type MapperScope } from './identity.ts'
import { decisionDetails, SEVERITY, securityControl, severityOf, strongest } from './judged.ts'
import {
  assembleEvent,
  knowsProfile,
  type Attributes,
  type EventParts,
  type OcsfEvent,
  type ProfileAttributes,
} from './ocsf-event.ts'
import { placed, placeOf } from './step-place.ts'
import { count, milliseconds } from './values.ts'

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
