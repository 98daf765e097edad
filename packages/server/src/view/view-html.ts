import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { VIEW_BODY, VIEW_SCRIPT, VIEW_STYLE } from '../generated/view-page.ts'

/** A file of the view, packed once. */
export interface ViewFile {
  readonly path: string
  readonly type: string
  readonly body: Buffer
  readonly packed: Buffer
  readonly etag: string
}

/** What the browser may do with the view: run and load what this server sends, and nothing else. */
export const VIEW_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Makes the files of the view: the page, and its script and style under names that change with what they hold. */
export function viewFiles(): { readonly page: ViewFile; readonly assets: readonly ViewFile[] } {
  const script = asset(VIEW_SCRIPT, 'js', 'text/javascript; charset=utf-8')
  const style = asset(VIEW_STYLE, 'css', 'text/css; charset=utf-8')
  const html = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    '<title>Runs</title>',
    `<link rel="stylesheet" href="${style.path}">`,
    `<script src="${script.path}" defer></script>`,
    '</head>',
    '<body>',
    VIEW_BODY,
    '</body>',
    '</html>',
    '',
  ].join('\n')
  return { page: fileOf('/', 'text/html; charset=utf-8', html), assets: [script, style] }
}

function asset(text: string, ending: string, type: string): ViewFile {
  return fileOf(`/assets/view-${hashOf(text)}.${ending}`, type, text)
}

function fileOf(path: string, type: string, text: string): ViewFile {
  const body = Buffer.from(text, 'utf8')
  return { path, type, body, packed: gzipSync(body), etag: `"${hashOf(text)}"` }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 20)
}
