import type { DecisionRecord, RunRecord, StepRecord } from '@aos/sdk'
import type { ActivityActor, ActivityProvenance } from '../generated/agent-activity-types.ts'
import { defined, type ActivityOrigin } from './envelope.ts'

/** Members that say which run an event is of, and who acts in it. */
export function runMembers(origin: ActivityOrigin, run: RunRecord): Readonly<Record<string, unknown>> {
  const { agent, userId } = run
  return defined({
    run_id: run.id,
    parent_run_id: run.parentRunId,
    trace_id: run.trace?.traceId,
    span_id: run.trace?.spanId,
    agent: defined({
      id: agent.id,
      name: agent.name,
      provider: agent.provider ?? run.provider,
      version: agent.version,
    }),
    developer: origin.developer ?? (userId === undefined ? undefined : { id: userId }),
    actor_chain: actorChain(origin, run),
  })
}

/** Members that say which step an event is of. */
export function stepMembers(
  { provenance }: ActivityOrigin,
  step: StepRecord,
  decision: DecisionRecord | undefined,
): Readonly<Record<string, unknown>> {
  const policy = decision?.policies?.[0]
  return defined({
    step_id: step.id,
    trace_id: step.trace?.traceId,
    span_id: step.trace?.spanId,
    peac_record_ref: step.records?.find(({ format }) => format === 'peac')?.ref,
    // the policy that decided, where the connector names none
    provenance:
      policy === undefined || provenance?.policy_pack_id !== undefined
        ? undefined
        : ({ ...provenance, policy_pack_id: policy } satisfies ActivityProvenance),
  })
}

function actorChain({ source }: ActivityOrigin, { agent, userId }: RunRecord): readonly ActivityActor[] {
  const actors: ActivityActor[] = []
  if (userId !== undefined) actors.push({ type: 'user', id: userId, attested_by: source.name })
  actors.push({ type: 'agent', id: agent.id, display_name: agent.name, attested_by: source.name })
  return actors
}
