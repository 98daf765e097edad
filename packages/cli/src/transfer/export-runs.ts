import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { defaultStore } from '../servers/open-store.ts'
import { CliError, systemCode } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { counted } from '../terminal/counted.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { onEnd, writeFully } from '../terminal/terminal.ts'
import { openPlace, type RunPlace } from './run-place.ts'

/** What `aos export` is told by its options. */
export interface ExportRequest {
  readonly key?: string
  readonly out?: string
}

/** Writes all runs of a place, one on each line. */
export async function exportRuns(
  place: string | undefined,
  { key, out }: ExportRequest,
  context: Context,
): Promise<Answer> {
  if (context.json && out === undefined)
    throw new CliError({
      message: '--json needs --out',
      why: 'Without it, stdout is for the runs.',
      fix: 'Pass --out runs.ndjson.',
    })
  const { terminal } = context
  const from = await openPlace({ place: place ?? defaultStore(terminal.env), key, isNew: false }, terminal)
  const ending = new AbortController()
  const stop = onEnd(terminal, () => ending.abort())
  try {
    const source = { from, signal: ending.signal, context }
    return out === undefined ? await toStdout(source) : await toFile(out, source)
  } finally {
    stop()
    await from.close()
  }
}

interface Source {
  readonly from: RunPlace
  readonly signal: AbortSignal
  readonly context: Context
}

const LINES_OF_A_WRITE = 100

/** Hands the lines of all runs to `write`, some at a time; what breaks it off says how many were written. */
async function pass(
  { from, signal, context }: Source,
  write: (text: string) => Promise<unknown>,
  where: string,
): Promise<number> {
  let runs = 0
  let lines: string[] = []
  const flush = async (): Promise<void> => {
    if (lines.length === 0) return
    await write(`${lines.join('\n')}\n`)
    runs += lines.length
    lines = []
    context.progress(`${counted(runs, 'run')} exported from ${from.name}`)
  }
  try {
    for await (const line of from.runs(signal)) {
      lines.push(line)
      if (lines.length === LINES_OF_A_WRITE) await flush()
    }
    await flush()
  } catch (cause) {
    if (runs === 0 && !signal.aborted) throw cause
    throw brokenOff(
      cause,
      signal.aborted ? 'it was told to end' : undefined,
      `${counted(runs, 'run is', 'runs are')} ${where}`,
    )
  }
  return runs
}

async function toStdout(source: Source): Promise<Answer> {
  const { terminal, note } = source.context
  const runs = await pass(source, (text) => writeFully(terminal.stdout, text), 'on stdout')
  note(`exported ${counted(runs, 'run')} from ${source.from.name}`)
  return { exitCode: EXIT.ok, json: undefined, text: '' }
}

/** What was there stays until the export is whole. */
async function toFile(out: string, source: Source): Promise<Answer> {
  const partial = `${out}.partial`
  const file = await openPrivate(partial, out)
  let runs: number
  try {
    runs = await pass(source, (text) => file.appendFile(text), `in ${partial}`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(partial, out)
  return {
    exitCode: EXIT.ok,
    json: { file: out, from: source.from.name, runs },
    text: `wrote ${out}: ${counted(runs, 'run')} from ${source.from.name}`,
  }
}

async function openPrivate(path: string, named: string): Promise<FileHandle> {
  try {
    // what an earlier export has left may be readable by others
    await rm(path, { force: true })
    return await open(path, 'wx', 0o600)
  } catch (cause) {
    throw new CliError({
      message: `${named} cannot be written (${systemCode(cause)})`,
      fix: 'Give a path in a folder that exists and that you may write to.',
      exit: 'failed',
      cause,
    })
  }
}

function brokenOff(cause: unknown, why: string | undefined, written: string): CliError {
  return new CliError({
    message: `The export is not whole: ${written}`,
    why: why ?? (cause instanceof Error ? cause.message : 'it failed'),
    fix: 'Run it again: it begins anew. What an import has taken already, it takes as the same.',
    exit: 'failed',
    cause,
  })
}
