import type { ParseIssue } from '@agent-run/types'
import { parseAgentActivity, verifyActivitySignature } from '@aos/records/activity'
import { createHash } from 'node:crypto'
import type { CreateOutcome } from '../store/run-store.ts'
import type { EventKind, JsonObject, StoredEvent } from '../store/trace-store.ts'
import type { App, Request } from './app-types.ts'
import { requireRole } from './authenticate.ts'
import { invalid, notFound, Problem } from './problem.ts'
import { parseJson, readBytes } from './read-body.ts'
import { readPart } from './read-query.ts'
import { toAuditEvent } from './audit-event.ts'
import type { IngestRoutes } from './traces.ts'

/** What the routes of events work with. */
export interface EventRoutes extends IngestRoutes {
  /** Secrets of which one must have signed what is sent; without any nothing need be signed. */
  readonly activitySecrets: readonly string[]
  readonly clock: () => number
}

const MAX_EVENTS = 1_000

/** Adds the routes that take events and audit entries, and give those of a run back. */
export function addEventRoutes(app: App, routes: EventRoutes): void {
  const { store } = routes
  app.post('/events', requireRole('operator'), (context) => takeActivity(context, routes))
  app.post('/audit', requireRole('operator'), (context) => takeAudit(context, routes))
  app.get('/runs/:id/events', async (context) => {
    const id = context.req.param('id')
    const events = await store.eventsOf(id, readPart(context))
    if (events.length === 0 && (await store.get(id)) === undefined) throw notFound()
    return context.json({
      events: events.map(({ kind, id: eventId, at, content }) => ({ kind, id: eventId, at, content })),
    })
  })
}

async function takeActivity(context: Request, routes: EventRoutes): Promise<Response> {
  const { store, activitySecrets: secrets, clock } = routes
  const bytes = await readBytes(context, routes.maxBytes)
  const received = { headers: context.req.header(), body: bytes }
  const isSigned = (secret: string): boolean => verifyActivitySignature(received, { secret, nowMs: clock() })
  if (secrets.length > 0 && !secrets.some(isSigned))
    throw new Problem(401, 'The request is not signed, not in time, or by somebody else')
  const body = parseJson(bytes)
  const given = listIn(body, 'events')
  const key = given === undefined ? context.req.header('idempotency-key') : undefined
  const events = checked(given ?? [body], given === undefined ? '' : '/events', (value) => {
    const parsed = parseAgentActivity(value)
    return parsed.ok ? toActivityEvent({ ...parsed.value }, { key, now: clock() }) : parsed.issues
  })
  const outcomes = await store.addEvents(events)
  if (given !== undefined) return context.json({ results: resultsOf(events, outcomes) })
  const [event, outcome] = [events[0], outcomes[0]]
  if (outcome === 'conflict') throw new Problem(409, 'Another event has this id')
  return context.json({ event_id: event?.id }, outcome === 'created' ? 201 : 200)
}

async function takeAudit(context: Request, { store, maxBytes, clock }: EventRoutes): Promise<Response> {
  const bytes = await readBytes(context, maxBytes)
  const isLines = /^application\/(?:x-ndjson|jsonl|json-?lines)\b/i.test(
    context.req.header('content-type') ?? '',
  )
  const body = isLines ? { entries: linesOf(bytes) } : parseJson(bytes)
  const entries = listIn(body, 'entries')
  if (entries === undefined) throw invalid('audit entries', [listIssue('/entries')])
  const events = checked(entries, '/entries', (value) =>
    isObject(value) ? toAuditEvent(value, clock()) : [{ path: '', message: 'must be an object' }],
  )
  const outcomes = await store.addEvents(events)
  return context.json({ results: resultsOf(events, outcomes) })
}

function toActivityEvent(
  content: JsonObject,
  { key, now }: { readonly key: string | undefined; readonly now: number },
): StoredEvent {
  const { event_id: eventId, idempotency_key: ownKey, run_id: runId, trace_id: traceId } = content
  const at = Date.parse(textOf(content['occurred_at']) ?? '')
  return {
    kind: 'activity',
    id: textOf(eventId) ?? textOf(ownKey) ?? key ?? digestOf(content),
    runId: textOf(runId),
    traceId: textOf(traceId),
    at: Number.isNaN(at) ? now : at,
    content,
  }
}

// the oldest payloads have no id: the same content is the same event
function digestOf(content: JsonObject): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`
}

function checked(
  values: readonly unknown[],
  path: string,
  read: (value: unknown) => StoredEvent | readonly ParseIssue[],
): readonly StoredEvent[] {
  if (values.length === 0 || values.length > MAX_EVENTS) throw invalid('events', [listIssue(path)])
  const events: StoredEvent[] = []
  const issues: ParseIssue[] = []
  for (const [at, value] of values.entries()) {
    const made = read(value)
    const place = path === '' ? '' : `${path}/${at}`
    if (isEvent(made)) events.push(made)
    else issues.push(...made.map((issue) => ({ path: place + issue.path, message: issue.message })))
  }
  if (issues.length > 0) throw invalid('events', issues)
  return events
}

function listIssue(path: string): ParseIssue {
  return { path, message: `must be a list of 1 to ${MAX_EVENTS}` }
}

function resultsOf(
  events: readonly StoredEvent[],
  outcomes: readonly CreateOutcome[],
): readonly { readonly id: string; readonly kind: EventKind; readonly outcome: CreateOutcome }[] {
  return events.map(({ id, kind }, at) => ({ id, kind, outcome: outcomes[at] ?? 'conflict' }))
}

function listIn(body: unknown, name: string): readonly unknown[] | undefined {
  const list = isObject(body) ? body[name] : body
  return Array.isArray(list) ? (list as unknown[]) : undefined
}

function linesOf(bytes: Buffer): readonly unknown[] {
  const lines = bytes.toString('utf8').split('\n')
  return lines.filter((line) => line.trim() !== '').map((line) => parseJson(Buffer.from(line)))
}

function isEvent(made: StoredEvent | readonly ParseIssue[]): made is StoredEvent {
  return !Array.isArray(made)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
