import { AosError, parseHookName } from '@aos/sdk'
import { GuardianAgent } from '../guardian-agent.ts'
import type { GuardianOptions } from '../guardian-options.ts'
import type { Policy } from '../policy/policy.ts'

/** Which further guardians may be registered, and how they are asked. */
export interface UpstreamOptions {
  /** Origins (`https://guardian.example.com`) that `aos/registerHook` may name; none unless given. */
  readonly origins?: readonly string[] | undefined
  /** How they are asked: bearer, tls, signature, timeoutMs and so on. */
  readonly client?: Omit<GuardianOptions, 'endpoint' | 'policies'> | undefined
}

/** Makes the policy that asks a registered guardian; throws `invalid_endpoint`, `invalid_options` or `unknown_hook`. */
export function createUpstream(
  asked: { readonly hook: string; readonly endpoint: string; readonly policies: unknown },
  options: UpstreamOptions,
): Policy {
  const hook = parseHookName(asked.hook)
  const origin = URL.canParse(asked.endpoint) ? new URL(asked.endpoint).origin : undefined
  if (origin === undefined || options.origins?.includes(origin) !== true) {
    throw new AosError({
      code: 'invalid_endpoint',
      message: `The guardian at ${origin ?? 'that endpoint'} may not be registered`,
      why: 'Whoever could name any guardian could send everything the agents do anywhere.',
      fix: 'Add its origin to upstream.origins of the server.',
    })
  }
  const policies = asked.policies ?? []
  if (!Array.isArray(policies) || !policies.every((name) => typeof name === 'string')) {
    throw new AosError({
      code: 'invalid_options',
      message: 'policies must be a list of names',
      fix: "Pass policies: ['data-protection'].",
    })
  }
  const guardian = new GuardianAgent({ ...options.client, endpoint: asked.endpoint, policies })
  return guardian.asPolicy({ name: `guardian ${hook} ${asked.endpoint}`, hooks: [hook] })
}
