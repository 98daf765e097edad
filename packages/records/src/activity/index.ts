// The public surface of @aos/records/activity.
export type {
  ActivityActor,
  ActivityAgent,
  ActivityApproval,
  ActivityComponent,
  ActivityCost,
  ActivityDecision,
  ActivityDelegation,
  ActivityDeveloper,
  ActivityFileChange,
  ActivityModel,
  ActivityOutcome,
  ActivityProvenance,
  ActivityRepo,
  ActivitySession,
  ActivitySource,
  ActivitySourceSnapshot,
  ActivityTool,
  AgentActivityEvent,
} from '../generated/agent-activity-types.ts'
export type {
  ActivityCallOptions,
  ActivityInput,
  ActivityInputWith,
  ActivityReceipt,
  FinishSessionInput,
} from './activity-input.ts'
export type { AgentActivityConnectorOptions } from './connector-options.ts'
export { agentActivitySink, createAgentActivityConnector, type AgentActivityConnector } from './connector.ts'
export type { ActivityOrigin } from './envelope.ts'
export {
  parseAgentActivity,
  sessionIdOf,
  type ActivityIssue,
  type ActivityResult,
} from './parse-agent-activity.ts'
export type { ActivityStats } from './pipeline.ts'
export type { SecretPolicy } from './secret-check.ts'
export type { SessionSummary } from './session-events.ts'
export {
  hmacSigner,
  verifyActivitySignature,
  type ActivityRequest,
  type ActivitySigner,
  type ReceivedActivityRequest,
  type SignatureHeaders,
  type SignatureVerification,
} from './signature.ts'
export { toActivityEvents, type ActivityContext, type FileChangeOf } from './to-activity-events.ts'
