import type { App, Request } from '../api/app-types.ts'
import { viewFiles, VIEW_POLICY, type ViewFile } from './view-html.ts'

/** Paths at which the view shows something; what it is, its script says. */
const PLACES = ['/', '/runs/:id', '/compare', '/charts', '/leaderboard']
const FOREVER = 'public, max-age=31536000, immutable'

/** Adds the web view. Its files hold no data and need no key; what they show comes from the API, with a key where one is needed. */
export function addViewRoutes(app: App): void {
  let made: ReturnType<typeof viewFiles> | undefined
  const files = (): ReturnType<typeof viewFiles> => (made ??= viewFiles())
  for (const place of PLACES)
    app.get(place, (context) => {
      context.header('Content-Security-Policy', VIEW_POLICY)
      context.header('Referrer-Policy', 'no-referrer')
      context.header('Cross-Origin-Opener-Policy', 'same-origin')
      return answer(context, files().page, 'no-cache')
    })
  app.get('/assets/:name', async (context, next) => {
    const found = files().assets.find(({ path }) => path === context.req.path)
    return found === undefined ? next() : answer(context, found, FOREVER)
  })
}

function answer(context: Request, file: ViewFile, caching: string): Response {
  context.header('Cache-Control', caching)
  context.header('ETag', file.etag)
  context.header('Vary', 'Accept-Encoding')
  if (context.req.header('if-none-match') === file.etag) return context.body(null, 304)
  context.header('Content-Type', file.type)
  const isPacked = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '')
  if (isPacked) context.header('Content-Encoding', 'gzip')
  return context.body(new Uint8Array(isPacked ? file.packed : file.body))
}
