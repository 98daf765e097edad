import { AosError } from '../../errors.ts'
import type { AdapterHost, AgentDescription, BoundAgent } from '../../instrument/adapter.ts'
import { InvocationRuns } from './invocation-runs.ts'
import { withGatedModel, type Handler } from './middleware.ts'
import { isBag, isBubbleUp, isMessage, isTool, type Bag, type ToolShape } from './shapes.ts'
import { answerInPlace } from './tool-forms.ts'
import { originalOf, toolIn } from './tool-gate.ts'
import { asError } from './tool-output.ts'

/** What `aosMiddleware` instruments in the place of an agent. */
export class MiddlewareTarget {
  readonly name: string = 'aos'
  readonly toolErrors: 'message' | 'throw'

  constructor(toolErrors: 'message' | 'throw') {
    this.toolErrors = toolErrors
  }
}

/** Whether this is what `aosMiddleware` stands for. */
export function isMiddleware(value: object): value is MiddlewareTarget {
  return value instanceof MiddlewareTarget
}

/** What is known of an agent from inside of it. */
export function describeMiddleware(): AgentDescription {
  return {
    framework: 'langchain',
    name: 'agent',
    components: [],
    coverage: [
      {
        component: 'agent',
        enforcement: 'observed',
        note: 'seen from inside: its run begins with its first model call, and its result is not judged as a whole',
      },
      { component: 'models', enforcement: 'bound' },
      { component: 'tools', enforcement: 'bound' },
    ],
  }
}

/** The gated form of the middleware. */
export function bindMiddleware({ toolErrors }: MiddlewareTarget, host: AdapterHost): BoundAgent {
  const runs = new InvocationRuns(host)
  return {
    members: {
      wrapModelCall: (request: Bag, handler: Handler) =>
        runs.modelCall(request, () =>
          handler(
            withGatedModel(request, {
              find: (config, work) => runs.within(config ?? request['runtime'], work),
              withoutProviderTools: host.core.options.providerTools === 'remove',
            }),
          ),
        ),
      wrapToolCall: (request: Bag, handler: Handler) => {
        const { tool } = request
        if (!isTool(tool)) return handler(request)
        const gated = toolIn(tool, (work) => runs.within(request['runtime'], work))
        const result = handler({ ...request, tool: gated })
        return toolErrors === 'throw' ? result : result.catch((error) => told(tool, request, error))
      },
    },
    run: async () => {
      throw new AosError({
        code: 'invalid_options',
        message: 'A middleware cannot be run',
        fix: 'Run the agent that it is a middleware of.',
      })
    },
  }
}

// what the framework itself makes of the error of a tool
async function told(tool: ToolShape, { toolCall, runtime }: Bag, error: unknown): Promise<unknown> {
  const signal = isBag(runtime) ? runtime['signal'] : undefined
  const aborted = signal instanceof AbortSignal && signal.aborted
  if (isBubbleUp(error) || aborted || isSchemaError(error)) throw error
  const text = `${String(error)}\n Please fix your mistakes.`
  const input = { ...(toolCall as Bag), type: 'tool_call' }
  const answer = await answerInPlace(originalOf(tool), text, { method: 'invoke', input, config: undefined })
  if (!isMessage(answer)) throw error
  return asError(answer)
}

// the framework tells the model of these in any case
function isSchemaError(error: unknown): boolean {
  return error instanceof Error && /^Tool(Invocation|InputParsing)/.test(error.name)
}
