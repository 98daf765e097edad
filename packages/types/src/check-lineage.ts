import type { AgentRun } from './generated/types.ts'
import { parseAgentRun } from './parse.ts'
import { childLineage } from './run-hash.ts'

/** Everything that is wrong with the ancestors a run names, undefined where it names none and needs none. */
export function lineageProblems(run: AgentRun, parent: AgentRun | undefined): readonly string[] | undefined {
  const { lineage, parent_run_hash: parentHash } = run.provenance
  const last = lineage?.at(-1)
  if (parent === undefined && last === undefined && typeof parentHash !== 'string') return undefined
  const problems: string[] = []
  if (lineage !== undefined && last !== (parentHash ?? undefined)) {
    problems.push('the last of lineage is not parent_run_hash')
  }
  return parent === undefined ? problems : [...problems, ...parentProblems(run, parent)]
}

function parentProblems(
  { provenance, parent_run_id: parentId }: AgentRun,
  parent: AgentRun,
): readonly string[] {
  if (!parseAgentRun(parent).ok) return ['the given parent is no valid run']
  const expected = childLineage(parent.provenance)
  const problems: string[] = []
  if (provenance.lineage !== undefined && provenance.lineage.join() !== expected.lineage.join()) {
    problems.push('lineage is not that of the given parent followed by the parent')
  }
  if (provenance.parent_run_hash !== expected.parent_run_hash) {
    problems.push('parent_run_hash is not the run_hash of the given parent')
  }
  if (parentId !== parent.id) problems.push('parent_run_id is not the id of the given parent')
  return problems
}
