import { legOf } from '../protocol-side.ts'
import type { WireStep } from './codec.ts'
import { protocolOf } from './protocol-peer.ts'
import { member } from './read.ts'

/** Whether an answer goes as an error of its protocol: it says it is one, and has the form of one. */
export function isSentAsError(step: WireStep): boolean {
  if (step.isError !== true || (step.hook !== 'mcp' && step.hook !== 'a2a')) return false
  return legOf(protocolOf(step)) === 'response' && isErrorObject(step.value)
}

function isErrorObject(value: unknown): boolean {
  return Number.isInteger(member(value, 'code')) && typeof member(value, 'message') === 'string'
}
