import { AosDeniedError } from '../../errors.ts'
import { callIfFunction, isBag, type Bag } from './shapes.ts'
import type { ToolGate } from './tool-seam.ts'

/** How the repairs of one call are gated. */
export interface RepairGate extends ToolGate {
  readonly dropsDeniedClientCalls: boolean
}

const NAMES = ['repairToolCall', 'experimental_repairToolCall'] as const

/** Gates what the user's repair makes of a call, whose arguments no earlier seam has seen. */
export function guardedRepairs(settings: Bag, gate: RepairGate): Bag {
  const given = NAMES.filter((name) => typeof settings[name] === 'function')
  return Object.fromEntries(given.map((name) => [name, guardedRepair(settings[name], gate)]))
}

/**
 * A modified repair goes on modified. A denied one is left to the later seams, except where none can stop it: AI SDK 6
 * hands calls of tools without `execute` to the client as they are, so there it becomes invalid, which the model is told.
 */
function guardedRepair(
  own: unknown,
  { calls, dropsDeniedClientCalls }: RepairGate,
): (...args: unknown[]) => Promise<unknown> {
  return async (...args) => {
    const repaired: unknown = await callIfFunction(own, undefined, args)
    if (!isBag(repaired) || !calls.run.hears('toolCallRequest')) return repaired
    const toolName = String(repaired['toolName'])
    const ticket = await calls.judgeRaw({
      toolCallId: String(repaired['toolCallId']),
      toolName,
      input: String(repaired['input']),
    })
    calls.run.throwIfFatal()
    const isClientCall = typeof calls.tool(toolName)?.execute !== 'function'
    if (ticket?.denial !== undefined && dropsDeniedClientCalls && isClientCall)
      throw new AosDeniedError(ticket.denial)
    return ticket?.denial === undefined && ticket?.modified === true
      ? { ...repaired, input: JSON.stringify(ticket.value) }
      : repaired
  }
}
