// every LangChain the adapter is tested against, side by side
import { createRequire } from 'node:module'
import { modules as v1225 } from './langchain-1.2.25/index.ts'
import { modules as v146 } from './langchain-1.4.6/index.ts'
import { modules as v1514, type LangChainModules } from './langchain-1.5.14/index.ts'

/** One installed version of LangChain; what only newer ones have is missing in older ones, whatever the types say. */
export interface LangChainVersion extends LangChainModules {
  /** Its version, and how it is loaded unless as an ECMAScript module. */
  readonly name: string
  readonly format: 'esm' | 'cjs'
}

const required = createRequire(new URL('./langchain-1.5.14/index.ts', import.meta.url))
const commonJs = {
  version: v1514.version,
  langchain: required('langchain') as object,
  callbacks: required('@langchain/core/callbacks/base') as object,
  chatHistory: required('@langchain/core/chat_history') as object,
  documents: required('@langchain/core/documents') as object,
  chatModels: required('@langchain/core/language_models/chat_models') as object,
  messages: required('@langchain/core/messages') as object,
  outputs: required('@langchain/core/outputs') as object,
  prompts: required('@langchain/core/prompts') as object,
  retrievers: required('@langchain/core/retrievers') as object,
  runnables: required('@langchain/core/runnables') as object,
  tools: required('@langchain/core/tools') as object,
  testing: required('@langchain/core/utils/testing') as object,
  vectorStores: required('@langchain/core/vectorstores') as object,
  langgraph: required('@langchain/langgraph') as object,
  checkpoint: required('@langchain/langgraph-checkpoint') as object,
  prebuilt: required('@langchain/langgraph/prebuilt') as object,
  classic: {
    agents: required('@langchain/classic/agents') as object,
    memory: required('@langchain/classic/memory') as object,
    retrieverTool: required('@langchain/classic/tools/retriever') as object,
    memoryVectorStore: required('@langchain/classic/vectorstores/memory') as object,
  },
}

/** Every LangChain version the adapter is tested against, oldest first; the newest also as CommonJS. */
export const LANGCHAIN_VERSIONS: readonly LangChainVersion[] = [
  asVersion(v1225, 'esm'),
  asVersion(v146, 'esm'),
  asVersion(v1514, 'esm'),
  asVersion(commonJs, 'cjs'),
]

function asVersion(installed: object, format: LangChainVersion['format']): LangChainVersion {
  const modules = installed as LangChainModules
  const { langchain, prebuilt, chatModels, messages } = modules
  const used = [
    langchain.createAgent,
    prebuilt.createReactAgent,
    chatModels.BaseChatModel,
    messages.AIMessage,
  ]
  if (used.some((value) => typeof value !== 'function'))
    throw new Error(`langchain ${modules.version} lacks what the tests build on`)
  return {
    ...modules,
    name: format === 'esm' ? modules.version : `${modules.version} (CommonJS)`,
    format,
  }
}
