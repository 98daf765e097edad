// The public surface of @aos/guardian.
export { PolicyResponse, type GuardianDecision, type PolicyResponseInit } from './policy-response.ts'
export type { Policy, PolicyContext } from './policy/policy.ts'
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
