import { version as ai6 } from './ai-6.0.0/index.ts'
import { version as ai6Latest } from './ai-6-latest/index.ts'
import { version as ai7 } from './ai-7.0.0/index.ts'
import { version as ai7Latest } from './ai-7-latest/index.ts'
import type { AiVersion } from './ai-namespace.ts'

/** Every AI SDK version the adapter is tested against, oldest first. */
export const aiVersions: readonly AiVersion[] = [ai6, ai6Latest, ai7, ai7Latest]
