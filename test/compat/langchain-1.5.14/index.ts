// the LangChain this folder pins, as its modules are
import * as agents from '@langchain/classic/agents'
import * as memory from '@langchain/classic/memory'
import * as retrieverTool from '@langchain/classic/tools/retriever'
import * as memoryVectorStore from '@langchain/classic/vectorstores/memory'
import * as callbacks from '@langchain/core/callbacks/base'
import * as chatHistory from '@langchain/core/chat_history'
import * as documents from '@langchain/core/documents'
import * as chatModels from '@langchain/core/language_models/chat_models'
import * as messages from '@langchain/core/messages'
import * as outputs from '@langchain/core/outputs'
import * as prompts from '@langchain/core/prompts'
import * as retrievers from '@langchain/core/retrievers'
import * as runnables from '@langchain/core/runnables'
import * as tools from '@langchain/core/tools'
import * as testing from '@langchain/core/utils/testing'
import * as vectorStores from '@langchain/core/vectorstores'
import * as langgraph from '@langchain/langgraph'
import * as checkpoint from '@langchain/langgraph-checkpoint'
import * as prebuilt from '@langchain/langgraph/prebuilt'
import * as langchain from 'langchain'
import manifest from 'langchain/package.json' with { type: 'json' }

/** The modules of LangChain the tests use, with the types of the newest version. */
export interface LangChainModules {
  readonly version: string
  readonly langchain: typeof langchain
  readonly callbacks: typeof callbacks
  readonly chatHistory: typeof chatHistory
  readonly documents: typeof documents
  readonly chatModels: typeof chatModels
  readonly messages: typeof messages
  readonly outputs: typeof outputs
  readonly prompts: typeof prompts
  readonly retrievers: typeof retrievers
  readonly runnables: typeof runnables
  readonly tools: typeof tools
  readonly testing: typeof testing
  readonly vectorStores: typeof vectorStores
  readonly langgraph: typeof langgraph
  readonly checkpoint: typeof checkpoint
  readonly prebuilt: typeof prebuilt
  readonly classic: {
    readonly agents: typeof agents
    readonly memory: typeof memory
    readonly retrieverTool: typeof retrieverTool
    readonly memoryVectorStore: typeof memoryVectorStore
  }
}

/** A chat model. */
export type ChatModel = chatModels.BaseChatModel

/** A tool as every kind of agent takes it. */
export type StructuredTool = tools.DynamicStructuredTool

/** The LangChain of this folder. */
export const modules: LangChainModules = {
  version: manifest.version,
  langchain,
  callbacks,
  chatHistory,
  documents,
  chatModels,
  messages,
  outputs,
  prompts,
  retrievers,
  runnables,
  tools,
  testing,
  vectorStores,
  langgraph,
  checkpoint,
  prebuilt,
  classic: { agents, memory, retrieverTool, memoryVectorStore },
}
