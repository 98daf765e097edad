import type { AgentInfo } from '@aos/sdk'
import type { Attributes, EventFrame, OcsfVersion } from './ocsf-event.ts'
import type { RunDirectory, RunFacts } from './run-directory.ts'

/** Everything that an event says of who acts, for whom and in which conversation. */
export interface Identity {
  readonly runId: string
  readonly agent: AgentInfo
  readonly run: RunFacts | undefined
  /** The session, where the run itself is not known. */
  readonly sessionId?: string | undefined
}

/** What all events of a logger are made with. */
export interface MapperScope {
  readonly frame: EventFrame
  readonly runs: RunDirectory
}

/** Looks up who acts in a run. */
export function identityOf({ runs }: MapperScope, runId: string): Identity {
  return { runId, agent: runs.agentOf(runId), run: runs.get(runId) }
}

/** The agent as the application that acts, the person it acts for, and their session (OCSF, object actor). */
export function actorOf({ agent, run, sessionId = run?.sessionId }: Identity): Attributes {
  return {
    app_name: agent.name,
    app_uid: agent.id,
    session: sessionId === undefined ? undefined : { uid: sessionId },
    user: run?.userId === undefined ? undefined : { uid: run.userId },
  }
}

/** The agent as an endpoint, which has no address of its own (OCSF, object network_endpoint). */
export function endpointOf({ agent }: Identity): Attributes {
  return { type_id: 99, type: 'AI Agent', name: agent.name, uid: agent.id }
}

/** The agent as the product that starts and stops (OCSF, object product). */
export function productOf({ agent }: Identity): Attributes {
  return { name: agent.name, uid: agent.id, version: agent.version }
}

/** The agent as an application (OCSF, object application). */
export function applicationOf({ agent }: Identity): Attributes {
  return { name: agent.name, uid: agent.id, type: 'AI Agent', version: agent.version }
}

/** The agent as OCSF 1.9 has it; earlier versions have none. */
export function aiAgentOf(version: OcsfVersion, { agent, run, runId }: Identity): Attributes | undefined {
  if (version === '1.8.0') return undefined
  const [framework = 'unknown'] = (run?.runtime ?? 'unknown').split('@')
  return {
    name: agent.name,
    uid: agent.id,
    version: agent.version,
    instance_uid: runId === '' ? undefined : runId,
    ...agentType(framework),
  }
}

function agentType(framework: string): Attributes {
  if (framework === 'function') return { type_id: 1, type: 'Native' }
  if (framework.includes('langchain')) return { type_id: 2, type: 'LangChain' }
  return { type_id: 99, type: framework }
}

/** What OCSF has no place for: `unmapped.aos` of every event. */
export function aosContext({ agent, run, runId, sessionId = run?.sessionId }: Identity): Attributes {
  return {
    agent: { id: agent.id, name: agent.name, version: agent.version, provider: agent.provider },
    session: sessionId === undefined ? undefined : { id: sessionId, generated: run?.sessionGenerated },
    run: {
      id: runId === '' ? undefined : runId,
      parent_id: run?.parentRunId,
      turn_id: run?.turnId,
      trigger: run?.trigger,
      runtime: run?.runtime,
    },
  }
}

/** A model as OCSF has it, which wants a provider too (OCSF, object ai_model). */
export function aiModelOf(
  model:
    | { readonly provider?: string | undefined; readonly name: string; readonly version?: string | undefined }
    | undefined,
): Attributes | undefined {
  if (model === undefined) return undefined
  return { name: model.name, ai_provider: model.provider ?? 'unknown', version: model.version }
}

/** Ids of a span, for events whose class has no place for a trace. */
export function traceIds({
  traceId,
  spanId,
}: {
  readonly traceId: string
  readonly spanId: string
}): Attributes {
  return { trace_id: traceId, span_id: spanId }
}
