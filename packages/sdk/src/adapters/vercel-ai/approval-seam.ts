import { callIfFunction, isBag, type ToolLike, type ToolSet } from './shapes.ts'
import { isApproved } from './tool-calls.ts'
import type { ToolGate } from './tool-seam.ts'

/** What `toolApproval` of AI SDK 7 is called with. */
interface ApprovalArgs {
  readonly toolCall: {
    readonly toolCallId: string
    readonly toolName: string
    readonly input: unknown
    readonly providerExecuted?: boolean | undefined
    readonly invalid?: boolean | undefined
  }
  readonly tools?: ToolSet | undefined
  readonly toolsContext?: Readonly<Record<string, unknown>> | undefined
  readonly messages?: readonly unknown[] | undefined
  readonly runtimeContext?: unknown
}

type Status = unknown

/**
 * Puts our decision before the user's `toolApproval`: a denied call is denied natively, an `ask` asks the user, and
 * otherwise the user's own setting answers as it would without us (AI SDK 7: function, map by tool, `needsApproval`).
 */
export function guardedToolApproval(own: unknown, gate: ToolGate): (args: ApprovalArgs) => Promise<Status> {
  return async (args) => {
    const { calls } = gate
    const { toolCall, messages } = args
    if (!calls.run.hears('toolCallRequest') && calls.run.core.unarmed) return ownStatus(own, args)
    // answering "denied" for a provider's tool leaves its result in place and ends the loop early
    if (toolCall.providerExecuted === true || toolCall.invalid === true) return ownStatus(own, args)
    await gate.ready()
    const granted = isApproved(messages, toolCall.toolCallId)
    const state = calls.run.core.options.onApproval === undefined ? 'framework' : 'none'
    const ticket = await calls.settled({ ...toolCall, approval: granted ? 'granted' : state })
    if (ticket.denial !== undefined) return { type: 'denied', reason: ticket.denial.reason }
    const status = await ownStatus(own, args)
    return ticket.status === 'ask' && !isDenied(status) ? 'user-approval' : status
  }
}

async function ownStatus(own: unknown, args: ApprovalArgs): Promise<Status> {
  if (typeof own === 'function') return callIfFunction(own, undefined, [args])
  const { toolCall, messages, toolsContext, runtimeContext } = args
  const { toolName, toolCallId, input } = toolCall
  const context = toolsContext?.[toolName]
  const setting: unknown = isBag(own) && Object.hasOwn(own, toolName) ? own[toolName] : undefined
  if (typeof setting === 'function') {
    return callIfFunction(setting, undefined, [input, { toolCallId, messages, toolContext: context, runtimeContext }])
  }
  if (setting !== undefined && setting !== null) return setting
  return needsApproval(args.tools?.[toolName], input, { toolCallId, messages, context })
}

async function needsApproval(tool: ToolLike | undefined, input: unknown, options: object): Promise<Status> {
  const own = tool?.needsApproval
  const needed = typeof own === 'function' ? await callIfFunction(own, tool, [input, options]) : own
  return needed === true ? 'user-approval' : undefined
}

function isDenied(status: Status): boolean {
  return status === 'denied' || (isBag(status) && status['type'] === 'denied')
}
