import { AosError } from '../errors.ts'
import type { OutboxItem } from '../outbox/index.ts'

/** What belongs to a run beside its record: the bill of materials of its agent, and its evidence. */
export type RunDocumentKind = 'agbom' | 'evidence'

const KINDS: readonly unknown[] = ['agbom', 'evidence'] satisfies readonly RunDocumentKind[]
const PREFIX = 'agent-run.document.'

/** Makes the outbox item of a document. */
export function toDocumentItem(runId: string, kind: RunDocumentKind, body: Uint8Array): OutboxItem {
  return { id: runId, kind: `${PREFIX}${kind}`, contentType: 'application/json', body }
}

/** Which document an item holds; nothing for a record. */
export function documentKindOf({ kind }: OutboxItem): string | undefined {
  return kind.startsWith(PREFIX) ? kind.slice(PREFIX.length) : undefined
}

/** Writes a document as JSON; throws `invalid_options` for what is none, or has no run. */
export function documentBytes(runId: unknown, kind: unknown, document: unknown): Uint8Array {
  if (typeof runId !== 'string' || runId === '') throw invalid('the run has no id', 'Pass the id of the run.')
  if (!KINDS.includes(kind)) throw invalid('this kind is not known', `Use one of: ${KINDS.join(', ')}.`)
  if (typeof document !== 'object' || document === null || document instanceof Promise)
    throw invalid('it is no object', 'Pass the pack, or the AgBOM in CycloneDX; await it first.')
  try {
    return new TextEncoder().encode(JSON.stringify(document))
  } catch (cause) {
    throw invalid('it cannot be written as JSON', 'Pass it as it was made.', cause)
  }
}

function invalid(why: string, fix: string, cause?: unknown): AosError {
  const message = `AgentRunReporter.reportDocument: ${why}`
  return new AosError({ code: 'invalid_options', message, why, fix, cause })
}
