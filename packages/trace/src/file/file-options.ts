import { AosError } from '@aos/sdk'
import { resolve } from 'node:path'

/** Where spans are written as OTLP JSON lines, and how much of the disk they may take. */
export interface FileOptions {
  readonly path: string
  /** Size at which a new file begins, 64 MiB by default; a single request that is larger has a file of its own. */
  readonly maxBytes?: number | undefined
  /** Most files that are kept, the one being written included, 5 by default: `run.jsonl`, `run.jsonl.1`, … the oldest last. */
  readonly maxFiles?: number | undefined
}

/** A file and its bounds, checked and complete. */
export interface FileTarget {
  readonly path: string
  readonly maxBytes: number
  readonly maxFiles: number
}

/** Longest time a span waits in memory before it is written to a file. */
export const FILE_DELAY_MS = 50

const MEBIBYTE = 1024 * 1024
const NAMES = new Set(['path', 'maxBytes', 'maxFiles'])

/** Whether a value names a file as the option `file` takes it. */
export function isFileOptions(value: unknown): value is string | FileOptions {
  if (typeof value === 'string') return isPath(value)
  if (typeof value !== 'object' || value === null) return false
  const { path, maxBytes = 1, maxFiles = 1 } = value as Readonly<Record<string, unknown>>
  return (
    isPath(path) &&
    isCount(maxBytes) &&
    isCount(maxFiles) &&
    Object.keys(value).every((key) => NAMES.has(key))
  )
}

/** Completes what the option `file` says; the path stays what it is when the working folder changes. */
export function resolveFile(file: string | FileOptions): FileTarget {
  if (!isFileOptions(file)) {
    throw new AosError({
      code: 'invalid_options',
      message: 'invalid file',
      why: 'it is neither a path nor { path, maxBytes, maxFiles } with whole numbers above 0',
      fix: "pass 'run.otlp.jsonl'",
    })
  }
  const { path, maxBytes = 64 * MEBIBYTE, maxFiles = 5 } = typeof file === 'string' ? { path: file } : file
  return { path: resolve(path), maxBytes, maxFiles }
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && !value.includes('\0')
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0
}
