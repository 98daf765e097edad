import type { ClaimMap, EvidencePack, SourceMap } from '../../generated/agent-evidence-types.ts'

/** The evidence of one run: the pack, and the maps that it names. */
export interface Evidence {
  readonly pack: EvidencePack
  /** Every source, with those that were left out and why. */
  readonly sourceMap: SourceMap
  /** Absent where nothing is claimed. */
  readonly claimMap?: ClaimMap | undefined
}
