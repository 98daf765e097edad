import type { KeyInput } from '@agent-run/types'
import { diag } from '@opentelemetry/api'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { randomUUID } from 'node:crypto'
import type { Role } from '../keys/api-key.ts'
import type { RunStore } from '../store/run-store.ts'
import { StoreUnavailableError } from '../store/store-unavailable.ts'
import type { App, Request, RequestFacts } from './app-types.ts'
import { authenticate } from './authenticate.ts'
import { limitRate, type RateLimit } from './limit-rate.ts'
import { Problem } from './problem.ts'
import { traceRequests } from './request-span.ts'
import { addRunRoutes } from './runs.ts'
import { addStatsRoute } from './stats.ts'
import { addStreamRoute } from './stream.ts'
import { addViewRoutes } from '../view/add-view-routes.ts'

/** How a server answers; only `store` is required. */
export interface RunAppOptions {
  readonly store: RunStore
  /** Role of those who come without a key; by default nobody gets in without one. */
  readonly anonymous?: Role | undefined
  /** Keys whose signatures of runs are trusted. */
  readonly trustedKeys?: readonly KeyInput[] | undefined
  /** Most bytes of one run, 8 MiB by default. */
  readonly maxBodyBytes?: number | undefined
  /** Most bytes of many runs at once, 64 MiB by default. */
  readonly maxBatchBytes?: number | undefined
  /** Requests of each caller, 1,000 in a second by default. */
  readonly rateLimit?: RateLimit | undefined
  /** Milliseconds between the comments of a stream, 30,000 by default. */
  readonly heartbeatMs?: number | undefined
  /** Whether the web view is served, at `/`. It is by default. */
  readonly view?: boolean | undefined
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined
}

const MIB = 1024 * 1024
const PROTOCOL = '0.1.0'
const REQUEST_ID = /^[\w.:-]{1,128}$/

/** Makes the API of agent-run, as a hono app that any runtime can serve. */
export function createRunApp(options: RunAppOptions): App {
  const { store, trustedKeys = [], clock = Date.now } = options
  const app: App = new Hono<RequestFacts>()
  app.use(async (context, next) => {
    const given = context.req.header('x-request-id') ?? ''
    context.set('requestId', REQUEST_ID.test(given) ? given : randomUUID())
    context.set('caller', callerOf(context))
    await next()
    context.header('X-Request-Id', context.get('requestId'))
    context.header('X-Agent-Run-Protocol', PROTOCOL)
    context.header('X-Content-Type-Options', 'nosniff')
  })
  app.use(traceRequests())
  app.onError((error, context) => answerError(error, context))
  app.notFound((context) => context.json({ error: 'There is nothing here' }, 404))
  app.get('/api/v1/health', async (context) => {
    await store.latestChange()
    return context.json({ status: 'ok' })
  })
  const api: App = new Hono<RequestFacts>()
  api.use(authenticate(store, options.anonymous))
  api.use(limitRate(options.rateLimit ?? { perSecond: 1_000, burst: 2_000 }, clock))
  addStreamRoute(api, { store, heartbeatMs: options.heartbeatMs ?? 30_000 })
  addRunRoutes(api, {
    store,
    trustedKeys,
    maxBodyBytes: options.maxBodyBytes ?? 8 * MIB,
    maxBatchBytes: options.maxBatchBytes ?? 64 * MIB,
  })
  addStatsRoute(api, { store, clock })
  app.route('/api/v1', api)
  if (options.view !== false) addViewRoutes(app)
  return app
}

function callerOf({ env }: Request): string {
  const incoming: unknown = typeof env === 'object' ? Reflect.get(env as object, 'incoming') : undefined
  const socket: unknown =
    typeof incoming === 'object' && incoming !== null ? Reflect.get(incoming, 'socket') : undefined
  const address: unknown =
    typeof socket === 'object' && socket !== null ? Reflect.get(socket, 'remoteAddress') : undefined
  return typeof address === 'string' ? address : 'somebody'
}

function answerError(error: unknown, context: Request): Response {
  if (error instanceof Problem) {
    if (error.retryAfter !== undefined) context.header('Retry-After', String(error.retryAfter))
    const { message, issues } = error
    return context.json(
      { error: message, ...(issues === undefined ? {} : { issues }) },
      error.status satisfies ContentfulStatusCode,
    )
  }
  if (error instanceof StoreUnavailableError) {
    diag.warn(`aos: ${error.message}`)
    context.header('Retry-After', '1')
    return context.json({ error: 'The store cannot be reached; send it again' }, 503)
  }
  // what failed inside is for the log, not for whoever asks
  diag.error(`aos: the run server failed (request ${context.get('requestId')})`, String(error))
  return context.json({ error: 'The server failed; nothing was changed' }, 500)
}
