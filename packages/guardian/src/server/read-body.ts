import type { IncomingMessage } from 'node:http'

/** A request body, or the HTTP status that answers it instead. */
export type ReadBody =
  | { readonly ok: true; readonly body: Uint8Array }
  | { readonly ok: false; readonly status: number; readonly problem: string }

/** Reads a request body up to a bound; what is larger is not kept. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<ReadBody> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > maxBytes) return Promise.resolve(tooLarge(maxBytes))
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) resolve(tooLarge(maxBytes))
      else chunks.push(chunk)
    })
    request.on('end', () => {
      const [first] = chunks
      const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
      resolve({ ok: true, body })
    })
    const gone = (): void => resolve({ ok: false, status: 400, problem: 'the request broke off' })
    request.on('error', gone)
    request.on('aborted', gone)
  })
}

function tooLarge(maxBytes: number): ReadBody {
  return { ok: false, status: 413, problem: `a request has at most ${maxBytes} bytes` }
}
