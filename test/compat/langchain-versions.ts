// every LangChain the adapter is tested against, side by side
import { createRequire } from 'node:module'
import { chosenVersions } from '../support/chosen-versions.ts'
import type { LangChainModules } from './langchain-1.5.14/index.ts'

/** One installed version of LangChain; what only newer ones have is missing in older ones, whatever the types say. */
export interface LangChainVersion extends LangChainModules {
  /** Its version, and how it is loaded unless as an ECMAScript module. */
  readonly name: string
  readonly format: 'esm' | 'cjs'
}

const chosen = chosenVersions({
  newest: [esm('1.5.14', () => import('./langchain-1.5.14/index.ts'))],
  older: [
    esm('1.2.25', () => import('./langchain-1.2.25/index.ts')),
    esm('1.4.6', () => import('./langchain-1.4.6/index.ts')),
    // the newest once more, in the form that fewer applications load
    async () => asVersion({ name: '1.5.14 (CommonJS)', format: 'cjs', modules: required('1.5.14') }),
  ],
})

/** Every LangChain version the adapter is tested against, or those that this run is for; only these are loaded. */
export const LANGCHAIN_VERSIONS: readonly LangChainVersion[] = await Promise.all(chosen.map((load) => load()))

interface Installed {
  readonly name: string
  readonly format: LangChainVersion['format']
  readonly modules: object
}

function esm(name: string, load: () => Promise<{ readonly modules: object }>) {
  return async (): Promise<LangChainVersion> =>
    asVersion({ name, format: 'esm', modules: (await load()).modules })
}

function asVersion({ name, format, modules: installed }: Installed): LangChainVersion {
  const modules = installed as LangChainModules
  const { version, langchain, prebuilt, chatModels, messages } = modules
  const used = [
    langchain.createAgent,
    prebuilt.createReactAgent,
    chatModels.BaseChatModel,
    messages.AIMessage,
  ]
  if (used.some((value) => typeof value !== 'function'))
    throw new Error(`langchain ${version} lacks what the tests build on`)
  if (!name.startsWith(version)) throw new Error(`langchain ${version} is installed where ${name} should be`)
  return { ...modules, name, format }
}

function required(folder: string): object {
  const load = createRequire(new URL(`./langchain-${folder}/index.ts`, import.meta.url)) as (
    id: string,
  ) => object
  const { version } = load('langchain/package.json') as { version: string }
  return {
    version,
    langchain: load('langchain'),
    callbacks: load('@langchain/core/callbacks/base'),
    chatHistory: load('@langchain/core/chat_history'),
    documents: load('@langchain/core/documents'),
    chatModels: load('@langchain/core/language_models/chat_models'),
    messages: load('@langchain/core/messages'),
    outputs: load('@langchain/core/outputs'),
    prompts: load('@langchain/core/prompts'),
    retrievers: load('@langchain/core/retrievers'),
    runnables: load('@langchain/core/runnables'),
    tools: load('@langchain/core/tools'),
    testing: load('@langchain/core/utils/testing'),
    vectorStores: load('@langchain/core/vectorstores'),
    langgraph: load('@langchain/langgraph'),
    checkpoint: load('@langchain/langgraph-checkpoint'),
    prebuilt: load('@langchain/langgraph/prebuilt'),
    classic: {
      agents: load('@langchain/classic/agents'),
      memory: load('@langchain/classic/memory'),
      retrieverTool: load('@langchain/classic/tools/retriever'),
      memoryVectorStore: load('@langchain/classic/vectorstores/memory'),
    },
  }
}
