import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { buildTraces } from './build-traces.ts'
import { recordedTexts } from './recorded-texts.ts'
import { readOtlp, type OtlpSpan } from './otlp-json.ts'
import type { ViewTrace } from './view-trace.ts'

/** Something in a file that could not be read. */
export interface ReadProblem {
  readonly file: string
  /** From 1; absent where it is about the whole file. */
  readonly line?: number
  readonly message: string
}

/** What files held. */
export interface ReadResult {
  /** Names of the files, without their folders. */
  readonly files: readonly string[]
  /** The earliest first. */
  readonly traces: readonly ViewTrace[]
  /** The first problems, each with its place. */
  readonly problems: readonly ReadProblem[]
  /** All problems, also those that are not listed. */
  readonly problemCount: number
}

const MAX_PROBLEMS = 20
const MAX_UNPACKED_BYTES = 2 * 1024 ** 3
// a text of V8 cannot be much longer
const MAX_DOCUMENT_BYTES = 500 * 1024 ** 2

/**
 * Reads traces from files of OTLP JSON lines or of one OTLP JSON document, gzipped or not. Never throws for what is in a
 * file, nor for one that cannot be read: each such place is a problem, and the rest is read.
 */
export async function readTraces(files: string | readonly string[]): Promise<ReadResult> {
  const names = typeof files === 'string' ? [files] : files
  const spans: OtlpSpan[] = []
  const problems = new Problems()
  for (const name of names) {
    const file = basename(name)
    const bytes = await readBytes(name, (message) => problems.add({ file, message }))
    if (bytes === undefined) continue
    readContent(bytes, {
      add: (value) => addSpans(value, spans),
      problem: (message, line) =>
        problems.add(line === undefined ? { file, message } : { file, line, message }),
    })
  }
  return {
    files: names.map((name) => basename(name)),
    traces: buildTraces(spans, recordedTexts),
    problems: problems.list,
    problemCount: problems.count,
  }
}

class Problems {
  readonly list: ReadProblem[] = []
  count = 0

  add(problem: ReadProblem): void {
    this.count += 1
    if (this.list.length < MAX_PROBLEMS) this.list.push(problem)
  }
}

/** Takes the spans of a value over; gives what is wrong with it. */
function addSpans(value: unknown, into: OtlpSpan[]): string | undefined {
  const content = readOtlp(value)
  if (content === undefined) return 'is no OTLP: it has no resourceSpans'
  for (const span of content.spans) into.push(span)
  return content.unusable === 0 ? undefined : `has ${content.unusable} spans without ids, which are left out`
}

async function readBytes(file: string, problem: (message: string) => void): Promise<Buffer | undefined> {
  try {
    const bytes = await readFile(file)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    return isGzip ? gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }) : bytes
  } catch (error) {
    problem(`cannot be read (${codeOf(error)})`)
    return undefined
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

interface Reader {
  /** Takes a value; gives what is wrong with it. */
  readonly add: (value: unknown) => string | undefined
  readonly problem: (message: string, line?: number) => void
}

function readContent(bytes: Buffer, { add, problem }: Reader): void {
  const failed: { line: number; message: string }[] = []
  let taken = 0
  for (const [line, text] of linesOf(bytes)) {
    const value = parse(text)
    const message = value === undefined ? brokenLine(text) : add(value.value)
    if (message !== undefined) failed.push({ line, message })
    else taken += 1
  }
  // a document that spreads over lines has none that is whole
  const whole = taken === 0 && failed.length > 0 ? readDocument(bytes) : undefined
  if (whole !== undefined) {
    const message = add(whole.value)
    if (message !== undefined) problem(message)
    return
  }
  for (const { line, message } of failed) problem(message, line)
}

function readDocument(bytes: Buffer): { readonly value: unknown } | undefined {
  return bytes.byteLength > MAX_DOCUMENT_BYTES ? undefined : parse(bytes.toString('utf8'))
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return { value }
  } catch {
    return undefined
  }
}

function brokenLine(text: string): string {
  const isCut = /^\s*[[{]/.test(text) && !/[\]}]\s*$/.test(text)
  return isCut ? 'is cut: it ends before its JSON does' : 'is no JSON'
}

/** The lines that are not blank, counted from 1. */
function* linesOf(bytes: Buffer): Generator<readonly [line: number, text: string]> {
  let line = 0
  // a mark of the byte order is no part of the first line
  let start = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0
  while (start < bytes.byteLength) {
    const at = bytes.indexOf(0x0a, start)
    const end = at === -1 ? bytes.byteLength : at
    line += 1
    const text = end - start > MAX_DOCUMENT_BYTES ? '(too long)' : bytes.toString('utf8', start, end)
    if (text.trim() !== '') yield [line, text]
    start = end + 1
  }
}
