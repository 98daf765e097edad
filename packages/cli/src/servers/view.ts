import { runView } from '@aos/trace/view'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { readApiKey } from '../keys/read-api-key.ts'
import { CliError } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { serverAt } from '../transfer/server-client.ts'
import { spansOfRun } from './spans-of-run.ts'

/** What `aos view` is told by its options. */
export interface ViewRequest {
  readonly server?: string
  readonly key?: string
  readonly html?: string
  readonly width?: string
  readonly color: boolean
}

/** Shows spans, those of files or of runs that a server has, as the program aos-view does. */
export async function view(
  sources: readonly string[],
  request: ViewRequest,
  context: Context,
): Promise<Answer> {
  const { server, key, width } = request
  if (width !== undefined && !/^[1-9]\d{0,4}$/.test(width))
    throw new CliError({ message: `--width ${width} is no number of columns`, fix: 'Pass one such as 120.' })
  if (server === undefined && key !== undefined)
    throw new CliError({ message: '--key is for --server', fix: 'Pass --server URL, or leave it out.' })
  if (server === undefined && !sources.includes('-')) return viewFiles(sources, request, context)
  // names of files are shown, so that each has one of its own that says what it holds
  const folder = await mkdtemp(join(tmpdir(), 'aos-view-'))
  const spool = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(folder, name.replaceAll(/[^\w.-]+/g, '_'))
    await writeFile(path, content, { mode: 0o600 })
    return path
  }
  try {
    const files: string[] = []
    for (const source of sources) {
      if (server !== undefined) {
        const apiKey = key === undefined ? undefined : await readApiKey(key, context.terminal.env)
        files.push(await spool(source, await spansOfRun(serverAt(server, apiKey), source)))
      } else files.push(source === '-' ? await spool('stdin', await buffer(process.stdin)) : source)
    }
    return await viewFiles(files, request, context)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function viewFiles(
  files: readonly string[],
  { server, html, width, color }: ViewRequest,
  { terminal, json }: Context,
): Promise<Answer> {
  const written: string[] = []
  const { stdout, stderr, env } = terminal
  const args = [
    ...(html === undefined ? [] : ['--html', html]),
    ...(width === undefined ? [] : ['--width', width]),
    ...(color ? [] : ['--no-color']),
    ...(json && html === undefined ? ['--json'] : []),
    '--',
    ...files,
  ]
  const { isTTY, columns } = stdout
  const collected = { write: (text: string) => written.push(text), isTTY, columns }
  const problems: string[] = []
  const told = { write: (text: string) => problems.push(text) }
  const code = await runView(args, { stdout: collected, stderr: told, env })
  const text = written.join('')
  const isShown = code === EXIT.ok
  if (!isShown && !json) throw notShown(problems, { server, html })
  for (const problem of problems) stderr.write(problem)
  const exitCode = isShown ? EXIT.ok : EXIT.failed
  if (!json) return { exitCode, json: undefined, text }
  return {
    exitCode,
    json: html === undefined ? (JSON.parse(text || 'null') as unknown) : { file: html, message: text.trim() },
    text,
  }
}

function notShown(
  problems: readonly string[],
  { server, html }: { readonly server: string | undefined; readonly html: string | undefined },
): CliError {
  const unwritten = problems.find(
    (problem) => html !== undefined && problem.startsWith(`${html} cannot be written`),
  )
  if (unwritten !== undefined)
    return new CliError({
      message: unwritten.trim(),
      fix: 'Give a path in a folder that exists and that you may write to.',
      exit: 'failed',
    })
  const why = problems.map((problem) => problem.trim()).filter((problem) => problem !== 'There are no spans.')
  return new CliError({
    message: 'There are no spans to show',
    why: why.length === 0 ? undefined : why.join('\n       '),
    fix:
      server === undefined
        ? 'Give files of OTLP JSON, one document or one on each line, as file exporters of OpenTelemetry write them.'
        : 'The server was sent no spans of it: have OpenTelemetry send them to its /v1/traces, too.',
    exit: 'failed',
  })
}
