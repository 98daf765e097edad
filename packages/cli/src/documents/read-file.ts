import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { CliError, systemCode } from '../terminal/cli-error.ts'

/** Reads a file as text; `-` is the standard input. */
export async function readText(path: string): Promise<string> {
  try {
    return path === '-' ? await text(process.stdin) : await readFile(path, 'utf8')
  } catch (cause) {
    throw new CliError({
      message: `${path} cannot be read (${systemCode(cause)})`,
      fix: 'Give the path of a file that exists and that you may read.',
      exit: 'failed',
      cause,
    })
  }
}

/** Reads a file that holds one JSON value. */
export async function readJson(path: string): Promise<unknown> {
  const value = parsedJson(await readText(path))
  if (value !== undefined) return value
  throw new CliError({
    message: `${path} is no JSON`,
    fix: 'Give a file with one JSON document.',
    exit: 'failed',
  })
}

/** The value of a JSON text, and undefined where it is none. */
export function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json.replace(/^\uFEFF/, '')) as unknown
  } catch {
    return undefined
  }
}
