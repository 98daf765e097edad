import { AosError, type AgentInfo } from '@aos/sdk'
import { unknownKey } from './known-keys.ts'
import type { GuardianClient } from './client/guardian-client.ts'
import { createGuardianClient, type GuardianClientOptions } from './client/guardian-client.ts'
import type { PolicyResponse } from './policy-response.ts'
import { isPolicySource, type PolicySource } from './policy/policy-source.ts'
import type { Policy, PolicyContext } from './policy/policy.ts'
import { policyFrom, type PolicyFactories, type PolicySpec } from './policies/policy-from.ts'
import type { Codec, CodecName, WireAgent } from './wire/codec.ts'
import { codecOf } from './wire/codecs.ts'

/** Options of {@link GuardianAgent}: an `endpoint`, `policies`, or both. */
export interface GuardianOptions extends Omit<GuardianClientOptions, 'codec'> {
  /**
   * Dialect of the wire; default `auto`: AOS 0.1, and the landing page's `guardian/evaluate` where the guardian knows
   * no other.
   */
  readonly codec?: CodecName | 'auto' | Codec | readonly Codec[] | undefined
  /** Under which its decisions are recorded; default `guardian`. */
  readonly name?: string | undefined
  /**
   * Policies that decide in process: made by their factories, by name with default settings, by
   * `{ policy: name, … }`, or from a file by `policyFile()`. Beside an `endpoint` names are passed on to that guardian.
   */
  readonly policies?: readonly (Policy | PolicySpec)[] | PolicySource | undefined
  /** Policies that are not built in, by the name `{ policy: name, … }` calls them: `{ cel: celPolicy }`. */
  readonly factories?: PolicyFactories | undefined
  /** What becomes of a step on which every local policy abstains; default `allow`. */
  readonly default?: 'allow' | 'deny' | undefined
  /** What a remote guardian is told of the agent, and who the agent is where no step says so. */
  readonly agent?: Partial<WireAgent> | undefined
  /** Hears what shadow policies would have said. */
  readonly onShadow?: ((policy: string, response: PolicyResponse, context: PolicyContext) => void) | undefined
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined
}

/** Options with everything made of them that can be made once. */
export interface ResolvedGuardian {
  readonly name: string
  readonly client: GuardianClient | undefined
  readonly policies: readonly Policy[]
  readonly policyNames: readonly string[] | undefined
  readonly source: PolicySource | undefined
  readonly fallback: 'allow' | 'deny'
  readonly agent: Partial<WireAgent> | undefined
  readonly standIn: AgentInfo
  readonly timeoutMs: number
  readonly onShadow: GuardianOptions['onShadow']
  readonly clock: () => number
}

const TIMEOUT_MS = 1000

/** Each option, and whether it is about a remote guardian only. */
const OPTIONS: Readonly<Record<keyof Required<GuardianOptions>, 'remote' | 'any'>> = {
  endpoint: 'remote',
  socketPath: 'remote',
  codec: 'remote',
  timeoutMs: 'any',
  maxInFlight: 'remote',
  maxQueue: 'remote',
  maxRequestBytes: 'remote',
  maxResponseBytes: 'remote',
  breaker: 'remote',
  bearer: 'remote',
  tls: 'remote',
  signature: 'remote',
  fieldMask: 'remote',
  digestKey: 'remote',
  failOpen: 'remote',
  unknownMethod: 'remote',
  timing: 'remote',
  newId: 'remote',
  resolve: 'remote',
  name: 'any',
  policies: 'any',
  factories: 'any',
  default: 'any',
  agent: 'any',
  onShadow: 'any',
  clock: 'any',
}

function checkKeys(options: GuardianOptions, remote: boolean): void {
  const unknown = unknownKey(options, OPTIONS)
  if (unknown !== undefined)
    throw invalidOption(`it has no option ${unknown}; known: ${Object.keys(OPTIONS).join(', ')}`)
  if (remote) return
  const given = Object.entries(options).find(
    ([key, value]) => value !== undefined && OPTIONS[key as keyof GuardianOptions] === 'remote',
  )
  if (given !== undefined)
    throw invalidOption(`${given[0]} is about a remote guardian, and it has no endpoint`)
}

/** Checks the options and makes client and policies; throws `invalid_options`, `invalid_policy` or `invalid_endpoint`. */
export function resolveGuardianOptions(options: GuardianOptions = {}): ResolvedGuardian {
  const { name = 'guardian', policies = [], endpoint, socketPath, timeoutMs = TIMEOUT_MS } = options
  const remote = endpoint !== undefined || socketPath !== undefined
  checkKeys(options, remote)
  const source = isPolicySource(policies) ? policies : undefined
  const listed = isPolicySource(policies) ? [] : policies
  if (!Array.isArray(listed)) throw invalidOption('policies must be a list, or what policyFile() gives')
  if (!remote && source === undefined && listed.length === 0) {
    throw invalidOption('it has neither an endpoint nor policies, so it would let everything through')
  }
  if (typeof name !== 'string' || name === '') throw invalidOption('name must be a text that is not empty')
  if (!(Number.isFinite(timeoutMs) && timeoutMs > 0))
    throw invalidOption('timeoutMs must be a positive number of milliseconds')
  const { default: fallback = 'allow' } = options
  if (!['allow', 'deny'].includes(fallback)) throw invalidOption('default must be allow or deny')
  // beside an endpoint a bare name is the remote guardian's
  const names = remote ? listed.filter((given): given is string => typeof given === 'string') : []
  const own = remote ? listed.filter((given) => typeof given !== 'string') : listed
  return {
    name,
    client: remote ? createGuardianClient(clientOptions(options)) : undefined,
    policies: own.map((given: Policy | PolicySpec) => policyFrom(given, options.factories)),
    policyNames: names.length === 0 ? undefined : names,
    source,
    fallback,
    agent: options.agent,
    standIn: { id: options.agent?.id ?? 'agent', name: options.agent?.name ?? 'agent' },
    timeoutMs,
    onShadow: options.onShadow,
    clock: options.clock ?? Date.now,
  }
}

function clientOptions({ codec = 'auto', ...options }: GuardianOptions): GuardianClientOptions {
  return { ...options, codec: dialects(codec) }
}

const NAMES: readonly string[] = ['aos-0.1', 'aos-0.1-literal', 'landing']

function dialects(codec: NonNullable<GuardianOptions['codec']>): Codec | readonly Codec[] {
  if (codec === 'auto') return [codecOf('aos-0.1'), codecOf('landing')]
  if (typeof codec !== 'string') return codec
  if (!NAMES.includes(codec)) throw invalidOption(`codec must be auto or one of ${NAMES.join(', ')}`)
  return codecOf(codec)
}

function invalidOption(problem: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `A GuardianAgent cannot be made: ${problem}`,
    why: 'A guardian that does not guard as intended is worse than none.',
    fix: "Pass { endpoint: 'https://guardian.example.com' }, { policies: ['data-protection'] }, or both.",
  })
}
