// The page that `renderHtml` of @aos/trace/view fills.
import { pageModule } from '../generate-lib/page.ts'

/** The module that carries the page. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const page = await pageModule({
    folder: 'packages/trace/page',
    path: 'packages/trace/src/generated/view-page.ts',
    script: 'scripts/generate/view-page.ts',
    prefix: 'PAGE',
  })
  return [page]
}
