import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

/** Which status a body is answered with. */
export type Answering = (body: Buffer) => number

/** A receiver of anything, on loopback, that keeps the bytes it was sent, unpacked. */
export interface ByteReceiver extends AsyncDisposable {
  readonly url: string
  /** Bodies of all requests, refused ones included, by path. */
  readonly bodies: ReadonlyMap<string, readonly Buffer[]>
  /** Bodies of the requests that were answered with 200, in the order of their arrival. */
  readonly taken: readonly Buffer[]
  /** Changes how requests are answered from now on. */
  answer(answering: Answering): void
}

/** Starts one on a free port. */
export async function startByteReceiver(answering: Answering = () => 200): Promise<ByteReceiver> {
  const bodies = new Map<string, Buffer[]>()
  const taken: Buffer[] = []
  let statusOf = answering
  const server = createServer((incoming, outgoing) => {
    void buffer(incoming).then((sent) => {
      const body = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      const path = incoming.url ?? ''
      bodies.set(path, [...(bodies.get(path) ?? []), body])
      const status = statusOf(body)
      if (status === 200) taken.push(body)
      outgoing.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    taken,
    answer: (next) => void (statusOf = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
