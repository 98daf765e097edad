import { createRequire } from 'node:module'
import type * as prompts from '@langchain/core/prompts'
import type * as testing from '@langchain/core/utils/testing'
import type * as tools from '@langchain/core/tools'
import type * as langgraph from '@langchain/langgraph'

/** Modules of one copy of LangChain. */
export interface Copy {
  readonly langgraph: typeof langgraph
  readonly prompts: typeof prompts
  readonly testing: typeof testing
  readonly tools: typeof tools
}

/** A copy of LangChain that nobody has used yet, and that nothing was learnt of. */
export function freshCopy(): Copy {
  const require = createRequire(import.meta.url)
  for (const file of Object.keys(require.cache)) if (file.includes('langchain')) delete require.cache[file]
  // modules that the test runner resolves to their other form would be those that all tests share
  const load = (name: string): unknown => require(require.resolve(name).replace(/\.js$/, '.cjs'))
  return {
    langgraph: load('@langchain/langgraph') as typeof langgraph,
    prompts: load('@langchain/core/prompts') as typeof prompts,
    testing: load('@langchain/core/utils/testing') as typeof testing,
    tools: load('@langchain/core/tools') as typeof tools,
  }
}
