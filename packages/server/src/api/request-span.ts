import { context as contexts, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { RequestFacts } from './app-types.ts'

/** Makes a span of each request, below the one that the caller names (OpenTelemetry, HTTP server spans). */
export function traceRequests(): MiddlewareHandler<RequestFacts> {
  const tracer = trace.getTracer('@aos/server')
  return async (context, next) => {
    const { method, url } = context.req
    const parent = propagation.extract(contexts.active(), context.req.header())
    const attributes = { 'http.request.method': method, 'url.path': new URL(url).pathname }
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent)
    try {
      await contexts.with(trace.setSpan(parent, span), next)
    } finally {
      const route = routePath(context, -1)
      const { status } = context.res
      span.updateName(`${method} ${route}`)
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status })
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    }
  }
}
