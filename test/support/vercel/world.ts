import { scriptedModel, type ScriptedCall, type ScriptedModel, type ScriptStep } from '@aos/sdk/testing'

import type { AgentLike, AiNamespace, AiVersion, Bag } from '../../compat/ai-namespace.ts'
import type { Normaliser, Plain } from './normalise.ts'

/** How a test puts something around agents and functions; the identity puts nothing. */
export interface Wrap {
  agent<A extends AgentLike>(agent: A): A
  namespace(ai: AiNamespace): AiNamespace
}

/** Wraps nothing: how the AI SDK behaves by itself. */
export const identity: Wrap = { agent: (agent) => agent, namespace: (ai) => ai }

/** Everything a scenario acts with; what it does is noted in one log. */
export interface World {
  readonly version: AiVersion
  /** The functions of the AI SDK as the user calls them: wrapped. */
  readonly ai: AiNamespace
  readonly log: { lane: string; event: string; details: Plain }[]
  readonly models: ScriptedModel<'v2' | 'v3' | 'v4'>[]
  readonly controller: AbortController
  note(lane: string, event: string, details?: unknown): void
  /** A scripted model of the specification this version speaks, or an older one. */
  model(
    steps: readonly ScriptStep[] | ((call: ScriptedCall) => ScriptStep),
    options?: ModelOptions,
  ): ScriptedModel<'v2' | 'v3' | 'v4'>
  /** An instrumented agent. */
  agent(settings: Bag): AgentLike
  wrap<A extends AgentLike>(agent: A): A
  /** A tool that notes its executions. */
  tool(name: string, execute: (input: Bag, options: Bag) => unknown, extra?: Bag): Bag
  /** An error that is recognised wherever it turns up. */
  error(name: string): Error
}

interface ModelOptions {
  readonly specificationVersion?: 'v2' | 'v3' | 'v4'
  readonly modelId?: string
}

/** Makes the world of one observation. */
export function createWorld(version: AiVersion, wrap: Wrap, normalise: Normaliser): World {
  const log: World['log'] = []
  const models: World['models'] = []
  const ai = wrap.namespace(version.ai)

  const note: World['note'] = (lane, event, details = null) => {
    log.push({ lane, event, details: normalise(details) })
  }

  return {
    version,
    ai,
    log,
    models,
    controller: new AbortController(),
    note,
    model(steps, options = {}) {
      const modelId = options.modelId ?? `model-${models.length + 1}`
      const { specificationVersion = version.spec } = options
      const model = scriptedModel<'v2' | 'v3' | 'v4'>({ modelId, specificationVersion, steps, pace })
      models.push(model)
      return model
    },
    agent: (settings) => wrap.agent(new version.ai.ToolLoopAgent(settings)),
    wrap: (agent) => wrap.agent(agent),
    tool(name, execute, extra = {}) {
      return version.ai.tool({
        description: `the ${name} tool`,
        inputSchema: version.z.object({ q: version.z.string().optional() }),
        execute(input: Bag, options: Bag) {
          note(`tool ${String(options['toolCallId'])}`, `execute ${name}`, { input, options })
          return execute(input, options)
        },
        ...extra,
      })
    },
    error: (name) => normalise.mark(new TypeError(name), `error ${name}`),
  }
}

/** Lets everything that is ready happen, so that what is still open afterwards stays open. */
export async function settle(turns = 25): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await pace()
}

// parts of an answer arrive one by one, so what takes no time at all does not change what comes first
const pace = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
