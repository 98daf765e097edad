import { functionAdapter } from '../adapters/function/function-adapter.ts'
import { langchainAdapter } from '../adapters/langchain/adapter.ts'
import { a2aHandlerAdapter, mcpServerAdapter } from '../adapters/server/server-adapters.ts'
import { vercelAiAdapter } from '../adapters/vercel-ai/adapter.ts'
import type { Adapter } from './adapter.ts'

/**
 * The adapters that `new AOSInstrument(agent)` knows by itself, in the order in which they are tried. Asked for when
 * one is needed: adapters may use the instrument themselves.
 */
export function builtInAdapters(): readonly Adapter[] {
  return [vercelAiAdapter, langchainAdapter, mcpServerAdapter, a2aHandlerAdapter, functionAdapter]
}
