import type { CreateOutcome } from '../run-store.ts'
import { isSameContent } from '../same-content.ts'
import type { EventKind, JsonObject, PagePart, SpanContent, StoredEvent, StoredSpan } from '../trace-store.ts'
import type { Row, Session } from './database.ts'
import { toKeyText } from './key-text.ts'

const PAGE = 1_000

/** Keeps spans, in pages that may be sent again. */
export async function writeSpans(session: Session, spans: readonly StoredSpan[]): Promise<void> {
  const last = new Map(spans.map((span) => [`${span.traceId}${span.spanId}`, span]))
  const sorted = [...last].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, span]) => span)
  for (let from = 0; from < sorted.length; from += PAGE) {
    const page = sorted.slice(from, from + PAGE)
    await session.query(
      `INSERT INTO {schema}.spans (trace_id, span_id, run_id, started_at, body)
       SELECT given.* FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
         AS given (trace_id, span_id, run_id, started_at, body)
       ON CONFLICT (trace_id, span_id) DO UPDATE
         SET run_id = excluded.run_id, started_at = excluded.started_at, body = excluded.body`,
      [
        page.map(({ traceId }) => traceId),
        page.map(({ spanId }) => spanId),
        page.map(({ runId }) => keyOrNull(runId)),
        page.map(({ startedAt }) => startedAt),
        page.map(({ runId, content }) => JSON.stringify({ runId, content })),
      ],
    )
  }
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
  for (let from = 0; from < sorted.length; from += PAGE) {
    const page = sorted.slice(from, from + PAGE)
    const rows = await session.query(INSERT_EVENTS, columnsOf(page))
    const made = new Set(rows.map(rowKey))
    const others = page.filter((event) => !made.has(keyOf(event))).map((event) => toKeyText(event.id))
    if (others.length === 0) continue
    const kept = await session.query('SELECT kind, id, body FROM {schema}.events WHERE id = ANY($1)', [
      others,
    ])
    for (const row of kept) known.set(rowKey(row), String(row['body']))
    for (const row of rows) known.delete(rowKey(row))
  }
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

const INSERT_EVENTS = `WITH base AS (SELECT nextval('{schema}.run_numbers') AS number)
  INSERT INTO {schema}.events (number, kind, id, run_id, trace_id, at, body)
  SELECT base.number + given.place, given.kind, given.id, given.run_id, given.trace_id, given.at, given.body
  FROM base, unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[])
    AS given (place, kind, id, run_id, trace_id, at, body)
  ON CONFLICT (id, kind) DO NOTHING RETURNING kind, id`

function columnsOf(events: readonly StoredEvent[]): readonly unknown[] {
  return [
    events.map((_, place) => place),
    events.map(({ kind }) => kind),
    events.map(({ id }) => toKeyText(id)),
    events.map(({ runId }) => keyOrNull(runId)),
    events.map(({ traceId }) => keyOrNull(traceId)),
    events.map(({ at }) => at),
    events.map(({ id, runId, traceId, content }) => JSON.stringify({ id, runId, traceId, content })),
  ]
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
