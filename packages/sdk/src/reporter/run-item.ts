import type { AgentRun } from '@agent-run/types/seal'
import type { OutboxItem } from '../outbox/index.ts'

/**
 * How a record reaches the server: `agent-run` creates it, `agent-run.update` completes one that may be there as running,
 * `agent-run.unfinished` does so unless the server knows the end.
 */
export type RunItemKind = 'agent-run' | 'agent-run.update' | 'agent-run.unfinished'

/** Makes the outbox item of a record. */
export function toRunItem(run: AgentRun, kind: RunItemKind): OutboxItem {
  return { id: run.id, kind, contentType: 'application/json', body: toBytes(run) }
}

/** Makes the body that creates a run. */
export function toBytes(run: AgentRun): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(run))
}

/** Reads an item's record back. */
export function fromRunItem({ body }: OutboxItem): AgentRun {
  return JSON.parse(Buffer.from(body).toString('utf8')) as AgentRun
}

/** Members that an update can change; the others stay as they were at the start (agent-run, RunUpdate). */
const UPDATABLE: ReadonlySet<string> = new Set([
  'status',
  'outcome',
  'ended_at',
  'duration_ms',
  'error',
  'model',
  'provider',
  'git_branch',
  'git_commit',
  'steps',
  'cost',
  'provenance',
  'tags',
  'metadata',
])

/** Makes the body that completes a run which the server has as running. */
export function toUpdate(run: AgentRun): Uint8Array {
  const update = Object.fromEntries(Object.entries(run).filter(([member]) => UPDATABLE.has(member)))
  return new TextEncoder().encode(JSON.stringify(update))
}
