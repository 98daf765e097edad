import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An application of express, as far as the tests need it. */
export type App = RequestListener & { use(...handlers: readonly unknown[]): App }

/** Makes one; express has no types of its own. */
export async function expressApp(): Promise<App> {
  const name: string = 'express'
  const { default: express } = (await import(name)) as { readonly default: () => App }
  return express()
}

/** A server on the loopback. */
export interface Listening {
  readonly url: string
  readonly server: Server
  /** Resolves once no request is being answered any more. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** Listens on a free port. */
export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const answering = new Set<object>()
  const waiting: (() => void)[] = []
  server.on('request', (_request, response) => {
    answering.add(response)
    response.on('close', () => {
      answering.delete(response)
      if (answering.size === 0) for (const resolve of waiting.splice(0)) resolve()
    })
  })
  return {
    server,
    url: `http://127.0.0.1:${port}`,
    idle: () =>
      new Promise((resolve) => {
        if (answering.size === 0) resolve()
        else waiting.push(resolve)
      }),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
