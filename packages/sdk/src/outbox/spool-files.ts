import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/** Appends bytes to an open file and returns how many were taken. */
export type WriteBytes = (descriptor: number, bytes: Uint8Array) => number

/** A regular file of the spool folder. */
export interface SpoolFile {
  readonly name: string
  readonly bytes: number
  readonly modifiedAtMs: number
}

/** How far a write came; `error` says why it went no further. */
export interface WrittenFrames {
  readonly frames: number
  readonly error?: unknown
}

const PRIVATE_FILE_MODE = 0o600
// these are absent on Windows
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
const NO_BLOCK = constants.O_NONBLOCK ?? 0

/** Lists the regular files of a folder by name; those that vanish meanwhile are left out. */
export function listFiles(directory: string): readonly SpoolFile[] {
  const files: SpoolFile[] = []
  for (const name of readdirSync(directory).sort()) {
    const stats = lstatSync(join(directory, name), { throwIfNoEntry: false })
    if (stats?.isFile() === true) files.push({ name, bytes: stats.size, modifiedAtMs: stats.mtimeMs })
  }
  return files
}

/** Creates a private file to append to; throws when it exists. */
export function openPrivateFile(path: string): number {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND | NO_FOLLOW
  return openSync(path, flags, PRIVATE_FILE_MODE)
}

/** Appends a frame to an open file that ends at `end`; a write that is cut off is taken back. */
export function appendFrame(
  descriptor: number,
  frame: { readonly bytes: Uint8Array; readonly end: number },
  write: WriteBytes,
): unknown {
  const { written, error } = writeAll(descriptor, frame.bytes, write)
  if (written === frame.bytes.byteLength) return undefined
  return attempt(() => ftruncateSync(descriptor, frame.end)) ?? error
}

/** Writes a new private file of a head and frames; a write that is cut off is trimmed to whole frames. */
export function writeFrames(
  path: string,
  parts: { head: Uint8Array; frames: readonly Uint8Array[] },
  write: WriteBytes,
): WrittenFrames {
  const descriptor = openPrivateFile(path)
  try {
    const bytes = Buffer.concat([parts.head, ...parts.frames])
    const { written, error } = writeAll(descriptor, bytes, write)
    if (written === bytes.byteLength)
      return { frames: parts.frames.length, error: attempt(() => fsyncSync(descriptor)) }
    let frames = 0
    let end = parts.head.byteLength
    for (const frame of parts.frames) {
      if (end + frame.byteLength > written) break
      end += frame.byteLength
      frames += 1
    }
    // the torn rest is harmless if it can not be cut off: it fails its checksum
    return { frames, error: attempt(() => ftruncateSync(descriptor, Math.min(end, written))) ?? error }
  } finally {
    closeSync(descriptor)
  }
}

/** Reads a whole regular file of this user without following a link; throws when it is larger than allowed. */
export function readPrivateFile(path: string, maxBytes: number): Uint8Array {
  const descriptor = openSync(path, constants.O_RDONLY | NO_FOLLOW | NO_BLOCK)
  try {
    const stats = fstatSync(descriptor)
    const userId = process.getuid?.()
    if (!stats.isFile() || (userId !== undefined && stats.uid !== userId))
      throw new Error('not a regular file of this user')
    if (stats.size > maxBytes) throw new Error(`larger than ${maxBytes} bytes`)
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Writes through the file system. */
export function writeBytes(descriptor: number, bytes: Uint8Array): number {
  return writeSync(descriptor, bytes)
}

function writeAll(
  descriptor: number,
  bytes: Uint8Array,
  write: WriteBytes,
): { written: number; error?: unknown } {
  let written = 0
  try {
    while (written < bytes.byteLength) {
      const taken = write(descriptor, bytes.subarray(written))
      if (taken <= 0) return { written, error: new Error('the file system took no bytes') }
      written += taken
    }
    return { written }
  } catch (error) {
    return { written, error }
  }
}

function attempt(action: () => void): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}
