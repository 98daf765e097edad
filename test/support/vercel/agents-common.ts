import type { AiVersion, Bag } from '../../compat/ai-namespace.ts'
import type { World } from './world.ts'

/** The tool most scenarios use. */
export function search(world: World): Bag {
  return world.tool('search', async ({ q = 'nothing' }: Bag) => ({ found: q }))
}

/** Says a scenario's reason for every version that does not pass the check. */
export function only(
  fits: (version: AiVersion) => boolean,
  reason: string,
): (version: AiVersion) => string | undefined {
  return (version) => (fits(version) ? undefined : reason)
}

/** Approval by policy came with version 7. */
export const since7: (version: AiVersion) => string | undefined = only(
  ({ major }) => major >= 7,
  'came with ai 7',
)

/** What the newest version 7 can do and 7.0.0 cannot. */
export const since7Latest: (version: AiVersion) => string | undefined = only(
  ({ folder }) => folder === '7-latest',
  'came with a later ai 7',
)
