import type { AgentRun, Provenance } from './generated/types.ts'
import { recordHash } from './run-hash.ts'
import { keyId, signProvenance, type KeyInput } from './signing.ts'

/**
 * Gives a finished run bound together: its provenance carries `run_id` and `record_hash` in its metadata and, where a key
 * is given, a signature that covers them. Only `eval` can be added afterwards.
 */
export function sealRun(run: AgentRun, privateKey?: KeyInput): AgentRun {
  const { signature: _signature, signed_by: _signedBy, ...rest } = run.provenance
  const named: Provenance = {
    ...rest,
    ...(privateKey === undefined ? {} : { signed_by: keyId(privateKey) }),
    metadata: { ...rest.metadata, run_id: run.id },
  }
  const record_hash = recordHash({ ...run, provenance: named })
  const bound: Provenance = { ...named, metadata: { ...named.metadata, record_hash } }
  return { ...run, provenance: privateKey === undefined ? bound : signProvenance(bound, privateKey) }
}
