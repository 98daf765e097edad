import type { DocumentFacts, DocumentKind, PutOutcome, StoredDocument } from '../document-store.ts'
import type { Row, Session } from './database.ts'
import { toKeyText } from './key-text.ts'

/** Keeps a document; the caller holds the transaction. */
export async function writeDocument(
  session: Session,
  { runId, kind, digest, size, at, body }: StoredDocument,
): Promise<PutOutcome> {
  const key = toKeyText(runId)
  const [known] = await session.query(
    'SELECT digest FROM {schema}.documents WHERE run_id = $1 AND kind = $2 FOR UPDATE',
    [key, kind],
  )
  if (known?.['digest'] === digest) return 'same'
  await session.query(
    `INSERT INTO {schema}.documents (run_id, kind, digest, size, at, body) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (run_id, kind) DO UPDATE
       SET digest = excluded.digest, size = excluded.size, at = excluded.at, body = excluded.body`,
    [key, kind, digest, size, at, body],
  )
  return known === undefined ? 'created' : 'replaced'
}

/** Says what documents a run has. */
export async function readDocumentFacts(session: Session, runId: string): Promise<readonly DocumentFacts[]> {
  const rows = await session.query(
    'SELECT kind, digest, size, at FROM {schema}.documents WHERE run_id = $1 ORDER BY kind',
    [toKeyText(runId)],
  )
  return rows.map(factsOf)
}

/** Reads one document. */
export async function readDocument(
  session: Session,
  runId: string,
  kind: DocumentKind,
): Promise<StoredDocument | undefined> {
  const [row] = await session.query('SELECT * FROM {schema}.documents WHERE run_id = $1 AND kind = $2', [
    toKeyText(runId),
    kind,
  ])
  return row === undefined ? undefined : { ...factsOf(row), runId, body: String(row['body']) }
}

function factsOf(row: Row): DocumentFacts {
  return {
    kind: row['kind'] as DocumentKind,
    digest: String(row['digest']),
    size: Number(row['size']),
    at: Number(row['at']),
  }
}
