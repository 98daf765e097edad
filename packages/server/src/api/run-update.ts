import { parseAgentRun, type AgentRun, type ParseIssue } from '@agent-run/types'
import { invalid } from './problem.ts'

const MEMBERS: ReadonlySet<string> = new Set([
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

/** Checks an update of a run by itself; throws a problem that names everything that is wrong. */
export function readUpdate(body: unknown): Partial<AgentRun> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid('update', [{ path: '', message: 'must be an object' }])
  const names = Object.keys(body)
  if (names.length === 0) throw invalid('update', [{ path: '', message: 'must change something' }])
  const issues: ParseIssue[] = names
    .filter((name) => !MEMBERS.has(name))
    .map((name) => ({
      path: `/${name}`,
      message: `cannot be updated; use one of: ${[...MEMBERS].join(', ')}`,
    }))
  if (issues.length > 0) throw invalid('update', issues)
  return body
}

/** A run with an update; throws where it would not be valid. */
export function withUpdate(run: AgentRun, update: Partial<AgentRun>): AgentRun {
  const parsed = parseAgentRun({ ...run, ...update })
  if (!parsed.ok) throw invalid('update', parsed.issues)
  return parsed.value
}
