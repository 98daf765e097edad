import type { InstrumentCore } from '../../instrument/core.ts'
import { callIfFunction, hasMethods, isBag, isTool, type Bag, type Method } from './shapes.ts'
import { gatedTool } from './tool-gate.ts'

/** The node of a graph that executes tools, of either package that has one. */
interface ToolNodeShape {
  tools: readonly unknown[]
  readonly options?: unknown
  wrapToolCall?: unknown
}

/** Whether a node executes tools. */
export function isToolNode(value: unknown): value is ToolNodeShape {
  return hasMethods(value, 'runTool', 'invoke') && Array.isArray(Reflect.get(value, 'tools'))
}

/** Gates the tools of a node that is ours; what a middleware puts in the place of a tool is gated too. */
export function gateToolNode(node: ToolNodeShape, core: InstrumentCore): void {
  node.tools = node.tools.map((tool) => (isTool(tool) ? gatedTool(tool, core) : tool))
  const { wrapToolCall } = node
  if (typeof wrapToolCall !== 'function') return
  node.wrapToolCall = (request: unknown, handler: Method): unknown =>
    callIfFunction(wrapToolCall, node, [request, (passed: unknown) => handler(withGatedTool(passed, core))])
}

function withGatedTool(request: unknown, core: InstrumentCore): unknown {
  const tool = isBag(request) ? request['tool'] : undefined
  return isTool(tool) ? { ...(request as Bag), tool: gatedTool(tool, core) } : request
}
