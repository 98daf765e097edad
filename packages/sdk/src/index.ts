// The public surface of @aos/sdk.
export {
  AosDeniedError,
  AosError,
  isAosError,
  isDenied,
  PermissionError,
  type AosDenial,
  type AosErrorCode,
} from './errors.ts'
export {
  AOSInstrument,
  instrument,
  viewOf,
  type ConfiguredInstrument,
  type InstrumentedFunction,
} from './instrument/instrument.ts'
export type { AOSHandle, InstrumentDescription, RunOptions, RunResult } from './instrument/handle.ts'
export type { AOSOptions, PriceFunction, PriceTable, RunLimits } from './instrument/options.ts'
export { definitionDigest, type ComponentDefinition } from './inventory/component-definition.ts'
export { inventoryOf, readmitComponents, type Inventory } from './inventory/inventory-of.ts'
export type { InventoryItem } from './inventory/inventory.ts'
export type { InstrumentConfig } from './instrument/from-config.ts'
export {
  defineAdapter,
  type Adapter,
  type AdapterHost,
  type AgentDescription,
  type BoundAgent,
  type Coverage,
} from './instrument/adapter.ts'
export type { ComponentChange, ComponentListener } from './instrument/components.ts'
export {
  allow,
  ask,
  deny,
  modify,
  parseAnswer,
  type AnswerResult,
  type HookAnswer,
  type ParsedAnswer,
  type Verdict,
} from './hooks/answer.ts'
export {
  describeHooks,
  HOOK_NAMES,
  parseHookName,
  type HookDescription,
  type HookName,
  type HookNameInput,
} from './hooks/hook-names.ts'
export {
  HookContext,
  type AgentInfo,
  type ProtocolMessage,
  type ProtocolPeer,
  type SessionInfo,
  type UserInfo,
} from './hooks/hook-context.ts'
export { currentHook, trackVerdict } from './hooks/hook-scope.ts'
export type { JournalSheet, KeptState } from './hooks/journal-sheet.ts'
export type { HookHandler, HookOptions, UnhandledHook } from './hooks/registry.ts'
export {
  GuardedRun,
  type MessageInput,
  type ModelInput,
  type ProtocolInput,
  type ToolCallInput,
  type TriggerInput,
} from './run/guarded-run.ts'
export { tool } from './run/ambient-tool.ts'
export type { AmbientToolOptions } from './run/bound-tool.ts'
export { currentRun } from './run/current-run.ts'
export type { AdmissionGuard, AdmissionRefusal, AdmissionRequest, Spending } from './run/admission-guard.ts'
export type { AuditEntry, AuditTrail } from './run/audit-trail.ts'
export type { ApprovalAnswer, ApprovalRequest, Approver } from './run/approval.ts'
export type { RunJournal } from './run/run-tap.ts'
export { describeError, type Capture, type ErrorDescription } from './run/content.ts'
export type { ToolKind } from './run/operation.ts'
export { defineSink, type Sink, type SinkStats } from './events/sink.ts'
export type {
  AosEvent,
  Component,
  DecisionRecord,
  RecordReference,
  RetrievalRecord,
  RetrievedDocument,
  RunEnd,
  RunRecord,
  RunStatus,
  RunTrigger,
  StepContent,
  StepKind,
  StepRecord,
  StepStatus,
  TokenUsage,
} from './events/event.ts'
export {
  createRedactor,
  type CustomRedactor,
  type RedactedText,
  type RedactedValue,
  type RedactionSpan,
  type Redactor,
  type RedactorOptions,
} from './privacy/redact.ts'
export type { Redaction } from './privacy/redaction-counts.ts'
export type { RedactionKind } from './privacy/span.ts'
export type { FunctionAgent } from './adapters/function/function-adapter.ts'
export { remoteCaller, type RemoteCaller } from './propagation/index.ts'
export type { Conventions } from './spans/guardrail.ts'
export { VERSION } from './version.ts'
