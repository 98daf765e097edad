import type { PeacClaims } from '../../generated/peac-types.ts'
import { isCanonicalIssuer, isHttpsUrl } from '../claims/text-rules.ts'
import type { AgentActionKind } from '../extensions/record-parts.ts'
import { invalidOption } from '../invalid-option.ts'
import { didKeyOf } from '../keys/did-key.ts'
import type { PeacKey } from '../keys/peac-key.ts'
import { documentDigest, isDigest } from '../policy-digest.ts'
import type { StepKind } from '@aos/sdk'

/** The policy in force, by its digest or as the JSON document itself. */
export interface RecordedPolicy {
  /** `sha256:` and the hash of the RFC 8785 text of the document. */
  readonly digest?: string
  readonly document?: object
  /** Where the document may be found, an https URL. */
  readonly uri?: string
  readonly version?: string
}

/** How steps become records. */
export interface PeacProjectionOptions {
  readonly key: PeacKey
  /** An https origin or a DID; the `did:key` of the key by default. */
  readonly issuer?: string
  /** Which actions are signed; all by default. */
  readonly kinds?: readonly AgentActionKind[]
  /** Kinds of steps whose execution is signed as invoked; `['toolCall']` by default. */
  readonly invoked?: readonly StepKind[]
  /**
   * Who approves: `explicit`, the default, is a person, a policy that says allow, or one that changes the request; `asked`
   * leaves out those that say allow.
   */
  readonly approved?: 'explicit' | 'asked'
  /** Whether what people are asked, and what they answer, is signed as lifecycle observations; true by default. */
  readonly approvals?: boolean
  /** Whether each enforced decision on a tool call is signed as a decision about access too; false by default. */
  readonly accessDecisions?: boolean
  readonly policy?: RecordedPolicy
  /**
   * Agent cards by the name of the agent, as JSON or as digest: where the own card is known, tasks that are sent over A2A are
   * signed as handed on.
   */
  readonly agentCards?: Readonly<Record<string, object | string>>
}

/** Options with every default filled in. */
export interface ProjectionSettings {
  readonly key: PeacKey
  readonly issuer: string
  readonly kinds: ReadonlySet<AgentActionKind>
  readonly invoked: ReadonlySet<StepKind>
  readonly approved: 'explicit' | 'asked'
  readonly approvals: boolean
  readonly accessDecisions: boolean
  readonly policy: PeacClaims['policy'] | undefined
  readonly cards: ReadonlyMap<string, string>
}

const KINDS: readonly AgentActionKind[] = [
  'invoked',
  'delegated',
  'approved',
  'denied',
  'cancelled',
  'timed-out',
]
const STEPS: readonly StepKind[] = [
  ...(['agentTrigger', 'message', 'modelCall', 'toolCall', 'knowledgeRetrieval'] as const),
  ...(['memoryStore', 'memoryContextRetrieval', 'mcp', 'a2a', 'embedding'] as const),
]

type Check = (value: unknown) => boolean

const CHECKS: Readonly<
  Record<keyof PeacProjectionOptions, readonly [check: Check, must: string, fix: string]>
> = {
  key: [isKey, 'must be a key', 'Pass generatePeacKey(), or toPeacKey(…) of one that was kept.'],
  issuer: [
    (value) => typeof value === 'string' && isCanonicalIssuer(value),
    'must be an https origin or a DID',
    'Pass one like https://agents.example.com, or leave it out for the did:key of the key.',
  ],
  kinds: [listOf(KINDS), `must be a list of ${KINDS.join(', ')}`, 'Leave it out to sign all of them.'],
  invoked: [listOf(STEPS), `must be a list of ${STEPS.join(', ')}`, "Leave it out for ['toolCall']."],
  approved: [
    (value) => value === 'explicit' || value === 'asked',
    'must be explicit or asked',
    'Leave it out.',
  ],
  approvals: [isBoolean, 'must be true or false', 'Leave it out for true.'],
  accessDecisions: [isBoolean, 'must be true or false', 'Leave it out for false.'],
  policy: [
    isPolicy,
    'must have a digest or a document',
    'Pass { document } or { digest: "sha256:…" }; uri is https.',
  ],
  agentCards: [
    (value) => isObject(value) && Object.values(value).every(isDocument),
    'must be agent cards or their digests by name',
    'Pass { "my-agent": card } or { "my-agent": "sha256:…" }.',
  ],
}

/** Names of the options of the projection. */
export const PROJECTION_OPTIONS: readonly string[] = Object.keys(CHECKS)

/** Fills in the defaults; throws `invalid_options` for what cannot work. */
export function resolveProjection(options: PeacProjectionOptions): ProjectionSettings {
  if (!isObject(options)) throw invalidOption('options are missing', 'Pass { key: generatePeacKey() }.')
  for (const [name, [check, must, fix]] of Object.entries(CHECKS)) {
    const value: unknown = Reflect.get(options, name)
    if (value === undefined ? name === 'key' : !check(value)) throw invalidOption(`${name} ${must}`, fix)
  }
  const { key, policy, agentCards = {} } = options
  return {
    key,
    issuer: options.issuer ?? didKeyOf(key.privateKey),
    kinds: new Set(options.kinds ?? KINDS),
    invoked: new Set(options.invoked ?? ['toolCall']),
    approved: options.approved ?? 'explicit',
    approvals: options.approvals ?? true,
    accessDecisions: options.accessDecisions ?? false,
    policy: policy === undefined ? undefined : policyClaim(policy),
    cards: new Map(Object.entries(agentCards).map(([name, card]) => [name, digestOf(card)])),
  }
}

function policyClaim({ digest, document, uri, version }: RecordedPolicy): NonNullable<PeacClaims['policy']> {
  return {
    digest: digest ?? documentDigest(document),
    ...(uri === undefined ? {} : { uri }),
    ...(version === undefined ? {} : { version }),
  }
}

function digestOf(document: object | string): string {
  return typeof document === 'string' ? document : documentDigest(document)
}

function isKey(value: unknown): boolean {
  return isObject(value) && typeof value['kid'] === 'string' && isObject(value['privateKey'])
}

function isPolicy(value: unknown): boolean {
  if (!isObject(value)) return false
  const { digest, document, uri, version } = value
  const isNamed = digest === undefined ? isObject(document) : typeof digest === 'string' && isDigest(digest)
  const isUri = uri === undefined || (typeof uri === 'string' && uri.length <= 2048 && isHttpsUrl(uri))
  return isNamed && isUri && (version === undefined || (typeof version === 'string' && version.length <= 256))
}

function isDocument(value: unknown): boolean {
  return typeof value === 'string' ? isDigest(value) : isObject(value)
}

function listOf(known: readonly string[]): Check {
  return (value) => Array.isArray(value) && value.every((item) => known.includes(item as string))
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
