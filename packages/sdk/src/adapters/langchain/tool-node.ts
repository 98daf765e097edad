import type { InstrumentCore } from '../../instrument/core.ts'
import { callIfFunction, hasMethods, isBag, isTool, type Bag, type Method } from './shapes.ts'
import { gatedTool } from './tool-gate.ts'

/** The node of a graph that executes tools, of either package that has one. */
export interface ToolNodeShape {
  readonly tools: readonly unknown[]
  readonly options?: unknown
  readonly name?: unknown
  readonly config?: unknown
  readonly handleToolErrors?: unknown
  readonly signal?: unknown
  readonly wrapToolCall?: unknown
}

/** Whether a node executes tools. */
export function isToolNode(value: unknown): value is ToolNodeShape {
  return hasMethods(value, 'runTool', 'invoke') && Array.isArray(Reflect.get(value, 'tools'))
}

/**
 * The node built anew with gated tools; what a middleware puts in the place of a tool is gated too. Nothing where the
 * class cannot be built so.
 */
export function gatedToolNode(node: ToolNodeShape, core: InstrumentCore): object | undefined {
  const { name, handleToolErrors, signal, wrapToolCall } = node
  const tools = node.tools.map((tool) => (isTool(tool) ? gatedTool(tool, core) : tool))
  const options = {
    ...(isBag(node.options) ? node.options : {}),
    name,
    tags: isBag(node.config) ? node.config['tags'] : undefined,
    handleToolErrors,
    signal,
    wrapToolCall: typeof wrapToolCall === 'function' ? gatedWrap(wrapToolCall, node, core) : undefined,
  }
  const NodeClass = node.constructor as new (tools: readonly unknown[], options: Bag) => object
  const made = new NodeClass(tools, options)
  return isToolNode(made) && made.tools.every((tool, index) => tool === tools[index]) ? made : undefined
}

function gatedWrap(own: unknown, node: ToolNodeShape, core: InstrumentCore): Method {
  return (request, handler) => {
    const gated = (passed: unknown): unknown =>
      callIfFunction(handler, undefined, [withGatedTool(passed, core)])
    return callIfFunction(own, node, [request, gated])
  }
}

function withGatedTool(request: unknown, core: InstrumentCore): unknown {
  const tool = isBag(request) ? request['tool'] : undefined
  return isTool(tool) ? { ...(request as Bag), tool: gatedTool(tool, core) } : request
}
