// the public surface of @aos/guardian/cel
export { celPolicy, type CelPolicyOptions, type CelRule } from './cel-policy.ts'
