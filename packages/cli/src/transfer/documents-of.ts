import { createReadStream } from 'node:fs'
import { parsedJson } from '../documents/read-file.ts'
import { listOf } from '../documents/recognise.ts'
import { CliError, systemCode } from '../terminal/cli-error.ts'
import { linesOf } from './lines-of.ts'

/** One document of a file that is read as it comes. */
export interface FoundDocument {
  /** Line it stands in, or begins in. */
  readonly line: number
  /** Undefined where it is no JSON. */
  readonly value: unknown
  /** Characters it has in the file, about. */
  readonly size: number
}

/** The documents of a file, one on each line; one JSON document over several lines, and lists, are understood too. */
export async function* documentsOf(file: string): AsyncGenerator<FoundDocument> {
  let line = 0
  let spread: { readonly line: number; readonly lines: string[] } | undefined
  let isFirst = true
  for await (const text of linesOfFile(file)) {
    line++
    if (spread !== undefined) spread.lines.push(text)
    else if (text.trim() !== '') {
      const value = parsedJson(text)
      if (value === undefined && isFirst) spread = { line, lines: [text] }
      else yield* each(value, line, text.length)
      isFirst = false
    }
  }
  if (spread === undefined) return
  const text = spread.lines.join('\n')
  yield* each(parsedJson(text), spread.line, text.length)
}

function* each(value: unknown, line: number, size: number): Generator<FoundDocument> {
  const list = listOf(value)
  for (const one of list) yield { line, value: one, size: size / list.length }
}

async function* linesOfFile(file: string): AsyncGenerator<string> {
  try {
    yield* linesOf(file === '-' ? process.stdin : createReadStream(file))
  } catch (cause) {
    throw new CliError({
      message:
        cause instanceof TypeError ? `${file} is no UTF-8` : `${file} cannot be read (${systemCode(cause)})`,
      fix: 'Give files that aos export has written, or AgentRun records, one on each line.',
      exit: 'failed',
      cause,
    })
  }
}
