import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { FileTarget } from './file-options.ts'

const NEWLINE = 0x0a

interface OpenFile {
  readonly fd: number
  readonly dev: number
  readonly ino: number
  size: number
  /** Whether the last line lacks its end, so that the next one must not continue it. */
  torn: boolean
}

/** Appends whole lines to a file that only its owner can read, and begins a new one where it grows too large. */
export class RotatingFile {
  readonly #target: FileTarget
  #open: OpenFile | undefined

  constructor(target: FileTarget) {
    this.#target = target
  }

  /** Writes one line, given without its end, before it returns; throws what the file system says. */
  append(line: Uint8Array): void {
    const { maxBytes } = this.#target
    let file = this.#current()
    if (file.size > 0 && file.size + line.byteLength + 1 > maxBytes) {
      this.#rotate()
      file = this.#current()
    }
    const bytes = Buffer.concat([file.torn ? '\n' : '', line, '\n'].map((part) => Buffer.from(part)))
    file.torn = true
    for (let written = 0; written < bytes.byteLength;) {
      const count = writeSync(file.fd, bytes, written)
      written += count
      file.size += count
    }
    file.torn = false
  }

  close(): void {
    const file = this.#open
    this.#open = undefined
    if (file !== undefined) closeSync(file.fd)
  }

  /** The file at the path: another one when the old was moved or removed by somebody else. */
  #current(): OpenFile {
    const found = statSync(this.#target.path, { throwIfNoEntry: false })
    const open = this.#open
    if (open !== undefined && found?.ino === open.ino && found.dev === open.dev) return open
    this.close()
    mkdirSync(dirname(this.#target.path), { recursive: true, mode: 0o700 })
    this.#open = openFile(this.#target.path)
    return this.#open
  }

  #rotate(): void {
    const { path, maxFiles } = this.#target
    this.close()
    if (maxFiles === 1) return rmSync(path)
    for (let age = maxFiles - 1; age > 0; age -= 1) {
      const from = age === 1 ? path : `${path}.${age - 1}`
      if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${age}`)
    }
  }
}

function openFile(path: string): OpenFile {
  // a named pipe that nobody reads would block for ever
  const { O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants
  const fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | (O_NONBLOCK ?? 0), 0o600)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw Object.assign(new Error('not a regular file'), { code: 'not a regular file' })
    return { fd, dev: stat.dev, ino: stat.ino, size: stat.size, torn: isTorn(fd, stat.size) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function isTorn(fd: number, size: number): boolean {
  if (size === 0) return false
  const last = Buffer.alloc(1)
  return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE
}
