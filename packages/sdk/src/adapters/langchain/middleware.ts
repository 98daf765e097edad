import type { InstrumentCore } from '../../instrument/core.ts'
import { gatedModel } from './model-gate.ts'
import { isBag, isTool, type Bag } from './shapes.ts'
import { problemOf } from './tool-forms.ts'

/** The name of our middleware among those of an agent. */
export const MIDDLEWARE_NAME = 'aos'

type Handler = (request: Bag) => Promise<unknown>

/**
 * Gates the model of each request. Being last it is innermost: it sees the request as it goes out. It has no other
 * hook: those cost steps of the graph, show in streams, or make failing tools fatal.
 */
export function modelMiddleware(core: InstrumentCore): object {
  return {
    name: MIDDLEWARE_NAME,
    wrapModelCall: (request: Bag, handler: Handler) => {
      const tools: readonly unknown[] = Array.isArray(request['tools']) ? request['tools'] : []
      const model = gatedModel(request['model'], {
        core,
        structured: request['responseFormat'] !== undefined,
        validate: (toolName) => {
          const tool = tools.find((one) => isBag(one) && one['name'] === toolName)
          return isTool(tool) ? (args) => problemOf(tool, args) : undefined
        },
      })
      return handler({ ...request, model })
    },
  }
}
