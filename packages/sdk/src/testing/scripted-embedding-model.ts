import type { ScriptedVersion } from './scripted-shapes.ts'

/** One call a scripted embedding model got. */
export interface ScriptedEmbeddingCall {
  readonly index: number
  readonly values: readonly string[]
  readonly abortSignal: AbortSignal | undefined
}

/** An embedding model for the AI SDK that computes small vectors from the text alone and remembers its calls. */
export interface ScriptedEmbeddingModel<V extends ScriptedVersion = 'v4'> {
  readonly specificationVersion: V
  readonly provider: string
  readonly modelId: string
  readonly maxEmbeddingsPerCall: number
  readonly supportsParallelCalls: boolean
  readonly calls: readonly ScriptedEmbeddingCall[]
  doEmbed(options: { values: string[]; abortSignal?: AbortSignal | undefined }): Promise<{
    embeddings: number[][]
    usage: { tokens: number }
    warnings: []
  }>
}

/** How to make a {@link ScriptedEmbeddingModel}. */
export interface ScriptedEmbeddingOptions<V extends ScriptedVersion> {
  /** Defaults to `v4`, which AI SDK 7 speaks. */
  readonly specificationVersion?: V
  readonly provider?: string
  readonly modelId?: string
  /** Defaults to letter counts, so that equal texts have equal vectors and similar ones similar vectors. */
  readonly embed?: (value: string) => number[]
  readonly maxEmbeddingsPerCall?: number
  /** Thrown by the calls with these numbers, from 0. */
  readonly failures?: Readonly<Record<number, unknown>>
}

/** Makes an embedding model for the AI SDK that needs no provider. */
export function scriptedEmbeddingModel<V extends ScriptedVersion = 'v4'>(
  options: ScriptedEmbeddingOptions<V> = {},
): ScriptedEmbeddingModel<NoInfer<V>> {
  const { provider = 'scripted', modelId = 'scripted-embedding', maxEmbeddingsPerCall = 16 } = options
  const { embed = letterCounts, failures = {} } = options
  const calls: ScriptedEmbeddingCall[] = []
  return {
    specificationVersion: options.specificationVersion ?? ('v4' as V),
    provider,
    modelId,
    maxEmbeddingsPerCall,
    supportsParallelCalls: false,
    calls,
    async doEmbed({ values, abortSignal }) {
      const index = calls.length
      calls.push({ index, values: [...values], abortSignal })
      abortSignal?.throwIfAborted()
      if (index in failures) throw failures[index]
      const tokens = values.reduce((sum, value) => sum + Math.ceil(value.length / 4), 0)
      return { embeddings: values.map(embed), usage: { tokens }, warnings: [] }
    },
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

function letterCounts(value: string): number[] {
  const lower = value.toLowerCase()
  return Array.from(LETTERS, (letter) => lower.split(letter).length - 1)
}
