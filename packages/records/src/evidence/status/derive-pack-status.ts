import type { PackStatus } from '../../generated/agent-evidence-types.ts'
import type { PackFacts } from './pack-facts.ts'

const RANK = [
  'invalid',
  'expired',
  'redacted',
  'exported',
  'reviewed',
  'verified',
  'partial',
  'ready',
  'collecting',
] as const satisfies readonly (PackStatus & keyof PackFacts)[]

/** Gives the status of a pack: the first of the lifecycle, from `invalid` down to `draft`, that is a fact. */
export function derivePackStatus(facts: PackFacts): PackStatus {
  return RANK.find((status) => facts[status] === true) ?? 'draft'
}
