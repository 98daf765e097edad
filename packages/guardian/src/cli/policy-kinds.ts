import { AosError } from '@aos/sdk'
import type { PolicyFactories } from '../policies/policy-from.ts'
import { opaPolicy } from '../opa/opa-policy.ts'

/** What a policy file may name beside the built-in policies, as the programs read it: `cel`, and `opa` over its data API. */
export async function policyKinds(): Promise<PolicyFactories> {
  const { celPolicy } = await import('../cel/cel-policy.ts').catch((cause: unknown) => ({
    celPolicy: (): never => {
      throw notInstalled(cause)
    },
  }))
  return { cel: celPolicy, opa: opaPolicy }
}

// it is found out here only where a file asks for it
function notInstalled(cause: unknown): AosError {
  return new AosError({
    code: 'invalid_policy',
    message: 'A cel policy cannot be made: its packages are not installed',
    why: cause instanceof Error ? cause.message : 'they cannot be loaded',
    fix: 'Install them beside this program: npm install @bufbuild/cel @bufbuild/protobuf',
    cause,
  })
}
