import type { StepRecord } from '@aos/sdk'
import { AI_ROLES } from './captions.ts'
import { aiAgentOf, aiModelOf, applicationOf, type Identity, type MapperScope } from './identity.ts'
import type { Attributes } from './ocsf-event.ts'
import { count } from './values.ts'

const ROLES: Readonly<Record<string, number>> = { user: 1, agent: 2, system: 99 }

function roleOf({ kind, name }: StepRecord): number {
  if (kind === 'message') return ROLES[name] ?? 2
  if (kind === 'toolCall') return 3
  return kind === 'modelCall' ? 2 : kind === 'knowledgeRetrieval' || kind === 'embedding' ? 6 : 4
}

/** The model, the agent and the turn of a step (OCSF, profile ai_operation). */
export function aiOperation(scope: MapperScope, identity: Identity, step: StepRecord): Attributes {
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
