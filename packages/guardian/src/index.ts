// The public surface of @aos/guardian.
export { PolicyResponse, type GuardianDecision, type PolicyResponseInit } from './policy-response.ts'
export type { Policy, PolicyContext } from './policy/policy.ts'
export { HookContext } from '@aos/sdk'
