// What @aos/sdk/langchain exports for the parts of an agent that are instrumented on their own.
export { instrumentChatHistory, type ChatHistoryShape } from './chat-history.ts'
export type { InstrumentObjectOptions, InstrumentOwner } from '../../../objects/reach.ts'
export { instrumentRetriever, type RetrieverShape } from './retriever.ts'
export { instrumentStore, type StoreShape } from './store.ts'
export { instrumentVectorStore, type VectorStoreShape } from './vector-store.ts'
export { instrumentMcpClient, type McpClientShape } from './mcp-client.ts'
export { mcpServerOf } from '../../../mcp/server-mark.ts'
