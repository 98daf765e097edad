import type { AgentEntry, Entry } from '../graph/agbom-graph.ts'
import { lineOrNothing } from './one-line.ts'

/** The name of a part on one line; where it has none, its id. */
export function partName({ name, id }: Entry | AgentEntry): string {
  return lineOrNothing(name) ?? lineOrNothing(id) ?? 'unnamed'
}
