import type { JsonObject, StoredSpan } from '../store/trace-store.ts'

interface ScopeSpans {
  readonly scope: JsonObject
  readonly spans: JsonObject[]
}

interface ResourceSpans {
  readonly resource: JsonObject
  readonly scopeSpans: ScopeSpans[]
}

/** Puts spans into a request of OTLP JSON, which every reader of files of spans understands. */
export function toRequest(spans: readonly StoredSpan[]): {
  readonly resourceSpans: readonly ResourceSpans[]
} {
  const resources = new Map<string, ResourceSpans>()
  const scopes = new Map<string, ScopeSpans>()
  for (const { content } of spans) {
    const { resource, scope, span } = content
    const resourceKey = JSON.stringify(resource)
    const scopeKey = `${resourceKey}\n${JSON.stringify(scope)}`
    let holder = resources.get(resourceKey)
    if (holder === undefined) {
      holder = { resource, scopeSpans: [] }
      resources.set(resourceKey, holder)
    }
    let group = scopes.get(scopeKey)
    if (group === undefined) {
      group = { scope, spans: [] }
      scopes.set(scopeKey, group)
      holder.scopeSpans.push(group)
    }
    group.spans.push(span)
  }
  return { resourceSpans: [...resources.values()] }
}
