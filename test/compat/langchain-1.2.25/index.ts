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

/** The LangChain of this folder. */
export const modules: object = {
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
