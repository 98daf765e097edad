// The public surface of @aos/guardian.
export {
  GuardianAgent,
  type GuardianHookOptions,
  type GuardianStats,
  type Protectable,
  type ProtectOptions,
} from './guardian-agent.ts'
export type { GuardianOptions } from './guardian-options.ts'
export type { EvaluateInput } from './evaluate-input.ts'
export type { BreakerOptions, BreakerState } from './client/circuit-breaker.ts'
export type { FailOpen, FailOpenRule } from './client/failure.ts'
export type { FieldMask, FieldMode, FieldModes } from './client/field-mask.ts'
export type { ClientStats } from './client/guardian-client.ts'
export type { GuardianClock } from './client/guardian-clock.ts'
export type {
  HeaderFields,
  MessageSigner,
  SignableRequest,
  SignableResponse,
} from './client/message-signer.ts'
export type { Bearer } from './client/outgoing-request.ts'
export type { GuardianPing } from './client/ping.ts'
export type { TlsOptions } from './client/transport.ts'
export type { ApproverOptions } from './approver.ts'
export { PolicyResponse, type GuardianDecision, type PolicyResponseInit } from './policy-response.ts'
export type { Policy, PolicyContext } from './policy/policy.ts'
export { PolicySet, type PolicySetOptions } from './policy/policy-set.ts'
export { KillSwitch, type KillScope } from './policy/kill-switch.ts'
export type { PolicySource } from './policy/policy-source.ts'
export { checkPolicyFile, type PolicyFileIssue } from './policy-file/parse-policy-file.ts'
export { policyFile, type PolicyFile, type PolicyFileOptions } from './policy-file/policy-file.ts'
export {
  policyFrom,
  type PolicyDefinition,
  type PolicyFactories,
  type PolicySpec,
} from './policies/policy-from.ts'
export { approval, type ApprovalOptions } from './policies/approval.ts'
export {
  argumentConstraints,
  type ArgumentConstraintsOptions,
  type StandardSchema,
  type ToolArguments,
} from './policies/argument-constraints.ts'
export type { ArgumentRule } from './policies/argument-constraints-rules.ts'
export type { SchemaRule, SchemaType } from './policies/argument-constraints-schema.ts'
export { costControl } from './policies/cost-control.ts'
export type { ToolCost } from './policies/cost-control-estimate.ts'
export type { Budget, CostControlOptions } from './policies/cost-control-options.ts'
export { dataProtection } from './policies/data-protection.ts'
export type {
  DataAction,
  DataPattern,
  DataProtectionHooks,
  DataProtectionOptions,
  MessageAction,
  ProtocolAction,
} from './policies/data-protection-options.ts'
export type { DataTopic } from './policies/data-protection-topics.ts'
export { injectionLabels, type InjectionOptions } from './policies/injection.ts'
export { loopDetection, type LoopDetectionOptions } from './policies/loop-detection.ts'
export type { PathRule } from './policies/paths.ts'
export { rateLimit, type RateLimitOptions } from './policies/rate-limit.ts'
export type { SqlRule } from './policies/sql-verbs.ts'
export { taint } from './policies/taint.ts'
export type { TaintOptions, TaintSources } from './policies/taint-options.ts'
export { timeWindow, type TimeWindowOptions } from './policies/time-window.ts'
export type { TimeWindow } from './policies/time-window-days.ts'
export { toolAccess, type ToolAccessOptions } from './policies/tool-access.ts'
export type { EmailRule, UrlRule } from './policies/urls.ts'
export type { PolicyScope } from './policy/state-key.ts'
export type {
  Codec,
  CodecName,
  DecodedRequest,
  DecodedResponse,
  DecodeOptions,
  JsonRpcError,
  JsonRpcRequest,
  JsonRpcResponse,
  WireAgent,
  WireStep,
} from './wire/codec.ts'
export { codecOf } from './wire/codecs.ts'
export { decodeRequest, type DecodeRequestOptions } from './wire/decode-request.ts'
export { HookContext } from '@aos/sdk'
export {
  createMessageSigner,
  createRequestVerifier,
  createResponseSigner,
  type MessageSignerOptions,
  type OwnSignature,
  type RequestVerifier,
  type RequestVerifierOptions,
  type ResponseSigner,
  type SignedRequest,
  type SignedResponse,
} from './signature/message-signature.ts'
export type { RequestParts, ResponseParts } from './signature/signature-base.ts'
export type { SignatureAlgorithm, SignatureKey, SignatureKeyInput } from './signature/signature-key.ts'
export type {
  HeldSignature,
  SignatureClock,
  SignatureProblem,
  SignatureProblemCode,
} from './signature/signed-message.ts'
export {
  createAuditLedger,
  type AuditLedger,
  type AuditLedgerOptions,
  type LedgerStats,
} from './ledger/audit-ledger.ts'
export type { LedgerHead } from './ledger/sealed-line.ts'
export {
  verifyLedger,
  type LedgerProblemCode,
  type LedgerVerification,
  type VerifyLedgerOptions,
} from './ledger/verify-ledger.ts'
