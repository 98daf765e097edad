import type { BaseCallbackHandler } from '@langchain/core/callbacks/base'
import { CallbackManager } from '@langchain/core/callbacks/manager'
import * as callbackManagerModule from '@langchain/core/callbacks/manager'
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
import type { ReactAgent } from 'langchain'
import type { Variant } from '../interleave.ts'
import { handWrittenTurn, plainAgent, question, tracing, type Tracing } from './agents.ts'

/** A way of watching the agent, with a count of what it gave so that nothing is measured that did nothing. */
export interface Watched extends Variant {
  readonly emitted: () => number
}

/** What is measured against each other in one process, the agent that nobody watches first. */
export type Watcher = (steps: number) => Promise<readonly [Variant, ...Watched[]]>

/** Everything that watches agents of LangChain, by the name of its row. */
export const watchers: Readonly<Record<string, Watcher>> = {
  ours,
  '@langfuse/langchain': langfuse,
  '@traceloop/instrumentation-langchain': traceloop,
  '@arizeai/openinference-instrumentation-langchain': openInference,
  langsmith: langSmith,
}

function turn(agent: { invoke(input: never, config?: never): Promise<unknown> }): () => Promise<unknown> {
  return () => agent.invoke(question() as never)
}

function none(steps: number): Variant {
  return { name: 'none', once: turn(plainAgent(steps)) }
}

async function settled(to: Tracing): Promise<void> {
  await awaitAllCallbacks()
  await to.flush()
}

async function ours(steps: number): Promise<readonly [Variant, ...Watched[]]> {
  const { allow, AOSInstrument } = await import('@aos/sdk')
  const variant = (name: string, { spans, hooks }: { spans: boolean; hooks: boolean }): Watched => {
    const to = tracing()
    let judged = 0
    const agent = new AOSInstrument(plainAgent(steps), spans ? { tracerProvider: to.provider } : {})
    const allowed = async (): Promise<ReturnType<typeof allow>> => {
      judged += 1
      return allow()
    }
    if (hooks) {
      agent.registerHook('toolCallRequest', allowed)
      agent.registerHook('message', allowed)
    }
    return {
      name,
      once: turn(agent),
      settle: () => settled(to),
      // who only wraps gives nothing, and both have to be there where both are asked for
      emitted: () => (spans ? to.exported() : 1) * (hooks ? judged : 1),
    }
  }
  const byHand = tracing()
  return [
    none(steps),
    variant('wrapped, nobody listening', { spans: false, hooks: false }),
    variant('ours, hooks', { spans: false, hooks: true }),
    variant('ours, spans', { spans: true, hooks: false }),
    variant('ours, spans and hooks', { spans: true, hooks: true }),
    {
      name: 'spans by hand',
      once: handWrittenTurn(steps, byHand.provider.getTracer('bench')),
      settle: () => settled(byHand),
      emitted: byHand.exported,
    },
  ]
}

async function langfuse(steps: number): Promise<readonly [Variant, ...Watched[]]> {
  const { CallbackHandler } = await import('@langfuse/langchain')
  const { setLangfuseTracerProvider } = await import('@langfuse/tracing')
  const to = tracing()
  setLangfuseTracerProvider(to.provider)
  return [
    none(steps),
    byHandler('@langfuse/langchain', plainAgent(steps), { handler: () => new CallbackHandler(), to }),
  ]
}

async function langSmith(steps: number): Promise<readonly [Variant, ...Watched[]]> {
  const { Client } = await import('langsmith')
  const { LangChainTracer } = await import('@langchain/core/tracers/tracer_langchain')
  let requests = 0
  const client = new Client({
    apiKey: 'bench',
    apiUrl: 'http://langsmith.invalid',
    fetchImplementation: async () => {
      requests += 1
      return new Response('{}', { headers: { 'content-type': 'application/json' } })
    },
  })
  const to: Tracing = {
    ...tracing(),
    flush: () => client.awaitPendingTraceBatches(),
    exported: () => requests,
  }
  return [
    none(steps),
    byHandler('langsmith', plainAgent(steps), { handler: () => new LangChainTracer({ client }), to }),
  ]
}

function byHandler(
  name: string,
  agent: ReactAgent,
  { handler, to }: { readonly handler: () => BaseCallbackHandler; readonly to: Tracing },
): Watched {
  return {
    name,
    once: () => agent.invoke(question(), { callbacks: [handler()] }),
    settle: () => settled(to),
    emitted: to.exported,
  }
}

async function openInference(steps: number): Promise<readonly [Variant, ...Watched[]]> {
  const { LangChainInstrumentation } = await import('@arizeai/openinference-instrumentation-langchain')
  return byPatch('@arizeai/openinference-instrumentation-langchain', steps, ({ provider }) => {
    const instrumentation = new LangChainInstrumentation({ tracerProvider: provider })
    // the namespace of a module cannot be written to
    instrumentation.manuallyInstrument({ ...callbackManagerModule })
  })
}

async function traceloop(steps: number): Promise<readonly [Variant, ...Watched[]]> {
  const { LangChainInstrumentation } = await import('@traceloop/instrumentation-langchain')
  return byPatch('@traceloop/instrumentation-langchain', steps, ({ provider }) => {
    const instrumentation = new LangChainInstrumentation()
    instrumentation.setTracerProvider(provider)
    instrumentation.manuallyInstrument({ callbackManagerModule })
  })
}

/** What such peers replace. */
const seam = CallbackManager as unknown as { _configureSync: unknown }

/** Peers that replace a function for all agents of the process; the agent that nobody watches runs without it. */
function byPatch(
  name: string,
  steps: number,
  install: (to: Tracing) => void,
): readonly [Variant, ...Watched[]] {
  const to = tracing()
  const original = seam._configureSync
  install(to)
  const patched = seam._configureSync
  if (patched === original) throw new Error('it did not patch LangChain')
  const under = (configure: unknown, once: () => unknown) => (): unknown => {
    if (seam._configureSync !== configure) seam._configureSync = configure
    return once()
  }
  return [
    { name: 'none', once: under(original, turn(plainAgent(steps))) },
    {
      name,
      once: under(patched, turn(plainAgent(steps))),
      settle: () => settled(to),
      emitted: to.exported,
    },
  ]
}
