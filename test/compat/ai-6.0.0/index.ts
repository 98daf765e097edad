// the AI SDK this folder pins, in the form all versions share
import * as ai from 'ai'
import manifest from 'ai/package.json' with { type: 'json' }
import { z } from 'zod'

import { defineVersion, type AiVersion } from '../ai-namespace.ts'

/** The AI SDK of this folder. */
export const version: AiVersion = defineVersion({
  ai,
  z,
  folder: '6.0.0',
  version: manifest.version,
  spec: 'v3',
})
