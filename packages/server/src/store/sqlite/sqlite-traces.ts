import type { SQLInputValue } from 'node:sqlite'
import type { CreateOutcome } from '../run-store.ts'
import { isSameContent } from '../same-content.ts'
import type { EventKind, JsonObject, PagePart, SpanContent, StoredEvent, StoredSpan } from '../trace-store.ts'
import type { ReadRows } from './read-stats.ts'

/** Says something to the database. */
export type WriteRows = (sql: string, ...values: readonly SQLInputValue[]) => unknown

/** Keeps spans; the caller holds the transaction. */
export function writeSpans(write: WriteRows, spans: readonly StoredSpan[]): void {
  for (const { traceId, spanId, runId, startedAt, content } of spans)
    write(
      'INSERT OR REPLACE INTO spans (trace_id, span_id, run_id, started_at, body) VALUES (?, ?, ?, ?, ?)',
      traceId,
      spanId,
      runId ?? null,
      startedAt,
      JSON.stringify(content),
    )
}

/** Reads the spans of a run. */
export function readSpans(read: ReadRows, runId: string, { limit, offset }: PagePart): readonly StoredSpan[] {
  return read(
    `SELECT * FROM spans WHERE run_id = ? OR (run_id IS NULL AND trace_id IN (SELECT trace_id FROM spans WHERE run_id = ?))
     ORDER BY started_at, span_id LIMIT ? OFFSET ?`,
    runId,
    runId,
    limit,
    offset,
  ).map((row) => ({
    traceId: String(row['trace_id']),
    spanId: String(row['span_id']),
    runId: textOf(row['run_id']),
    startedAt: Number(row['started_at']),
    content: JSON.parse(String(row['body'])) as SpanContent,
  }))
}

/** Keeps an event; the caller holds the transaction. */
export function writeEvent(
  { read, write }: { readonly read: ReadRows; readonly write: WriteRows },
  event: StoredEvent,
): CreateOutcome {
  const { kind, id, runId, traceId, at, content } = event
  const [known] = read('SELECT body FROM events WHERE kind = ? AND id = ?', kind, id)
  if (known !== undefined)
    return isSameContent(JSON.parse(String(known['body'])) as JsonObject, content) ? 'same' : 'conflict'
  write(
    'INSERT INTO events (kind, id, run_id, trace_id, at, body) VALUES (?, ?, ?, ?, ?, ?)',
    kind,
    id,
    runId ?? null,
    traceId ?? null,
    at,
    JSON.stringify(content),
  )
  return 'created'
}

/** Reads the events of a run. */
export function readEvents(
  read: ReadRows,
  runId: string,
  { limit, offset }: PagePart,
): readonly StoredEvent[] {
  return read(
    `SELECT * FROM events WHERE run_id = ? OR (run_id IS NULL AND trace_id IN (SELECT trace_id FROM spans WHERE run_id = ?))
     ORDER BY at, number LIMIT ? OFFSET ?`,
    runId,
    runId,
    limit,
    offset,
  ).map((row) => ({
    kind: row['kind'] as EventKind,
    id: String(row['id']),
    runId: textOf(row['run_id']),
    traceId: textOf(row['trace_id']),
    at: Number(row['at']),
    content: JSON.parse(String(row['body'])) as JsonObject,
  }))
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
