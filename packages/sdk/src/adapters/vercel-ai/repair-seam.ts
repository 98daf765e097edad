import { AosDeniedError } from '../../errors.ts'
import { callIfFunction, isBag } from './shapes.ts'
import type { ToolGate } from './tool-seam.ts'

/**
 * Judges what the user's repair made of a call that no later seam can stop: AI SDK 6 hands calls of tools without
 * `execute` to the client as they are. A denial makes the call invalid, which the model is told.
 */
export function guardedRepair(own: unknown, { calls }: ToolGate): (...args: unknown[]) => Promise<unknown> {
  return async (...args) => {
    const repaired: unknown = await callIfFunction(own, undefined, args)
    if (!isBag(repaired) || !calls.run.hears('toolCallRequest')) return repaired
    const toolName = String(repaired['toolName'])
    const tool = calls.tool(toolName)
    if (tool === undefined || typeof tool.execute === 'function') return repaired
    const ticket = await calls.judgeRaw({ toolCallId: String(repaired['toolCallId']), toolName, input: String(repaired['input']) })
    calls.run.throwIfFatal()
    if (ticket?.denial !== undefined) throw new AosDeniedError(ticket.denial)
    return ticket?.modified === true ? { ...repaired, input: JSON.stringify(ticket.value) } : repaired
  }
}
