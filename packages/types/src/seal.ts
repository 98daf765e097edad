// The public surface of @agent-run/types/seal: what makes a record, without the validators that only a reader needs.
export type { AgentRun, Cost, EvalResult, Provenance, Step } from './generated/types.ts'
export { AgentRunError, type AgentRunErrorCode, type AgentRunErrorInit } from './errors.ts'
export { canonicalJson, sha256Hex } from './canonical-json.ts'
export { childLineage, configHash, recordHash, runHash, type RunHashInputs } from './run-hash.ts'
export { sealRun } from './seal-run.ts'
export { generateSigningKey, keyId, keyThumbprint, signProvenance, type KeyInput } from './signing.ts'
