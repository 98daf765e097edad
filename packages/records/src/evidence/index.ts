// The public surface of @aos/records/evidence.
export type {
  ArtifactRef,
  Claim,
  ClaimMap,
  ClaimStatus,
  Completeness,
  CompletenessEntry,
  CompletenessStatus,
  EvidenceDocument,
  EvidenceEvent,
  EvidenceEventType,
  EvidencePack,
  EvidenceProducer,
  EvidenceRef,
  EvidenceRelationship,
  EvidenceScope,
  EvidenceSeverity,
  ExportFile,
  ExportManifest,
  MissingFact,
  MissingReason,
  PackProvenance,
  PackStatus,
  ProducerType,
  ProvenanceChain,
  ProvenanceEdge,
  ProvenanceNode,
  ProvenanceNodeType,
  RedactionKind,
  RedactionRecord,
  ReplayCase,
  ReplayDeterminism,
  ReviewPhase,
  ReviewVerdict,
  SourceMap,
  SourceOmission,
  SourceRef,
  SourceSelector,
  SupportEdge,
  TelemetryRef,
  Verdict,
  VerificationRecord,
  VerificationResult,
  VerificationStatus,
} from '../generated/agent-evidence-types.ts'
export { assembleEvidence, type AssembleOptions } from './assemble/assemble-evidence.ts'
export type { Evidence } from './assemble/evidence.ts'
export { toCloudEvent, type EvidenceCloudEvent } from './events/to-cloud-event.ts'
export { EvidenceBuilder, type EvidenceBuilderOptions } from './facts/evidence-builder.ts'
export { toEvidenceEvents, toExportEvent, toFactEvent } from './events/to-evidence-events.ts'
export type { FactKinds, PackFact } from './facts/pack-parts.ts'
export { withFacts } from './facts/with-facts.ts'
export { createExport, type EvidenceExport } from './manifest/create-export.ts'
export type { ExportedEvidence, ExportedFile } from './manifest/export-files.ts'
export type { ExportAttachment, ExportOptions, ExportPart } from './manifest/export-options.ts'
export type { VerifiableExport } from './manifest/read-export.ts'
export { verifyExport, type ExportVerification, type FileVerification } from './manifest/verify-export.ts'
export { exportPack, type WriteExportOptions } from './manifest/write-export.ts'
export { EvidenceRecorder, type EvidenceRecorderStats } from './recorder/evidence-recorder.ts'
export type { EvidenceRecorderOptions } from './recorder/recorder-options.ts'
export type { RedactOptions } from './redact/redact-options.ts'
export { redactEvidence, redactPack } from './redact/redact-pack.ts'
export { toReplayCase, type ReplayCaseOptions } from './replay/to-replay-case.ts'
export { derivePackStatus } from './status/derive-pack-status.ts'
export { packFacts, type PackFacts } from './status/pack-facts.ts'
export { checkPackUpdate } from './validate/check-pack-update.ts'
export type { EvidenceIssue, EvidenceIssueCode, EvidenceReport, EvidenceRule } from './validate/issue.ts'
export type { EvidenceMaps } from './validate/pack-view.ts'
export { parseEvidencePack, type ParsedEvidencePack } from './validate/parse-pack.ts'
export {
  validateEvidenceEvent,
  validateExportManifest,
  validateReplayCase,
} from './validate/validate-documents.ts'
export { validateEvidencePack, type ValidateOptions } from './validate/validate-pack.ts'
export { collectRun, type RecordedRun } from '../steps/collect-run.ts'
export { decisionDigest, decisionDocument, type DecisionDocument } from '../steps/decision-record.ts'
