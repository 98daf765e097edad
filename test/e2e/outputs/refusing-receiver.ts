import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A receiver of anything, on loopback, that keeps the bytes it was sent and refuses them until it is opened. */
export interface RefusingReceiver extends AsyncDisposable {
  readonly url: string
  /** Bodies of all requests, by path. */
  readonly bodies: ReadonlyMap<string, readonly Buffer[]>
  /** Takes what is sent from now on. */
  open(): void
}

/** Starts one on a free port. */
export async function startRefusingReceiver(): Promise<RefusingReceiver> {
  const bodies = new Map<string, Buffer[]>()
  let isOpen = false
  const server = createServer((incoming, outgoing) => {
    void buffer(incoming).then((body) => {
      const path = incoming.url ?? ''
      bodies.set(path, [...(bodies.get(path) ?? []), body])
      outgoing.writeHead(isOpen ? 200 : 503).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    open: () => void (isOpen = true),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
