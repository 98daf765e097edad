import type { EmbeddingModel, LanguageModel } from 'ai'

import { scriptedEmbeddingModel } from './scripted-embedding-model.ts'
import { scriptedModel } from './scripted-model.ts'

// every version a scripted model speaks is a model of AI SDK 7
const models: LanguageModel[] = [
  scriptedModel({ steps: [] }),
  scriptedModel({ specificationVersion: 'v4', steps: [] }),
  scriptedModel({ specificationVersion: 'v3', steps: [] }),
  scriptedModel({ specificationVersion: 'v2', steps: [] }),
]
const embeddings: EmbeddingModel[] = [scriptedEmbeddingModel()]

export const checked: readonly unknown[] = [models, embeddings]
