// The public surface of @aos/records/peac.
export type {
  A2AAgentCardObservation,
  A2ATaskObservation,
  AgentAction,
  CliExecution,
  LifecycleObservation,
  PeacClaims,
} from '../generated/peac-types.ts'
export type { RecordIssue } from './claims/record-issue.ts'
export { issue, issueClaims, type IssueOptions, type PeacRecord } from './issue.ts'
export { didKeyOf } from './keys/did-key.ts'
export {
  peacIssuerDocument,
  type IssuerDocumentOptions,
  type PeacIssuerDocument,
} from './keys/issuer-document.ts'
export {
  createKeySet,
  type KeyChoice,
  type PeacKeySet,
  type RevocationReason,
  type TrustedKey,
} from './keys/key-set.ts'
export {
  generatePeacKey,
  toPeacKey,
  toPrivateJwk,
  toPublicJwk,
  type PeacKey,
  type PeacKeyInput,
  type PeacPrivateJwk,
  type PeacPublicJwk,
} from './keys/peac-key.ts'
export { documentDigest } from './policy-digest.ts'
export {
  verify,
  type PeacVerification,
  type RecordWarning,
  type RefusedRecord,
  type ValidRecord,
  type VerifyCode,
  type VerifyOptions,
} from './verify.ts'
export { recordRef } from './wire/compact-jws.ts'
