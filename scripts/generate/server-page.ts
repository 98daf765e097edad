// The web view that @aos/server serves.
import { pageModule } from '../generate-lib/page.ts'

/** The module that carries the view. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const page = await pageModule({
    folder: 'packages/server/page',
    path: 'packages/server/src/generated/view-page.ts',
    script: 'scripts/generate/server-page.ts',
    prefix: 'VIEW',
  })
  return [page]
}
