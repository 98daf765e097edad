// The public surface of @aos/sdk/vercel-ai.
import { instrument, type AOSInstrument } from '../../instrument/instrument.ts'
import type { AOSOptions } from '../../instrument/options.ts'

export { vercelAiAdapter } from './adapter.ts'

/**
 * Gates the functions of the `ai` module for those who call them without an agent: gives the module back with
 * `generateText`, `streamText`, `generateObject`, `streamObject`, `embed` and `embedMany` gated.
 */
export function instrumentAI<Module extends object>(ai: Module, options?: AOSOptions): AOSInstrument<Module> {
  return instrument(ai, options)
}
