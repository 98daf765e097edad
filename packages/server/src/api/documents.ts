import type { ParseIssue } from '@agent-run/types'
import { validateEvidencePack } from '@aos/records/evidence'
import { createHash } from 'node:crypto'
import { DOCUMENT_KINDS, type DocumentFacts, type DocumentKind } from '../store/document-store.ts'
import type { RunStore } from '../store/run-store.ts'
import type { App, Request } from './app-types.ts'
import { requireRole } from './authenticate.ts'
import { invalid, notFound, Problem } from './problem.ts'
import { parseJson, readBytes } from './read-body.ts'

/** What the routes of documents work with. */
export interface DocumentRoutes {
  readonly store: RunStore
  readonly maxBodyBytes: number
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/** Adds the routes of what belongs to a run: its evidence, and the bill of materials of its agent. */
export function addDocumentRoutes(app: App, { store, maxBodyBytes, clock }: DocumentRoutes): void {
  app.get('/runs/:id/documents', async (context) => {
    const id = context.req.param('id')
    const documents = await store.documentsOf(id)
    if (documents.length === 0 && (await store.get(id)) === undefined) throw notFound()
    return context.json({ documents: documents.map(toAnswer) })
  })
  app.get('/runs/:id/documents/:kind', async (context) => {
    const found = await store.document(context.req.param('id'), kindOf(context))
    if (found === undefined) throw new Problem(404, 'The run has no such document')
    return context.body(found.body, 200, { 'content-type': 'application/json', etag: `"${found.digest}"` })
  })
  app.put('/runs/:id/documents/:kind', requireRole('operator'), async (context) => {
    const [runId, kind] = [context.req.param('id'), kindOf(context)]
    const bytes = await readBytes(context, maxBodyBytes)
    const issues = CHECKS[kind](parseJson(bytes), runId)
    if (issues.length > 0) throw invalid(NAMES[kind], issues)
    // the same bytes come back, so that a digest or a signature over them still holds
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    const facts: DocumentFacts = { kind, digest, size: bytes.byteLength, at: clock() }
    const outcome = await store.putDocument({ ...facts, runId, body: bytes.toString('utf8') })
    return context.json(toAnswer(facts), outcome === 'created' ? 201 : 200)
  })
}

const NAMES: Readonly<Record<DocumentKind, string>> = { agbom: 'AgBOM', evidence: 'evidence pack' }

const CHECKS: Readonly<Record<DocumentKind, (value: unknown, runId: string) => readonly ParseIssue[]>> = {
  agbom: agbomIssues,
  evidence: evidenceIssues,
}

function kindOf({ req }: Request): DocumentKind {
  const given = req.param('kind')
  const kind = DOCUMENT_KINDS.find((one) => one === given)
  if (kind === undefined)
    throw new Problem(404, `There is no such kind of document; there are ${DOCUMENT_KINDS.join(' and ')}`)
  return kind
}

function toAnswer({ kind, digest, size, at }: DocumentFacts): object {
  return { kind, digest, size, at: new Date(at).toISOString() }
}

function evidenceIssues(value: unknown, runId: string): readonly ParseIssue[] {
  const { valid, issues } = validateEvidencePack(value)
  if (!valid) return issues.map(({ path, message }) => ({ path, message }))
  const named = memberOf(memberOf(value, 'scope'), 'run_id')
  return named === runId
    ? []
    : [{ path: '/scope/run_id', message: `must be the run it is sent to, ${runId}` }]
}

function agbomIssues(value: unknown): readonly ParseIssue[] {
  const issues: ParseIssue[] = []
  if (memberOf(value, 'bomFormat') !== 'CycloneDX')
    issues.push({ path: '/bomFormat', message: 'must be CycloneDX: an AgBOM is kept in its JSON' })
  if (!/^1\.\d+$/.test(String(memberOf(value, 'specVersion'))))
    issues.push({ path: '/specVersion', message: 'must be a version of CycloneDX, 1.6 for example' })
  const components = memberOf(value, 'components')
  if (components !== undefined && !Array.isArray(components))
    issues.push({ path: '/components', message: 'must be a list' })
  return issues
}

function memberOf(value: unknown, member: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined
}
