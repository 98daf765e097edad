import type { PolicyContext } from '../policy/policy.ts'
import type { WireStep } from '../wire/codec.ts'

/** Shows a step that came over the wire as policies see it. */
export function stepContext(step: WireStep, signal: AbortSignal): PolicyContext {
  const { agent } = step
  return {
    hook: step.hook,
    pass: step.pass,
    decisionId: step.decisionId,
    turnId: step.turnId,
    runId: step.runId,
    parentRunId: step.parentRunId,
    executionId: step.executionId,
    agent: { id: agent.id, name: agent.name, version: agent.version, provider: agent.provider?.name },
    session: step.session,
    user: step.user,
    toolName: step.toolName ?? '',
    toolKind: step.toolKind,
    mcpServer: step.mcpServer,
    reasoning: step.reasoning,
    role: step.role,
    part: step.part as PolicyContext['part'],
    final: step.final,
    query: step.query,
    keywords: step.keywords,
    isError: step.isError,
    protocol: step.protocol,
    trigger: step.trigger,
    value: step.value,
    signal,
  }
}
