import { mcpServerOf } from '../../mcp/server-mark.ts'
import { gatedModel, type ModelGate } from './model-gate.ts'
import { isBag, isTool, type Bag } from './shapes.ts'
import { problemOf } from './tool-forms.ts'
import { originalOf } from './tool-gate.ts'

/** Calls the rest of what a request goes through. */
export type Handler = (request: Bag) => Promise<unknown>

/**
 * Gates the model of each request. Being last it is innermost: it sees the request as it goes out. It has no other
 * hook: those cost steps of the graph, show in streams, or make failing tools fatal.
 */
export function modelMiddleware(finder: ModelFinder): object {
  return {
    name: 'aos.instrument',
    wrapModelCall: (request: Bag, handler: Handler) => handler(withGatedModel(request, finder)),
  }
}

/** How the run of a model call is found, and what its instrument says of tools. */
export type ModelFinder = Pick<ModelGate, 'find' | 'withoutProviderTools'>

/** The request with its model gated. */
export function withGatedModel(request: Bag, finder: ModelFinder): Bag {
  const tools: readonly unknown[] = Array.isArray(request['tools']) ? request['tools'] : []
  return {
    ...request,
    model: gatedModel(request['model'], gateFor(tools, request['responseFormat'] !== undefined, finder)),
  }
}

/** How a model is gated that is given these tools. */
export function gateFor(tools: readonly unknown[], structured: boolean, finder: ModelFinder): ModelGate {
  return {
    ...finder,
    structured,
    toolFacts: (toolName) => {
      const tool = tools.find((one) => isBag(one) && one['name'] === toolName)
      return isTool(tool)
        ? { mcpServer: mcpServerOf(originalOf(tool)), validate: (args) => problemOf(originalOf(tool), args) }
        : {}
    },
  }
}
