import { HookContext } from '@aos/sdk'
import type { PolicyContext } from './policy/policy.ts'
import type { WireAgent, WireStep } from './wire/codec.ts'

/** What a request carries that the step itself does not know. */
export interface WireExtras {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  /** What may be told of the agent beside its id, name and version. */
  readonly agent?: Partial<WireAgent> | undefined
  readonly policies?: readonly string[] | undefined
}

/** Shows a step as the wire carries it. */
export function toWireStep(context: PolicyContext, extras: WireExtras): WireStep {
  const { agent } = context
  const more = context instanceof HookContext ? context : undefined
  return {
    id: extras.id,
    hook: context.hook,
    decisionId: context.decisionId,
    turnId: context.turnId,
    runId: context.runId,
    parentRunId: context.parentRunId,
    pass: context.pass,
    timestamp: extras.timestamp,
    agent: {
      id: agent.id,
      name: agent.name,
      version: agent.version,
      ...(agent.provider === undefined ? {} : { provider: { name: agent.provider, url: '' } }),
      ...extras.agent,
    },
    session: context.session,
    user: context.user,
    trace: more?.trace,
    executionId: context.executionId,
    toolName: context.toolName === '' ? undefined : context.toolName,
    toolKind: context.toolKind,
    mcpServer: context.mcpServer,
    reasoning: context.reasoning,
    role: context.role,
    messageId: more?.message?.id,
    part: context.part,
    final: context.final,
    trigger: triggerOf(context),
    query: context.query,
    keywords: context.keywords,
    isError: context.isError,
    protocol: context.protocol,
    value: context.value,
    policies: extras.policies,
  }
}

function triggerOf({ trigger }: PolicyContext): WireStep['trigger'] {
  if (trigger === undefined) return undefined
  const event: unknown = Reflect.get(trigger, 'event')
  return {
    type: trigger.type === 'autonomous' ? 'autonomous' : 'user',
    ...(event === undefined ? {} : { event }),
  }
}
