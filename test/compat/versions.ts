import { chosenVersions } from '../support/chosen-versions.ts'
import type { AiVersion } from './ai-namespace.ts'

const chosen = chosenVersions({
  newest: [() => import('./ai-6-latest/index.ts'), () => import('./ai-7-latest/index.ts')],
  older: [() => import('./ai-6.0.0/index.ts'), () => import('./ai-7.0.0/index.ts')],
})

/** Every AI SDK version the adapter is tested against, or those that this run is for; only these are loaded. */
export const aiVersions: readonly AiVersion[] = await Promise.all(
  chosen.map(async (load) => (await load()).version),
)
