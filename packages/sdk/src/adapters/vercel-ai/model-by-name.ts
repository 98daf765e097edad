import { AosError } from '../../errors.ts'
import { callIfFunction, isBag } from './shapes.ts'

/** Finds the model object that the framework would take for an id. */
export type ModelByName = (id: string) => unknown

/** Resolves ids as the functions of an `ai` module do: the default provider of the process, else the gateway of the module. */
export function modelsOfNamespace(ai: object): ModelByName {
  return (id) => fromProvider(defaultProvider() ?? Reflect.get(ai, 'gateway'), id) ?? unresolved(id)
}

/** Resolves embedding model ids in the same way. */
export function embeddingModelOf(ai: object, id: string): unknown {
  const provider: unknown = defaultProvider() ?? Reflect.get(ai, 'gateway')
  if (!isBag(provider)) return unresolved(id)
  return (
    callIfFunction(provider['embeddingModel'] ?? provider['textEmbeddingModel'], provider, [id]) ??
    unresolved(id)
  )
}

/** Resolves ids as an agent does; the gateway, which only the framework knows, is found by asking an agent of the same class. */
export function modelsOfAgent(agent: object): ModelByName {
  return (id) => {
    const provider = defaultProvider()
    return provider === undefined ? askedOfAgent(agent, id) : (fromProvider(provider, id) ?? unresolved(id))
  }
}

function defaultProvider(): unknown {
  return Reflect.get(globalThis, 'AI_SDK_DEFAULT_PROVIDER') ?? undefined
}

function fromProvider(provider: unknown, id: string): unknown {
  return isBag(provider) ? callIfFunction(provider['languageModel'], provider, [id]) : undefined
}

async function askedOfAgent(agent: object, id: string): Promise<unknown> {
  const make = stockClassOf(agent)
  if (make === undefined) return unresolved(id)
  const asked = new Error('the model is known')
  let model: unknown
  const prepareStep = (args: unknown): never => {
    model = isBag(args) ? args['model'] : undefined
    throw asked
  }
  const silent = { isEnabled: false }
  const probe: unknown = Reflect.construct(make, [
    { model: id, prepareStep, onError: () => undefined, telemetry: silent, experimental_telemetry: silent },
  ])
  try {
    await callIfFunction(isBag(probe) ? probe['generate'] : undefined, probe, [{ prompt: id }])
  } catch (error) {
    if (error !== asked) throw error
  }
  return model ?? unresolved(id)
}

function stockClassOf(agent: object): (new () => object) | undefined {
  for (
    let prototype = Reflect.getPrototypeOf(agent);
    prototype !== null;
    prototype = Reflect.getPrototypeOf(prototype)
  ) {
    const { constructor } = prototype
    if (constructor.name.endsWith('ToolLoopAgent') && Object.hasOwn(prototype, 'prepareCall'))
      return constructor as new () => object
  }
  return undefined
}

function unresolved(id: string): never {
  throw new AosError({
    code: 'unsupported_agent',
    message: `The model ${JSON.stringify(id)} is given by name and cannot be gated here`,
    why: 'What the framework would resolve the name to is not reachable, so its calls would be judged by nobody.',
    fix: 'Pass the model object, or set globalThis.AI_SDK_DEFAULT_PROVIDER.',
  })
}
