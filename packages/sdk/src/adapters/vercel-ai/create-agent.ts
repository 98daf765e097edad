import { ToolLoopAgent, type LanguageModel, type ToolLoopAgentSettings, type ToolSet } from 'ai'
import { AosError } from '../../errors.ts'

/** A tool as the AOS landing page writes it: `parameters` is the input schema. */
export interface LandingTool {
  readonly description?: string
  readonly parameters?: unknown
  readonly inputSchema?: unknown
  readonly execute?: unknown
  readonly [member: string]: unknown
}

/** What {@link createAgent} takes beside every setting of `ToolLoopAgent`. */
export interface CreateAgentOptions extends Omit<
  ToolLoopAgentSettings<never, ToolSet>,
  'model' | 'tools' | 'instructions'
> {
  /** A model object, or an id that `models` resolves. */
  readonly model: string | Exclude<LanguageModel, string>
  readonly tools?: Readonly<Record<string, LandingTool>>
  /** The system prompt. */
  readonly system?: string
  readonly instructions?: string
  /** Gives the model object for an id; needed for a bare id, since no provider is guessed. */
  readonly models?: (id: string) => Exclude<LanguageModel, string> | undefined
}

/**
 * Makes an AI SDK agent from the form the AOS landing page uses; give it to `new AOSInstrument(agent)`.
 * Throws `invalid_options` for a model id that `models` does not resolve, or a tool without a schema.
 */
export function createAgent(options: CreateAgentOptions): ToolLoopAgent<never, ToolSet> {
  const { model, tools, system, instructions = system, models, ...settings } = options
  const made: ToolLoopAgentSettings<never, ToolSet> = {
    ...settings,
    model: resolveModel(model, models),
    ...(instructions === undefined ? {} : { instructions }),
    ...(tools === undefined ? {} : { tools: toToolSet(tools) }),
  }
  return new ToolLoopAgent<never, ToolSet>(made)
}

function resolveModel(
  model: CreateAgentOptions['model'],
  models: CreateAgentOptions['models'],
): Exclude<LanguageModel, string> {
  if (typeof model !== 'string') return model
  const resolved = models?.(model)
  if (resolved !== undefined) return resolved
  throw new AosError({
    code: 'invalid_options',
    message: `createAgent cannot resolve the model ${JSON.stringify(model)}`,
    why: models === undefined ? 'A bare id names no provider.' : 'The models resolver gave nothing for it.',
    fix: "Pass a model object, for example openai('gpt-4'), or a resolver: models: (id) => openai(id).",
  })
}

function toToolSet(tools: Readonly<Record<string, LandingTool>>): ToolSet {
  return Object.fromEntries(
    Object.entries(tools).map(([name, { parameters, inputSchema = parameters, ...tool }]) => {
      if (inputSchema === undefined) {
        throw new AosError({
          code: 'invalid_options',
          message: `The tool ${name} has no parameters`,
          why: 'Its arguments could not be checked.',
          fix: 'Give it parameters: z.object({ … }).',
        })
      }
      return [name, { ...tool, inputSchema } as ToolSet[string]]
    }),
  )
}
