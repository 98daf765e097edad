/** What a message says of the run that sent it. All of it is a claim of the other process. */
export interface RemoteCaller {
  /** W3C Trace Context. */
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
  /** Id of the run that called (agent-run, parent_run_id). */
  readonly runId?: string | undefined
  /** Hashes of the runs above, the caller's own last (agent-run, provenance.lineage). */
  readonly lineage?: readonly string[] | undefined
}

/** Baggage member that names the calling run. */
export const RUN_ID = 'aos.run.id'

/** Baggage member with the hashes of the calling run and those above it. */
export const LINEAGE = 'aos.lineage'

/** How deep a lineage may be that is sent or believed. */
export const MAX_LINEAGE = 64

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/
const RUN = /^[\w:.-]{1,128}$/
const HASH = /^[0-9a-f]{64}$/
const MAX_TRACESTATE = 512
const MAX_BAGGAGE = 8192

/**
 * Reads who called from headers, the `_meta` of an MCP message or the metadata of an A2A one; what is not well formed
 * is not there.
 */
export function remoteCaller(carrier: unknown): RemoteCaller | undefined {
  const traceparent = textOf(carrier, 'traceparent', MAX_TRACESTATE)
  const tracestate = textOf(carrier, 'tracestate', MAX_TRACESTATE)
  const baggage = membersOf(textOf(carrier, 'baggage', MAX_BAGGAGE))
  const runId = baggage.get(RUN_ID)
  const lineage = baggage.get(LINEAGE)?.split('.')
  const traced = traceparent !== undefined && TRACEPARENT.test(traceparent)
  const called = runId !== undefined && RUN.test(runId)
  if (!traced && !called) return undefined
  return {
    ...(traced ? { traceparent } : {}),
    ...(traced && tracestate !== undefined ? { tracestate } : {}),
    ...(called ? { runId } : {}),
    ...(called && isLineage(lineage) ? { lineage } : {}),
  }
}

function isLineage(hashes: readonly string[] | undefined): hashes is readonly string[] {
  return hashes !== undefined && hashes.length <= MAX_LINEAGE && hashes.every((hash) => HASH.test(hash))
}

function textOf(carrier: unknown, key: string, maxLength: number): string | undefined {
  if (typeof carrier !== 'object' || carrier === null || !Object.hasOwn(carrier, key)) return undefined
  const value: unknown = Reflect.get(carrier, key)
  return typeof value === 'string' && value.length <= maxLength ? value : undefined
}

function membersOf(baggage: string | undefined): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  for (const member of baggage?.split(',') ?? []) {
    const [entry = ''] = member.split(';')
    const at = entry.indexOf('=')
    const key = entry.slice(0, at).trim()
    if (at > 0 && !members.has(key)) members.set(key, entry.slice(at + 1).trim())
  }
  return members
}
