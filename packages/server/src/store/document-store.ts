/** Documents that belong to a run: its evidence (Agent Evidence, pack), and the bill of materials of its agent (CycloneDX). */
export const DOCUMENT_KINDS = ['agbom', 'evidence'] as const

/** What a document of a run is. */
export type DocumentKind = (typeof DOCUMENT_KINDS)[number]

/** What is told of a document without its content. */
export interface DocumentFacts {
  readonly kind: DocumentKind
  /** `sha256:` and the digest of its bytes. */
  readonly digest: string
  /** Bytes in UTF-8. */
  readonly size: number
  /** When it was kept, in milliseconds since the epoch. */
  readonly at: number
}

/** A document as it was sent. */
export interface StoredDocument extends DocumentFacts {
  readonly runId: string
  /** JSON, byte for byte. */
  readonly body: string
}

/** What became of a document: the same bytes were there, others were, or none. */
export type PutOutcome = 'created' | 'same' | 'replaced'

/** Keeps documents of runs, one of each kind, which may arrive before their run. */
export interface DocumentStore {
  /** Keeps a document in the place of the one of its kind; a run that is there counts as updated. */
  putDocument(document: StoredDocument): Promise<PutOutcome>
  /** What documents a run has, by kind. */
  documentsOf(runId: string): Promise<readonly DocumentFacts[]>
  document(runId: string, kind: DocumentKind): Promise<StoredDocument | undefined>
}
