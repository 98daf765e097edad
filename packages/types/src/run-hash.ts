import { canonicalJson, sha256Hex } from './canonical-json.ts'
import { ambiguousRunHashInput } from './errors.ts'
import type { AgentRun, Provenance } from './generated/types.ts'

/** What a run_hash covers; absent and null count as empty. */
export interface RunHashInputs {
  readonly agent_id: string
  readonly model?: string | null | undefined
  readonly tools_available?: readonly string[] | null | undefined
  readonly config_hash?: string | null | undefined
  readonly trigger?: string | null | undefined
}

/**
 * The run_hash of a run (agent-run, provenance): SHA-256 of its inputs joined with `|`. Equal for runs of one agent in
 * one set-up. Throws `ambiguous_run_hash_input` where an input before the last holds a `|`, which the formula does not escape.
 */
export function runHash(inputs: RunHashInputs): string {
  for (const name of ['agent_id', 'model', 'config_hash'] as const) {
    if (inputs[name]?.includes('|') === true) throw ambiguousRunHashInput(name)
  }
  return computeRunHash(inputs)
}

/** The run_hash of inputs that somebody else wrote, a `|` included. */
export function computeRunHash({
  agent_id,
  model,
  tools_available,
  config_hash,
  trigger,
}: RunHashInputs): string {
  const tools = JSON.stringify([...(tools_available ?? [])].sort())
  return sha256Hex([agent_id, model ?? '', tools, config_hash ?? '', trigger ?? ''].join('|'))
}

/** The config_hash of an agent's configuration: SHA-256 of its canonical text (RFC 8785). */
export function configHash(config: unknown): string {
  return sha256Hex(canonicalJson(config))
}

/**
 * SHA-256 of the canonical text of a whole run without what is added later: `eval`, and in the provenance `signature`
 * and `metadata.record_hash`.
 */
export function recordHash(run: AgentRun): string {
  const { eval: _eval, provenance, ...rest } = run
  const { signature: _signature, metadata, ...unsigned } = provenance
  const { record_hash: _recordHash, ...kept } = metadata ?? {}
  const bare = metadata === undefined ? unsigned : { ...unsigned, metadata: kept }
  return sha256Hex(canonicalJson({ ...rest, provenance: bare }))
}

/** The lineage of a run that another one started: the parent's lineage, then the parent. */
export function childLineage(parent: Pick<Provenance, 'run_hash' | 'lineage'>): {
  lineage: string[]
  parent_run_hash: string
} {
  return { lineage: [...(parent.lineage ?? []), parent.run_hash], parent_run_hash: parent.run_hash }
}
