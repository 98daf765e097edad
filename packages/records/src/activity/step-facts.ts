import type { StepRecord, TokenUsage } from '@aos/sdk'
import type {
  ActivityCost,
  ActivityDelegation,
  ActivityModel,
  ActivityOutcome,
  ActivityTool,
} from '../generated/agent-activity-types.ts'
import { tellingDecision } from './decision-facts.ts'
import { amount, defined } from './envelope.ts'

const PREVIEW_CODE_POINTS = 500

/** The tool of a step, with the beginning of what it is given, as far as that is captured. */
export function toolOf(step: StepRecord): ActivityTool {
  return defined({
    name: step.name,
    action: 'invoke',
    command_preview: previewOf(step.content.input),
    call_id: step.executionId,
    mcp_server: step.mcpServer,
    kind: step.toolKind,
  }) as ActivityTool
}

/** The first 500 characters of a text, none of them cut in two. */
export function previewOf(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= PREVIEW_CODE_POINTS) return text
  return Array.from(text.slice(0, PREVIEW_CODE_POINTS * 2))
    .slice(0, PREVIEW_CODE_POINTS)
    .join('')
}

/** The model of a step. */
export function modelOf({ model, name, finishReasons }: StepRecord): ActivityModel {
  return defined({
    name: model?.actual ?? model?.requested ?? name,
    requested: model?.requested,
    provider: model?.provider,
    finish_reasons: finishReasons === undefined ? undefined : [...finishReasons],
  }) as ActivityModel
}

/** The member `cost` of what was used; nothing where nothing is known. */
export function costOf(usage: TokenUsage | undefined, costUsd?: number): { readonly cost?: ActivityCost } {
  const cost = defined({
    input_tokens: amount(usage?.inputTokens),
    output_tokens: amount(usage?.outputTokens),
    cache_read_tokens: amount(usage?.cacheReadTokens),
    cache_write_tokens: amount(usage?.cacheWriteTokens),
    reasoning_tokens: amount(usage?.reasoningTokens),
    cost_usd: amount(costUsd),
  })
  return Object.keys(cost).length === 0 ? {} : { cost: cost as ActivityCost }
}

/** How a step ended that was let happen. */
export function outcomeOf(step: StepRecord): ActivityOutcome {
  const { status, summary } = endOf(step)
  return defined({
    status,
    summary,
    duration_ms: step.endedAt === undefined ? undefined : amount(step.endedAt - step.startedAt),
  }) as ActivityOutcome
}

interface End {
  readonly status?: string
  readonly summary?: string | undefined
}

function endOf({ status, error, decisions }: StepRecord): End {
  const summary = error === undefined ? undefined : `${error.type}: ${error.message}`
  switch (status) {
    case 'error':
      return { status: error?.type === 'TimeoutError' ? 'timed_out' : 'failed', summary }
    case 'cancelled':
      return { status: 'cancelled', summary }
    case 'not_executed':
      return { status: 'cancelled', summary: 'it was never executed' }
    case 'denied':
      // whether an effect outside of this process happened is not known
      return { summary: 'denied, which could not be enforced: it may have happened' }
    case 'withheld':
      return {
        status: error === undefined ? 'succeeded' : 'failed',
        summary: `the result was withheld: ${tellingDecision(decisions)?.reason ?? 'no reason given'}`,
      }
    case 'ok':
    case undefined:
      return { status: 'succeeded' }
  }
}

const HANDS_OVER: ReadonlySet<string | undefined> = new Set([
  'SendMessage',
  'SendStreamingMessage',
  'message/send',
  'message/stream',
])

/** The work that a message to another agent hands over, if it hands over any. */
export function delegationOf({ protocol }: StepRecord): ActivityDelegation | undefined {
  if (protocol?.direction !== 'outbound' || protocol.leg === 'response' || !HANDS_OVER.has(protocol.method))
    return undefined
  return defined({
    peer: protocol.peer?.name,
    peer_url: protocol.peer?.url,
    protocol: protocol.name,
    method: protocol.method,
    task_id: protocol.target,
  }) as ActivityDelegation
}
