import type { DocumentFacts, DocumentKind, PutOutcome, StoredDocument } from '../document-store.ts'
import type { ReadRows } from './read-stats.ts'
import type { WriteRows } from './sqlite-traces.ts'

/** Keeps a document; the caller holds the transaction. */
export function writeDocument(
  { read, write }: { readonly read: ReadRows; readonly write: WriteRows },
  { runId, kind, digest, size, at, body }: StoredDocument,
): PutOutcome {
  const [known] = read('SELECT digest FROM documents WHERE run_id = ? AND kind = ?', runId, kind)
  if (known?.['digest'] === digest) return 'same'
  write(
    'INSERT OR REPLACE INTO documents (run_id, kind, digest, size, at, body) VALUES (?, ?, ?, ?, ?, ?)',
    runId,
    kind,
    digest,
    size,
    at,
    body,
  )
  return known === undefined ? 'created' : 'replaced'
}

/** Says what documents a run has. */
export function readDocumentFacts(read: ReadRows, runId: string): readonly DocumentFacts[] {
  return read('SELECT kind, digest, size, at FROM documents WHERE run_id = ? ORDER BY kind', runId).map(
    factsOf,
  )
}

/** Reads one document. */
export function readDocument(read: ReadRows, runId: string, kind: DocumentKind): StoredDocument | undefined {
  const [row] = read('SELECT * FROM documents WHERE run_id = ? AND kind = ?', runId, kind)
  return row === undefined ? undefined : { ...factsOf(row), runId, body: String(row['body']) }
}

function factsOf(row: Readonly<Record<string, unknown>>): DocumentFacts {
  return {
    kind: row['kind'] as DocumentKind,
    digest: String(row['digest']),
    size: Number(row['size']),
    at: Number(row['at']),
  }
}
