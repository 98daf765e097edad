// The public surface of @aos/guardian/server.
export { createGuardianServer, type GuardianServer } from './guardian-server.ts'
export type { GuardianServerOptions, ServerSignature } from './server-options.ts'
export type { AgbomRequest, Decided } from './rpc-methods.ts'
export type { Principal, Role, ServerAuth } from './principal.ts'
export {
  ApprovalInbox,
  type AnswerProblem,
  type ApprovalQuestion,
  type ApprovalRecord,
  type InboxOptions,
} from './approval-inbox.ts'
export type { UpstreamOptions } from './upstream.ts'
export { policyKinds } from '../cli/policy-kinds.ts'
export { runGuardian, type GuardianTerminal } from '../cli/run-guardian.ts'
