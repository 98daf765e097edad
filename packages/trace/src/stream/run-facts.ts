import type { ReadableSpan } from '../otel/span-types.ts'

/** What the landing page tells of a run, wherever it hands it on. */
export interface RunFacts {
  readonly agent: string
  readonly session: string | undefined
  readonly reasoningSteps: number
  readonly toolsCalled: readonly string[]
}

/** Reads the facts of a run from its ended span, or from the caller's span around it. */
export function runFactsOf({ name, attributes }: ReadableSpan): RunFacts {
  const text = (key: string): string | undefined => {
    const value = attributes[key]
    return typeof value === 'string' ? value : undefined
  }
  const steps = attributes['aos.reasoning.steps']
  const tools = attributes['aos.tools.called']
  return {
    agent: text('aos.agent.name') ?? text('gen_ai.agent.name') ?? name,
    session: text('aos.session.id'),
    reasoningSteps: typeof steps === 'number' ? steps : 0,
    toolsCalled: Array.isArray(tools) ? tools.filter((tool) => typeof tool === 'string') : [],
  }
}
