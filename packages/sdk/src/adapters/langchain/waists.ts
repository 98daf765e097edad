import { learnGraph } from './graph-waist.ts'
import { learnModel, watchForModels } from './model-waist.ts'
import { isBag, isTool } from './shapes.ts'
import { learnTool, learnToolLike } from './tool-waist.ts'

/**
 * Makes tools and models that nothing can be bound to judged in the run they are used in, found through the async
 * context or their configuration. Takes any tool or model, or the modules `@langchain/core/tools`,
 * `@langchain/core/language_models/chat_models` and `…/llms`; what it learns holds for all tools and models of that copy of LangChain.
 */
export function instrumentLangChain(...examples: readonly object[]): void {
  for (const example of examples) learn(example)
}

/** Learns the classes of LangChain from an object of it, or from a module of it. */
export function learn(example: unknown): void {
  if (!isBag(example) && typeof example !== 'function') return
  if (isTool(example)) learnTool(example)
  learnToolLike(example)
  learnModel(example)
  watchForModels(example)
  learnGraph(example)
  for (const name of ['StructuredTool', 'BaseChatModel', 'BaseLLM']) {
    const exported: unknown = isBag(example) ? example[name] : undefined
    if (typeof exported !== 'function') continue
    learnTool(exported.prototype)
    learnToolLike(exported.prototype as object)
    learnModel(exported.prototype)
  }
}
