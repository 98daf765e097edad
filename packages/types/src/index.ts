// The public surface of @agent-run/types.
export type { AgentRun, Cost, EvalResult, Provenance, Step } from './generated/types.ts'
export type { RunOutcome, RunStatus, RunTrigger, StepType } from './literals.ts'
export { AgentRunError, type AgentRunErrorCode, type AgentRunErrorInit } from './errors.ts'
export { canonicalJson, sha256Hex } from './canonical-json.ts'
export { signDetached, verifyDetached } from './detached-jws.ts'
export { childLineage, configHash, recordHash, runHash, type RunHashInputs } from './run-hash.ts'
export {
  isAgentRun,
  parseAgentRun,
  parseCost,
  parseEvalResult,
  parseProvenance,
  parseStep,
  type ParseIssue,
  type ParseResult,
} from './parse.ts'
export { sealRun } from './seal-run.ts'
export {
  generateSigningKey,
  keyId,
  keyThumbprint,
  signProvenance,
  toPrivateKey,
  toPublicKey,
  type KeyInput,
} from './signing.ts'
export { verifyRun, type RunCheck, type RunVerification, type VerifyOptions } from './verify-run.ts'
