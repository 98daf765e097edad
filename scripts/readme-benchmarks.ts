// Copies the ratios of docs/benchmarks.md into the README; with --check it only says whether they agree.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const README = join(root, 'README.md')
const BEGIN = '<!-- ratios of docs/benchmarks.md -->'
const END = '<!-- end of ratios -->'
const TABLES = [
  ['AI SDK generate, 10 tool steps', 'AI SDK stream, 10 tool steps'],
  ['LangChain invoke, 1 tool step', 'LangChain invoke, 10 tool steps'],
]

/** Processor time of each variant in one section of the page. */
function ratiosOf(page: string, title: string): ReadonlyMap<string, string> {
  const [, section = ''] = page.split(`## ${title}\n`)
  const [table = ''] = section.split('\n## ')
  const rows = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  return new Map(
    rows.flatMap(([, name = '', ratio = '']) => (/^\d+\.\d\d$/.test(ratio) ? [[name, ratio] as const] : [])),
  )
}

function tableOf(page: string, titles: readonly string[]): string {
  const columns = titles.map((title) => ratiosOf(page, title))
  const names = [...(columns[0]?.keys() ?? [])]
  if (names.length === 0) throw new Error('docs/benchmarks.md has no ratios: npm run bench -- --write')
  const rows = names.map((name) => [name, ...columns.map((column) => column.get(name) ?? '')])
  const lines = [['processor time', ...titles], ['---', ...titles.map(() => '--:')], ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const bare = (text: string): string => text.replaceAll(/[\s-]+/g, '')

const readme = readFileSync(README, 'utf8')
const [head = '', rest = ''] = readme.split(BEGIN)
const [old = '', tail] = rest.split(END)
if (tail === undefined) throw new Error(`README.md lacks ${BEGIN} or ${END}`)
const page = readFileSync(join(root, 'docs', 'benchmarks.md'), 'utf8')
const table = TABLES.map((titles) => tableOf(page, titles)).join('\n\n')
if (bare(old) !== bare(table)) {
  if (process.argv.includes('--check')) {
    process.stderr.write('README.md and docs/benchmarks.md disagree: node scripts/readme-benchmarks.ts\n')
    process.exitCode = 1
  } else writeFileSync(README, `${head}${BEGIN}\n\n${table}\n\n${END}${tail}`)
}
