import { legOf } from '../protocol-side.ts'
import type { WireStep } from './codec.ts'
import { protocolOf } from './protocol-peer.ts'
import { member } from './read.ts'

/** Whether an answer goes as an error of its protocol: it says it is one, and has the form of one. */
export function isSentAsError(step: WireStep): boolean {
  if (step.isError !== true || (step.hook !== 'mcp' && step.hook !== 'a2a')) return false
  return legOf(protocolOf(step)) === 'response' && isErrorObject(step)
}

// bindings of A2A that are not JSON-RPC have errors without a number
function isErrorObject({ hook, value }: WireStep): boolean {
  const code = member(value, 'code')
  const isCode = Number.isInteger(code) || (hook === 'a2a' && code === undefined)
  return isCode && typeof member(value, 'message') === 'string'
}
