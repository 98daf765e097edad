import { callIfFunction, isBag, type ExecuteOptions, type ToolLike, type ToolSet } from './shapes.ts'
import { toolSource } from '../../inventory/component-source.ts'
import type { ToolCalls } from './tool-calls.ts'
import { guardedExecute } from './tool-execution.ts'

/** How the tools of one call are gated. */
export interface ToolGate {
  readonly calls: ToolCalls
  /** Waits until the input of the run has been judged. */
  readonly ready: () => Promise<unknown> | undefined
  /** Whether the framework makes its own tool spans, which ours annotate. */
  readonly annotate: boolean
  /** Whether the framework asks people through `needsApproval` (AI SDK 6) and not through `toolApproval`. */
  readonly approvalOnTools: boolean
}

/** Gates every tool of a set; the originals stay untouched. */
export function guardTools(tools: ToolSet, gate: ToolGate): ToolSet {
  gate.calls.learn(tools)
  const guarded: Record<string, ToolLike> = {}
  for (const [name, tool] of Object.entries(tools))
    guarded[name] = isBag(tool) ? guardTool(tool, name, gate) : tool
  for (const [name, tool] of Object.entries(tools))
    if (isBag(tool)) gate.calls.run.core.components.define(toolSource(name, tool))
  return guarded
}

const GUARDED = new WeakMap<object, ToolGate>()

function guardTool(tool: ToolLike, name: string, gate: ToolGate): ToolLike {
  if (GUARDED.get(tool) === gate) return tool
  // descriptors and not a spread: the framework keeps members on tools that are not enumerable, or not configurable
  const members: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(tool)
  const define = (key: string, value: unknown, enumerable = true): void => {
    members[key] = { value, enumerable, configurable: true, writable: true }
  }
  if (typeof tool.execute === 'function') define('execute', guardedExecute(tool, name, gate))
  // callbacks are shown the tools: a member the user did not write stays out of sight
  if (gate.approvalOnTools)
    define('needsApproval', guardedNeedsApproval(tool, name, gate), tool.needsApproval !== undefined)
  const caller: unknown = Reflect.get(tool, 'experimental_toolCaller')
  if (isBag(caller) && typeof caller['bind'] === 'function')
    define('experimental_toolCaller', guardedCaller(caller, name, gate), false)
  const clone = Object.create(Reflect.getPrototypeOf(tool), members) as ToolLike
  GUARDED.set(clone, gate)
  return clone
}

// a caller tool binds other tools and runs them itself: what it binds is a tool of its own, which is gated again
function guardedCaller(caller: object, name: string, gate: ToolGate): object {
  const bind = (...args: readonly unknown[]): unknown => {
    const bound = callIfFunction(Reflect.get(caller, 'bind'), caller, args)
    if (!isBag(bound)) return bound
    gate.calls.learn({ [name]: bound as ToolLike })
    return guardTool(bound as ToolLike, name, gate)
  }
  return Object.create(Reflect.getPrototypeOf(caller), {
    ...Object.getOwnPropertyDescriptors(caller),
    bind: { value: bind, enumerable: true },
  }) as object
}

function guardedNeedsApproval(
  tool: ToolLike,
  toolName: string,
  gate: ToolGate,
): (input: unknown, options: ExecuteOptions) => Promise<boolean> {
  return async (input, options) => {
    const { calls } = gate
    if (calls.run.hears('toolCallRequest')) {
      const { toolCallId, messages: history } = options
      const approval = calls.run.core.options.onApproval === undefined ? 'framework' : 'none'
      const ticket = await calls.settled({ toolCallId, toolName, input, tool, approval, history })
      const granted = ticket.operation.approval === 'granted'
      // asked again about an approved call, AI SDK 6 drops it for a no: what is denied is to reach execute, which says why
      if (ticket.status === 'denied') return granted
      if (ticket.status === 'ask' || (granted && ticket.asked === true)) return true
    }
    const own = tool.needsApproval
    return Boolean(typeof own === 'function' ? await callIfFunction(own, tool, [input, options]) : own)
  }
}
