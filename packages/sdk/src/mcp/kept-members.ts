type Body = Readonly<Record<string, unknown>>

// what the protocol keeps for itself (MCP 2026-07-28, _meta)
const OWN_META = /^io\.modelcontextprotocol\/|^progressToken$/
// what tells which request a notification is about
const ABOUT: Readonly<Record<string, string>> = {
  'notifications/progress': 'progressToken',
  'notifications/cancelled': 'requestId',
}
const OF_RESULTS: readonly string[] = ['ttlMs', 'cacheScope']

/**
 * A body that takes the place of another, with what the protocol itself needs of that one, so that whoever changes
 * what a message says need not repeat it.
 */
export function withKeptMembers(
  body: unknown,
  before: unknown,
  of: { readonly key: 'params' | 'result' | 'error'; readonly method: string | undefined },
): unknown {
  if (of.key === 'error' || !isBody(body) || !isBody(before)) return body
  const kept = new Map<string, unknown>()
  const keep = (name: string | undefined, value?: unknown): void => {
    if (name !== undefined && Object.hasOwn(before, name) && !Object.hasOwn(body, name))
      kept.set(name, value ?? before[name])
  }
  if (of.key === 'params') keep(ABOUT[of.method ?? ''])
  else {
    keep('resultType', 'inputRequests' in body || 'requestState' in body ? undefined : 'complete')
    for (const name of OF_RESULTS) keep(name)
  }
  const meta = keptMeta(body['_meta'], before['_meta'])
  if (meta !== undefined) kept.set('_meta', meta)
  return kept.size === 0 ? body : { ...body, ...Object.fromEntries(kept) }
}

/** The `_meta` of a body with the protocol's own members of the one before; nothing where there are none to keep. */
function keptMeta(given: unknown, before: unknown): Body | undefined {
  if (!isBody(before)) return undefined
  const own = isBody(given) ? given : {}
  const missing = Object.entries(before).filter(([name]) => OWN_META.test(name) && !Object.hasOwn(own, name))
  return missing.length === 0 ? undefined : { ...own, ...Object.fromEntries(missing) }
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
