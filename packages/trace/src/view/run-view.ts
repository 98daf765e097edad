import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readTraces, type ReadResult } from './read-traces.ts'
import { formatProblem, renderHtml } from './render-html.ts'
import { renderTree } from './render-tree.ts'
import { visibleLine } from './visible-text.ts'

/** Where a program writes; `process.stdout` is one. */
export interface ViewOutput {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** What {@link runView} writes to, and what it obeys of the environment. */
export interface ViewTerminal {
  readonly stdout: ViewOutput
  readonly stderr: ViewOutput
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

const USAGE = `Shows traces from files of OTLP JSON, also gzipped, also of other SDKs.

  view FILE… [--html OUT.html] [--json]

  --html OUT.html   writes one page that opens without a server, instead of printing
  --json            prints the traces as JSON
  --width COLUMNS   width of the tree, that of the terminal by default
  --color, --no-color
`

/** Runs the program `view`; gives its exit code: 0, 1 when nothing could be shown, 2 for wrong arguments. */
export async function runView(args: readonly string[], terminal: ViewTerminal): Promise<number> {
  const { stdout, stderr } = terminal
  const parsed = readArguments(args)
  if (typeof parsed === 'string') {
    stderr.write(`${parsed}\n\n${USAGE}`)
    return 2
  }
  if (parsed.help) {
    stdout.write(USAGE)
    return 0
  }
  const result = await readTraces(parsed.files)
  for (const problem of result.problems) stderr.write(`${visibleLine(formatProblem(problem))}\n`)
  const unlisted = result.problemCount - result.problems.length
  if (unlisted > 0) stderr.write(`and ${unlisted} more places that could not be read\n`)
  if (parsed.html !== undefined) return writePage(parsed.html, result, terminal)
  if (parsed.json) stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  else printTrees(result, parsed, terminal)
  return result.traces.length > 0 ? 0 : 1
}

interface Arguments {
  readonly files: readonly string[]
  readonly html: string | undefined
  readonly json: boolean
  readonly help: boolean
  readonly width: number | undefined
  readonly color: boolean | undefined
}

function readArguments(args: readonly string[]): Arguments | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        html: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        width: { type: 'string' },
        color: { type: 'boolean' },
      },
    })
    const width = values.width === undefined ? undefined : Number(values.width)
    if (positionals.length === 0 && !values.help) return 'No file is given.'
    if (width !== undefined && !(Number.isInteger(width) && width > 0)) return '--width takes a whole number.'
    return { ...values, html: values.html, width, color: values.color, files: positionals }
  } catch (error) {
    return error instanceof Error ? error.message : 'The arguments cannot be read.'
  }
}

async function writePage(path: string, result: ReadResult, terminal: ViewTerminal): Promise<number> {
  const { traces, files, problems, problemCount } = result
  try {
    // content of agents is nobody else's business
    await writeFile(path, renderHtml(traces, { title: files.join(', '), problems, problemCount }), {
      mode: 0o600,
    })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    terminal.stderr.write(`${path} cannot be written (${code})\n`)
    return 1
  }
  terminal.stdout.write(`wrote ${path}: ${traces.length} ${traces.length === 1 ? 'trace' : 'traces'}\n`)
  return traces.length > 0 ? 0 : 1
}

function printTrees(result: ReadResult, { width, color }: Arguments, terminal: ViewTerminal): void {
  const { stdout, stderr, env = {} } = terminal
  const options = {
    width: width ?? stdout.columns,
    color: color ?? (stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'),
  }
  if (result.traces.length === 0) stderr.write('There are no spans.\n')
  stdout.write(result.traces.map((trace) => renderTree(trace, options)).join('\n'))
}
