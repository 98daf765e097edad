import type { AosEvent, DecisionRecord, StepRecord } from '@aos/sdk'
import { actorOf, aiAgentOf, aosContext, identityOf, type MapperScope, traceIds } from './identity.ts'
import {
  decisionDetails,
  isAlert,
  isDenial,
  isGuardianFailure,
  policyOf,
  securityControl,
  severityOf,
} from './judged.ts'
import { stepDetails } from './map-step.ts'
import { assembleEvent, type Attributes, type OcsfEvent } from './ocsf-event.ts'
import { apiOf, databaseOf, endpointsOf, placeOf, resourcesOf } from './step-place.ts'
import { milliseconds } from './values.ts'

/** The finding of a decision: a denial, a change, or the failure of a guardian. */
export function mapFinding(
  scope: MapperScope,
  event: Extract<AosEvent, { readonly type: 'decision' }>,
): OcsfEvent {
  const { decision, step, seq, runId } = event
  const identity = identityOf(scope, runId)
  const { version } = scope.frame
  const time = milliseconds(decision.at)
  const uid = `${runId}.${seq}`
  return assembleEvent(scope.frame, {
    class: 2004,
    activity: 1,
    severity: severityOf(decision),
    status: 1,
    statusText: 'New',
    time,
    uid,
    code: 'decision',
    sequence: seq,
    correlation: runId,
    profiles: { security_control: securityControl(decision), host: { actor: actorOf(identity) } },
    attributes: {
      is_alert: isAlert(decision),
      message: `${titleOf(decision, step)}${decision.reason === undefined ? '' : `: ${decision.reason}`}`,
      finding_info: findingInfo(scope, event, uid),
      evidences: [
        {
          actor: actorOf(identity),
          ai_agent: aiAgentOf(version, identity),
          ...endpointsOf(identity, step),
          ...evidenceOf(step),
          resources: resourcesOf(step),
        },
      ],
      unmapped: {
        aos: {
          ...aosContext(identity),
          step: stepDetails(step),
          decision: { ...decisionDetails(decision), handlers: decision.handlers },
          trace: step.trace && traceIds(step.trace),
        },
      },
    },
  })
}

function findingInfo(
  { frame }: MapperScope,
  { decision, step }: Pick<Extract<AosEvent, { readonly type: 'decision' }>, 'decision' | 'step'>,
  uid: string,
): Attributes {
  const place = placeOf(step)
  const { name, type } = policyOf(decision)
  return {
    uid,
    uid_alt: decision.decisionId,
    title: titleOf(decision, step),
    desc: decision.reason,
    types: [
      isGuardianFailure(decision) ? 'Guardian Failure' : isDenial(decision) ? 'Denial' : 'Modification',
    ],
    created_time: milliseconds(decision.at),
    analytic: { name, type_id: 1, type: 'Rule', category: type },
    related_events: [
      {
        uid: step.id,
        type_uid: place.class * 100 + place.activity,
        type: place.name,
        product: frame.product,
      },
    ],
    related_events_count: 1,
  }
}

function evidenceOf(step: StepRecord): Attributes {
  const { class: ofClass } = placeOf(step)
  if (ofClass === 6003) return { api: apiOf(step) }
  return ofClass === 6005 ? { database: databaseOf(step) } : {}
}

function titleOf(decision: DecisionRecord, step: StepRecord): string {
  return `${placeOf(step).name} ${effectOf(decision)}: ${step.name}`
}

function effectOf({ enforced, verdict, failOpen, shadow }: DecisionRecord): string {
  if (shadow === true) return `judged in the shadow (${verdict})`
  if (enforced === 'none') return `not stopped in spite of ${verdict}`
  return failOpen === undefined ? enforced : `${enforced} because a guard failed`
}
