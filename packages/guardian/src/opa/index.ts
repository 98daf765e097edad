// the public surface of @aos/guardian/opa
export { opaPolicy, type OpaEvaluator, type OpaPolicyOptions } from './opa-policy.ts'
