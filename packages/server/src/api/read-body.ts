import { createGunzip } from 'node:zlib'
import { pipeline, Readable } from 'node:stream'
import type { Request } from './app-types.ts'
import { invalid, Problem } from './problem.ts'

/** Reads a body of at most so many bytes, unpacked where it is gzip. */
export async function readBytes({ req }: Request, maxBytes: number): Promise<Buffer> {
  const declared = Number(req.header('content-length') ?? 0)
  if (declared > maxBytes) throw tooLarge(maxBytes)
  const { body } = req.raw
  if (body === null) return Buffer.alloc(0)
  const encoding = req.header('content-encoding') ?? 'identity'
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw invalid('body', [{ path: '', message: `the encoding ${encoding} is not known; use gzip or none` }])
  const source = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])
  // who hangs up in between ends both: a pipe would leave the error to nobody, and the process to its end
  const stream: Readable = encoding === 'gzip' ? pipeline(source, createGunzip(), () => undefined) : source
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw invalid('body', [{ path: '', message: 'it cannot be unpacked' }])
  }
  return Buffer.concat(chunks)
}

/** Reads a body as JSON. */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  return parseJson(await readBytes(request, maxBytes))
}

/** Reads bytes as JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    assertShallow(value)
    return value
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error'
    throw invalid('body', [{ path: '', message: `it is no JSON: ${reason}` }])
  }
}

// what is nested more deeply than this exhausts the stack of whatever writes or checks it
const MAX_DEPTH = 500

function assertShallow(value: unknown): void {
  let level: readonly unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new RangeError(`it is nested more than ${MAX_DEPTH} deep`)
    level = level.flatMap(membersOf)
  }
}

function membersOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : []
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(413, `The body is larger than ${maxBytes} bytes`)
}
