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
 * The node built anew with its tools gated. Where a middleware wraps its calls, that is shown the tools as they are,
 * and what it hands on is gated, also a tool it puts in the place of another. Nothing where the class cannot be built so.
 */
export function gatedToolNode(node: ToolNodeShape, core: InstrumentCore): object | undefined {
  const { name, handleToolErrors, signal, wrapToolCall } = node
  const wraps = typeof wrapToolCall === 'function'
  const gate = (tool: unknown): unknown => (isTool(tool) ? gatedTool(tool, core) : tool)
  const tools = wraps ? node.tools : node.tools.map(gate)
  const options = {
    ...(isBag(node.options) ? node.options : {}),
    name,
    tags: isBag(node.config) ? node.config['tags'] : undefined,
    handleToolErrors,
    signal,
    wrapToolCall: wraps ? gatedWrap(node, gate) : undefined,
  }
  const NodeClass = node.constructor as new (tools: readonly unknown[], options: Bag) => object
  const made = new NodeClass(tools, options)
  return isToolNode(made) && isSame(made, tools, wraps) ? made : undefined
}

function isSame(made: ToolNodeShape, tools: readonly unknown[], wraps: boolean): boolean {
  const keepsWrap = !wraps || typeof made.wrapToolCall === 'function'
  return keepsWrap && made.tools.every((tool, index) => tool === tools[index])
}

function gatedWrap(node: ToolNodeShape, gate: (tool: unknown) => unknown): Method {
  const handed = (request: unknown): unknown => {
    if (!isBag(request)) return request
    const { tool, toolCall } = request
    const name = isBag(toolCall) ? toolCall['name'] : undefined
    return { ...request, tool: gate(tool ?? node.tools.find((one) => isBag(one) && one['name'] === name)) }
  }
  return (request, handler) =>
    callIfFunction(node.wrapToolCall, node, [
      request,
      (passed: unknown) => callIfFunction(handler, undefined, [handed(passed)]),
    ])
}
