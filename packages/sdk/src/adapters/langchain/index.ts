// The public surface of @aos/sdk/langchain.
export { langchainAdapter } from './adapter.ts'
export { aosMiddleware, type AOSMiddleware, type AOSMiddlewareOptions } from './aos-middleware.ts'
export {
  instrumentChatHistory,
  instrumentMcpClient,
  instrumentRetriever,
  instrumentStore,
  instrumentVectorStore,
  mcpServerOf,
  type ChatHistoryShape,
  type InstrumentObjectOptions,
  type InstrumentOwner,
  type McpClientShape,
  type RetrieverShape,
  type StoreShape,
  type VectorStoreShape,
} from './instruments/index.ts'
export type { ApprovalInterrupt } from './graph-approval.ts'
export { instrumentLangChain } from './waists.ts'
