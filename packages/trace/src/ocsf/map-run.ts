import type { AosEvent, StepRecord } from '@aos/sdk'
import {
  actorOf,
  aiAgentOf,
  aiModelOf,
  aosContext,
  productOf,
  endpointOf,
  identityOf,
  traceIds,
  type Identity,
  type MapperScope,
} from './identity.ts'
import { SEVERITY } from './judged.ts'
import { assembleEvent, type OcsfEvent, type ProfileAttributes } from './ocsf-event.ts'
import { count, milliseconds } from './values.ts'

type EventOf<Type extends AosEvent['type']> = Extract<AosEvent, { readonly type: Type }>

/** The event of a run that begins. */
export function mapRunStart(scope: MapperScope, { run, seq, at }: EventOf<'run.start'>): OcsfEvent {
  const identity = identityOf(scope, run.id)
  return assembleEvent(scope.frame, {
    class: 6002,
    activity: 3,
    severity: SEVERITY.informational,
    status: 1,
    time: milliseconds(run.startedAt ?? at),
    uid: `${run.id}.start`,
    code: 'run.start',
    sequence: seq,
    correlation: run.id,
    profiles: lifecycleProfiles(scope, identity),
    attributes: {
      app: productOf(identity),
      message: `Run of ${identity.agent.name} started`,
      unmapped: {
        aos: { ...aosContext(identity), tools: run.tools, trace: run.trace && traceIds(run.trace) },
      },
    },
  })
}

/** The event of a run that has ended. */
export function mapRunEnd(scope: MapperScope, { run, end, seq }: EventOf<'run.end'>): OcsfEvent {
  const identity = identityOf(scope, run.id)
  const completed = end.status === 'completed'
  const failed = end.status === 'failed'
  return assembleEvent(scope.frame, {
    class: 6002,
    activity: 4,
    severity: failed ? SEVERITY.medium : SEVERITY.informational,
    status: completed ? 1 : failed ? 2 : 99,
    statusText: completed || failed ? undefined : end.status,
    time: milliseconds(end.endedAt),
    uid: `${run.id}.end`,
    code: 'run.end',
    sequence: seq,
    correlation: run.id,
    profiles: lifecycleProfiles(scope, identity),
    attributes: {
      app: productOf(identity),
      start_time: milliseconds(run.startedAt),
      end_time: milliseconds(end.endedAt),
      duration: Math.max(0, milliseconds(end.endedAt) - milliseconds(run.startedAt)),
      message: `Run of ${identity.agent.name} ${end.status}`,
      status_code: end.error?.type,
      status_detail: end.error?.message,
      unmapped: {
        aos: {
          ...aosContext(identity),
          outcome: end.outcome,
          model_calls: count(end.modelCalls),
          tool_calls: count(end.toolCalls),
          denials: count(end.denials),
          input_tokens: count(end.usage.inputTokens),
          output_tokens: count(end.usage.outputTokens),
          cost_usd: end.costUsd,
          trace: run.trace && traceIds(run.trace),
        },
      },
    },
  })
}

/** The event of something that went wrong, beside the step's or run's own. */
export function mapError(
  scope: MapperScope,
  error: { readonly type: string; readonly message: string },
  at: {
    readonly runId: string
    readonly seq: number
    readonly at: number
    readonly uid: string
    readonly step?: StepRecord
  },
): OcsfEvent {
  const identity = identityOf(scope, at.runId)
  return assembleEvent(scope.frame, {
    class: 6008,
    activity: 1,
    severity: SEVERITY.medium,
    status: 2,
    time: milliseconds(at.at),
    uid: `${at.uid}.error`,
    code: 'error',
    sequence: at.seq,
    correlation: at.runId,
    profiles: lifecycleProfiles(scope, identity),
    attributes: {
      message: error.message,
      status_code: error.type,
      status_detail: error.message,
      unmapped: {
        aos: {
          ...aosContext(identity),
          related_event: at.uid,
          step: at.step && { id: at.step.id, type: at.step.kind, name: at.step.name },
        },
      },
    },
  })
}

/** The event of a component that has come, gone, changed, or been disabled. */
export function mapComponent(
  scope: MapperScope,
  { component, change, agent, sessionId, seq, at, runId }: EventOf<'component.change'>,
  uid: string,
): OcsfEvent {
  const identity = { ...identityOf(scope, runId), agent, sessionId }
  return assembleEvent(scope.frame, {
    class: 5020,
    activity: 2,
    severity: SEVERITY.informational,
    status: 1,
    time: milliseconds(at),
    uid,
    code: 'component.change',
    sequence: seq,
    correlation: runId === '' ? undefined : runId,
    attributes: {
      message: `${component.type} ${component.name}: ${change}`,
      actor: actorOf(identity),
      device: endpointOf(identity),
      sbom: {
        package: { name: agent.name, version: agent.version ?? 'unknown', uid: agent.id },
        software_components: [
          {
            name: component.name,
            version: component.version ?? 'unknown',
            type_id: 99,
            type: component.type,
          },
        ],
      },
      unmapped: {
        aos: {
          ...aosContext(identity),
          change,
          component: {
            id: component.id,
            description: component.description,
            url: component.url,
            capabilities: component.capabilities,
          },
        },
      },
    },
  })
}

function lifecycleProfiles({ frame }: MapperScope, identity: Identity): ProfileAttributes {
  const { run } = identity
  return {
    host: { actor: actorOf(identity) },
    ai_operation: {
      ai_agent: aiAgentOf(frame.version, identity),
      ai_model: aiModelOf(run?.model === undefined ? undefined : { name: run.model, provider: run.provider }),
    },
  }
}
