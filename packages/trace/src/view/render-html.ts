import { createHash } from 'node:crypto'
import { PAGE_BODY, PAGE_SCRIPT, PAGE_STYLE } from '../generated/view-page.ts'
import type { ReadProblem } from './read-traces.ts'
import type { ViewTrace } from './view-trace.ts'
import { visibleLine } from './visible-text.ts'

/** What a page says beside its traces. */
export interface HtmlOptions {
  /** Shown above, the names of the files for example. */
  readonly title?: string | undefined
  readonly problems?: readonly ReadProblem[] | undefined
  /** All problems, when there are more than are given. */
  readonly problemCount?: number | undefined
}

/**
 * Renders traces as one HTML page that needs no server and asks for nothing: script, style and data are inside, and its
 * policy lets nothing else run or load. What spans say is data to it, never markup.
 */
export function renderHtml(traces: readonly ViewTrace[], options: HtmlOptions = {}): string {
  const { title = 'Traces', problems = [], problemCount = problems.length } = options
  const data = {
    title,
    traces,
    problems: problems.map(formatProblem),
    problemCount,
  }
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy()}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(visibleLine(title))}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    PAGE_BODY,
    `<script type="application/json" id="data">${escapeJson(data)}</script>`,
    `<script>${PAGE_SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** Says where something could not be read, and why. */
export function formatProblem({ file, line, message }: ReadProblem): string {
  return `${file}${line === undefined ? '' : ` line ${line}`} ${message}`
}

function policy(): string {
  const directives = [
    "default-src 'none'",
    `script-src '${hashOf(PAGE_SCRIPT)}'`,
    `style-src '${hashOf(PAGE_STYLE)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]
  return directives.join('; ')
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

// no character that could end the element or begin a comment
function escapeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
