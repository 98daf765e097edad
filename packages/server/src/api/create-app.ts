import type { KeyInput } from '@agent-run/types'
import { diag } from '@opentelemetry/api'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { randomUUID } from 'node:crypto'
import type { Role } from '../keys/api-key.ts'
import type { RunStore } from '../store/run-store.ts'
import { isStoreUnavailable } from '../store/store-unavailable.ts'
import type { App, Request, RequestFacts } from './app-types.ts'
import { authenticate } from './authenticate.ts'
import { addDocumentRoutes } from './documents.ts'
import { addEventRoutes } from './events.ts'
import { addExportRoute } from './export.ts'
import { limitRate, type RateLimit } from './limit-rate.ts'
import { Problem } from './problem.ts'
import { traceRequests } from './request-span.ts'
import { addRunRoutes } from './runs.ts'
import { addStatsRoute } from './stats.ts'
import { addStreamRoute } from './stream.ts'
import { addSpanRoutes, addTraceRoute, refuseTraces } from './traces.ts'
import { addViewRoutes } from '../view/add-view-routes.ts'

/** How a server answers; only `store` is required. */
export interface RunAppOptions {
  readonly store: RunStore
  /** Role of those who come without a key; by default nobody gets in without one. */
  readonly anonymous?: Role | undefined
  /** Names, without a port, by which those without a key may call the server; by any where it is absent. */
  readonly anonymousHosts?: RegExp | undefined
  /** Keys whose signatures of runs are trusted. */
  readonly trustedKeys?: readonly KeyInput[] | undefined
  /** Most bytes of one run, or of one of its documents, 8 MiB by default. */
  readonly maxBodyBytes?: number | undefined
  /** Most bytes of many runs at once, 64 MiB by default. */
  readonly maxBatchBytes?: number | undefined
  /** Secrets of which one must have signed activity events (`hmacSigner`); by default they need no signature. */
  readonly activitySecrets?: readonly string[] | undefined
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
// where exporters of OpenTelemetry send to
const TRACES = '/v1/traces'
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
  const guards = [
    authenticate(store, { role: options.anonymous, hosts: options.anonymousHosts }),
    limitRate(options.rateLimit ?? { perSecond: 1_000, burst: 2_000 }, clock),
  ]
  const maxBatchBytes = options.maxBatchBytes ?? 64 * MIB
  const api: App = new Hono<RequestFacts>()
  api.use(...guards)
  addStreamRoute(api, { store, heartbeatMs: options.heartbeatMs ?? 30_000 })
  const maxBodyBytes = options.maxBodyBytes ?? 8 * MIB
  addRunRoutes(api, { store, trustedKeys, maxBodyBytes, maxBatchBytes })
  addDocumentRoutes(api, { store, maxBodyBytes, clock })
  const ingest = { store, maxBytes: maxBatchBytes, clock, activitySecrets: options.activitySecrets ?? [] }
  addSpanRoutes(api, ingest)
  addEventRoutes(api, ingest)
  addStatsRoute(api, { store, clock })
  addExportRoute(api, { store })
  app.route('/api/v1', api)
  app.use(TRACES, ...guards)
  addTraceRoute(app, ingest)
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
  const { status, message, issues, retryAfter } = problemOf(error, context.get('requestId'))
  if (retryAfter !== undefined) context.header('Retry-After', String(retryAfter))
  if (context.req.path === TRACES) return refuseTraces(context, { status, message, issues })
  return context.json(
    { error: message, ...(issues === undefined ? {} : { issues }) },
    status satisfies ContentfulStatusCode,
  )
}

type Answer = Pick<Problem, 'message' | 'issues' | 'retryAfter'> & {
  readonly status: Problem['status'] | 500 | 503
}

function problemOf(error: unknown, requestId: string): Answer {
  if (error instanceof Problem) return error
  const nothing = { issues: undefined, retryAfter: undefined }
  if (isStoreUnavailable(error)) {
    diag.warn(`aos: ${error.message}`)
    return { ...nothing, status: 503, message: 'The store cannot be reached; send it again', retryAfter: 1 }
  }
  // what failed inside is for the log, not for whoever asks
  diag.error(`aos: the run server failed (request ${requestId})`, String(error))
  return { ...nothing, status: 500, message: 'The server failed; nothing was changed' }
}
