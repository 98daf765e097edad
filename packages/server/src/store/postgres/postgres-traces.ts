import type { CreateOutcome } from '../run-store.ts'
import { isSameContent } from '../same-content.ts'
import type { EventKind, JsonObject, PagePart, SpanContent, StoredEvent, StoredSpan } from '../trace-store.ts'
import { claim } from './claim.ts'
import type { Row, Session } from './database.ts'
import { toKeyText } from './key-text.ts'

const PAGE = 1_000

/** Keeps spans, in pages that may be sent again. */
export async function writeSpans(session: Session, spans: readonly StoredSpan[]): Promise<void> {
  const last = new Map(spans.map((span) => [spanKey(span.traceId, span.spanId), span]))
  const sorted = [...last].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, span]) => span)
  for (let from = 0; from < sorted.length; from += PAGE) {
    const page = sorted.slice(from, from + PAGE)
    const [ids, starts] = [idsOf(page), page.map(({ startedAt }) => startedAt)]
    const claimed = await session.query(CLAIM_SPANS, [...ids, starts])
    await deleteReplaced(
      session,
      claimed.filter((row) => row['replaced'] !== null),
    )
    await session.query(INSERT_SPANS, [
      ...ids,
      page.map(({ runId }) => keyOrNull(runId)),
      starts,
      page.map(({ runId, content }) => JSON.stringify({ runId, content })),
    ])
  }
}

async function deleteReplaced(session: Session, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  const starts = rows.map((row) => Number(row['replaced']))
  const ids = [rows.map((row) => row['trace_id']), rows.map((row) => row['span_id'])]
  await session.query(DELETE_SPANS, [...ids, starts, Math.min(...starts), Math.max(...starts)])
}

/** Reads the spans of a run. */
export async function readSpans(
  session: Session,
  runId: string,
  { limit, offset }: PagePart,
): Promise<readonly StoredSpan[]> {
  const rows = await session.query(
    `SELECT * FROM {schema}.spans WHERE run_id = $1
       OR (run_id IS NULL AND trace_id IN (SELECT trace_id FROM {schema}.spans WHERE run_id = $1))
     ORDER BY started_at, span_id LIMIT $2 OFFSET $3`,
    [toKeyText(runId), limit, offset],
  )
  return rows.map((row) => {
    const { runId: named, content } = JSON.parse(String(row['body'])) as Pick<StoredSpan, 'runId' | 'content'>
    return {
      traceId: String(row['trace_id']),
      spanId: String(row['span_id']),
      runId: named,
      startedAt: Number(row['started_at']),
      content: content satisfies SpanContent,
    }
  })
}

/** Keeps events in the transaction of the session; gives for each what became of it. */
export async function writeEvents(
  session: Session,
  events: readonly StoredEvent[],
): Promise<readonly CreateOutcome[]> {
  const first = new Map<string, StoredEvent>()
  for (const event of events) if (!first.has(keyOf(event))) first.set(keyOf(event), event)
  const sorted = [...first].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, event]) => event)
  const known = new Map<string, string>()
  for (let from = 0; from < sorted.length; from += PAGE)
    for (const [key, body] of await writePage(session, sorted.slice(from, from + PAGE))) known.set(key, body)
  const told = new Set<StoredEvent>()
  return events.map((event) => {
    const body = known.get(keyOf(event))
    const kept = first.get(keyOf(event)) ?? event
    if (body === undefined && !told.has(kept)) {
      told.add(kept)
      return 'created'
    }
    return isSameContent(body === undefined ? kept.content : contentOf(body), event.content)
      ? 'same'
      : 'conflict'
  })
}

/** Reads the events of a run. */
export async function readEvents(
  session: Session,
  runId: string,
  { limit, offset }: PagePart,
): Promise<readonly StoredEvent[]> {
  const rows = await session.query(
    `SELECT * FROM {schema}.events WHERE run_id = $1
       OR (run_id IS NULL AND trace_id IN (SELECT trace_id FROM {schema}.spans WHERE run_id = $1))
     ORDER BY at, number LIMIT $2 OFFSET $3`,
    [toKeyText(runId), limit, offset],
  )
  return rows.map((row) => {
    const kept = JSON.parse(String(row['body'])) as Pick<StoredEvent, 'id' | 'runId' | 'traceId' | 'content'>
    return {
      kind: row['kind'] as EventKind,
      id: kept.id,
      runId: kept.runId,
      traceId: kept.traceId,
      at: Number(row['at']),
      content: kept.content,
    }
  })
}

const CLAIM_SPANS = `INSERT INTO {schema}.span_ids (trace_id, span_id, started_at)
  SELECT given.trace_id, given.span_id, given.started_at
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS given (trace_id, span_id, started_at)
  ON CONFLICT (trace_id, span_id) DO UPDATE SET started_at = excluded.started_at, replaced = span_ids.started_at
  RETURNING trace_id, span_id, replaced`

const DELETE_SPANS = `DELETE FROM {schema}.spans
  WHERE (trace_id, span_id, started_at) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]))
    AND started_at >= $4 AND started_at <= $5`

const INSERT_SPANS = `INSERT INTO {schema}.spans (trace_id, span_id, run_id, started_at, body)
  SELECT given.trace_id, given.span_id, given.run_id, given.started_at, given.body
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
    AS given (trace_id, span_id, run_id, started_at, body)`

const CLAIM_EVENTS = `INSERT INTO {schema}.event_ids (id, kind, at)
  SELECT given.id, given.kind, given.at
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS given (id, kind, at)
  ON CONFLICT (id, kind) DO NOTHING RETURNING id, kind`

const READ_EVENTS = `SELECT id, kind, body FROM {schema}.event_ids JOIN {schema}.events USING (id, kind, at)
  WHERE (id, kind) IN (SELECT * FROM unnest($1::text[], $2::text[]))`

const DELETE_EVENT_IDS = `DELETE FROM {schema}.event_ids
  WHERE (id, kind) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND NOT EXISTS (
    SELECT 1 FROM {schema}.events AS kept
    WHERE kept.id = event_ids.id AND kept.kind = event_ids.kind AND kept.at = event_ids.at)`

const INSERT_EVENTS = `INSERT INTO {schema}.events (number, id, kind, run_id, trace_id, at, body)
  SELECT given.number, given.id, given.kind, given.run_id, given.trace_id, given.at, given.body
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[])
    AS given (number, id, kind, run_id, trace_id, at, body)`

/** Gives what is kept under ids that were known. */
async function writePage(
  session: Session,
  page: readonly StoredEvent[],
): Promise<ReadonlyMap<string, string>> {
  const keys = (events: readonly StoredEvent[]): readonly unknown[] => [
    events.map(({ id }) => toKeyText(id)),
    events.map(({ kind }) => kind),
  ]
  const timesOf = (events: readonly StoredEvent[]): unknown => events.map(({ at }) => at)
  const { made, known } = await claim<StoredEvent>(page, {
    keyOf,
    insertKeys: async (open) =>
      (await session.query(CLAIM_EVENTS, [...keys(open), timesOf(open)])).map(rowKey),
    read: async (others) => {
      const rows = await session.query(READ_EVENTS, keys(others))
      return new Map(rows.map((row) => [rowKey(row), String(row['body'])]))
    },
    deleteKeys: async (open) => {
      await session.query(DELETE_EVENT_IDS, keys(open))
    },
  })
  if (made.length === 0) return known
  const [next] = await session.query(`SELECT nextval('{schema}.run_numbers') AS number`)
  await session.query(INSERT_EVENTS, [
    made.map((_, place) => Number(next?.['number']) + place),
    ...keys(made),
    made.map(({ runId }) => keyOrNull(runId)),
    made.map(({ traceId }) => keyOrNull(traceId)),
    timesOf(made),
    made.map(({ id, runId, traceId, content }) => JSON.stringify({ id, runId, traceId, content })),
  ])
  return known
}

function idsOf(spans: readonly StoredSpan[]): readonly (readonly string[])[] {
  return [spans.map(({ traceId }) => traceId), spans.map(({ spanId }) => spanId)]
}

function spanKey(traceId: string, spanId: string): string {
  return `${traceId}${spanId}`
}

function contentOf(body: string): JsonObject {
  return (JSON.parse(body) as Pick<StoredEvent, 'content'>).content
}

function keyOf({ kind, id }: StoredEvent): string {
  return `${kind} ${toKeyText(id)}`
}

function rowKey(row: Row): string {
  return `${String(row['kind'])} ${String(row['id'])}`
}

function keyOrNull(text: string | undefined): string | null {
  return text === undefined ? null : toKeyText(text)
}
