import { AosError } from '@aos/sdk'
import { serve } from '@hono/node-server'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRunApp, type RunAppOptions } from '../api/create-app.ts'
import { checkRetention, retain } from './retention.ts'

/** How a server is started; only `store` is required. */
export interface RunServerOptions extends RunAppOptions {
  /** 4318 is the collectors'; ours is 4400 by default, and 0 takes a free one. */
  readonly port?: number | undefined
  /** This machine only by default; others get in only with keys. */
  readonly host?: string | undefined
  /** Days that runs are kept, by their start, with all that belongs to them; for ever by default. */
  readonly retainDays?: number | undefined
}

/** A server that runs. */
export interface RunServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Takes no more requests, lets those under way finish, and closes the store. */
  close(deadlineMs?: number): Promise<void>
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/
const CLOSE_DEADLINE_MS = 5_000

/**
 * Serves the API of agent-run. Without a key anybody on this machine may do anything; on another address the server
 * starts only where keys exist or `anonymous` says what those without one may do. Rejects with `invalid_options`.
 */
export async function startRunServer(options: RunServerOptions): Promise<RunServer> {
  const { store, host = '127.0.0.1', port = 4400 } = options
  checkRetention(options.retainDays)
  const hasKeys = (await store.keys()).length > 0
  const isLocal = LOOPBACK.test(host)
  if (!isLocal && !hasKeys && options.anonymous === undefined) throw openToAll(host)
  const anonymous = options.anonymous ?? (isLocal && !hasKeys ? 'admin' : undefined)
  const anonymousHosts = options.anonymousHosts ?? (isLocal ? LOOPBACK : undefined)
  const { fetch } = createRunApp({ ...options, anonymous, anonymousHosts })
  const server = serve({ fetch, port, hostname: host }) as Server
  try {
    if (!server.listening) await once(server, 'listening')
  } catch (cause) {
    throw notListening(host, port, cause)
  }
  const { port: taken } = server.address() as AddressInfo
  const retention = retain(options)
  let closing: Promise<void> | undefined
  const close = (deadlineMs: number = CLOSE_DEADLINE_MS): Promise<void> =>
    (closing ??= stop(server, deadlineMs)
      .then(() => retention?.stop())
      .then(() => store.close()))
  const name = host.includes(':') ? `[${host}]` : host
  return { url: `http://${name}:${taken}`, port: taken, close, [Symbol.asyncDispose]: () => close() }
}

// streams never end by themselves
async function stop(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearTimeout(timer)
}

function openToAll(host: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `The server would be open to everybody who reaches ${host}`,
    why: 'no key exists, and the address is not of this machine only',
    fix: "Add a key to the store, listen on 127.0.0.1, or pass anonymous: 'viewer'.",
  })
}

function notListening(host: string, port: number, cause: unknown): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `The server cannot listen on ${host}:${port}: ${cause instanceof Error ? cause.message : 'unknown error'}`,
    fix: 'Choose another port, or 0 for a free one.',
    cause,
  })
}
