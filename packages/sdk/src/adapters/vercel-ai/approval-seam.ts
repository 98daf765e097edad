import { callIfFunction, isBag, type ToolLike, type ToolSet } from './shapes.ts'
import { parseInput } from './tool-schema.ts'
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
    const approval = calls.run.core.options.onApproval === undefined ? 'framework' : 'none'
    const ticket = await calls.settled({ ...toolCall, approval, history: messages })
    if (ticket.denial !== undefined) return { type: 'denied', reason: ticket.denial.reason }
    const status = await ownStatus(own, args)
    return ticket.status === 'ask' && !isDenied(status) ? 'user-approval' : status
  }
}

async function ownStatus(own: unknown, args: ApprovalArgs): Promise<Status> {
  if (typeof own === 'function') return callIfFunction(own, undefined, [args])
  const { toolCall, messages, runtimeContext, tools } = args
  const { toolName, toolCallId, input } = toolCall
  const tool = tools !== undefined && Object.hasOwn(tools, toolName) ? tools[toolName] : undefined
  const setting: unknown = isBag(own) && Object.hasOwn(own, toolName) ? own[toolName] : undefined
  if (typeof setting === 'function') {
    const toolContext = await contextFor(tool, args)
    return callIfFunction(setting, undefined, [input, { toolCallId, messages, toolContext, runtimeContext }])
  }
  if (setting !== undefined && setting !== null) return setting
  const needed: unknown = tool?.needsApproval
  if (typeof needed !== 'function') return needed ? 'user-approval' : undefined
  const options = { toolCallId, messages, context: await contextFor(tool, args) }
  return (await callIfFunction(needed, tool, [input, options])) ? 'user-approval' : undefined
}

// the framework hands the context over as the tool's own schema makes it
async function contextFor(
  tool: ToolLike | undefined,
  { toolsContext, toolCall }: ApprovalArgs,
): Promise<unknown> {
  const { toolName } = toolCall
  const context =
    toolsContext !== undefined && Object.hasOwn(toolsContext, toolName) ? toolsContext[toolName] : undefined
  const schema = tool?.['contextSchema']
  if (schema === undefined || schema === null) return context
  const parsed = await parseInput(schema, context)
  if (parsed.ok) return parsed.value
  throw new TypeError(`the context of the tool ${toolName} is not valid: ${parsed.problem}`)
}

function isDenied(status: Status): boolean {
  return status === 'denied' || (isBag(status) && status['type'] === 'denied')
}
