// The public surface of @aos/records/peac.
export type {
  A2AAgentCardObservation,
  A2ATaskObservation,
  AgentAction,
  CliExecution,
  LifecycleObservation,
  PeacClaims,
} from '../generated/peac-types.ts'
export type { PeacAccess, PeacCorrelation } from '../generated/peac-types.ts'
export type { ObserveCommandOptions } from './cli/command-options.ts'
export {
  observeCommand,
  recordCommand,
  type ObservedCommand,
  type RecordCommandOptions,
} from './cli/observe-command.ts'
export type { RecordIssue } from './claims/record-issue.ts'
export type { A2ATaskEvent } from './extensions/a2a-events.ts'
export {
  a2aHandoff,
  accessDecision,
  agentAction,
  cliExecution,
  correlation,
  fromA2ATaskObservation,
  lifecycleObservation,
  type A2ATask,
  type AgentActionKind,
  type LifecycleKind,
  type RecordParts,
} from './extensions/record-parts.ts'
export { issue, issueClaims, type IssueOptions, type PeacRecord } from './issue.ts'
export { didKeyOf } from './keys/did-key.ts'
export {
  peacIssuerDocument,
  type IssuerDocumentOptions,
  type PeacIssuerDocument,
} from './keys/issuer-document.ts'
export {
  createKeySet,
  readKeySet,
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
export { decisionDigest, decisionDocument, type DecisionDocument } from '../steps/decision-record.ts'
export { createPeacRecorder, type PeacRecorder, type PeacRecorderStats } from './recorder/peac-recorder.ts'
export type { PeacProjectionOptions, RecordedPolicy } from './recorder/projection-options.ts'
export type { FileCounts } from './recorder/record-files.ts'
export type { PeacRecorderOptions } from './recorder/recorder-options.ts'
export { toPeacRecords } from './recorder/to-peac-records.ts'
export { peacRef } from './ref.ts'
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
