import { signProvenance, type KeyInput } from '@agent-run/types/seal'
import { conventionsOf, type Conventions } from '../spans/guardrail.ts'
import type { TracerProvider } from '@opentelemetry/api'
import { AosError } from '../errors.ts'
import type { RunTrigger, TokenUsage } from '../events/event.ts'
import type { Sink } from '../events/sink.ts'
import type { UserInfo } from '../hooks/hook-context.ts'
import type { HookHandler } from '../hooks/registry.ts'
import type { HookNameInput } from '../hooks/hook-names.ts'
import type { Redactor } from '../privacy/redact.ts'
import type { Approver } from '../run/approval.ts'
import type { AuditTrail } from '../run/audit-trail.ts'
import type { Capture } from '../run/content.ts'
import type { ToolKind } from '../run/operation.ts'
import type { RunJournal } from '../run/run-tap.ts'

/** Dollars of one model call, or nothing where the price is not known. */
export type PriceFunction = (
  provider: string | undefined,
  model: string,
  usage: TokenUsage,
) => number | undefined

/** A dated price table: dollars per million tokens, by model id. */
export interface PriceTable {
  /** Day on which the prices were taken, `YYYY-MM-DD`. */
  readonly date: string
  readonly models: Readonly<
    Record<
      string,
      {
        readonly input: number
        readonly output: number
        readonly cacheRead?: number
        readonly cacheWrite?: number
      }
    >
  >
}

/** What a run may use up before the next operation is denied `budget_exceeded`. */
export interface RunLimits {
  readonly modelCalls?: number
  readonly toolCalls?: number
  readonly tokens?: number
  /** Milliseconds. */
  readonly durationMs?: number
}

/** Options of {@link AOSInstrument}; none is required. */
export interface AOSOptions {
  readonly agent?: {
    readonly id?: string
    readonly name?: string
    readonly version?: string
    readonly provider?: string
  }
  readonly hooks?: { readonly [Name in HookNameInput]?: HookHandler | readonly HookHandler[] }
  /** Hooks that are to be handled; `describe().unhandled` lists those that no handler judges. */
  readonly expectedHooks?: readonly HookNameInput[]
  /** The same, and what no handler judges there is denied `hook_unhandled`. */
  readonly requiredHooks?: readonly HookNameInput[]
  readonly toolKinds?: Readonly<Record<string, ToolKind>>
  readonly session?: string
  readonly user?: UserInfo
  readonly trigger?: RunTrigger
  /** Default `preview`: at most 8 KiB rendered and redacted, then cut to 500 code points. */
  readonly capture?: Capture
  readonly redactor?: Redactor
  /** Key of the digests that leave the process; default: random for each process. */
  readonly digestKey?: string | Uint8Array
  readonly sinks?: readonly Sink[]
  readonly tracerProvider?: TracerProvider
  /** `auto` (default) annotates the framework's own model and tool spans where they are made; `own` adds ours always. */
  readonly spans?: 'auto' | 'own'
  /**
   * Names that spans have: `current`, or `next` with decisions also as guardrails of the coming GenAI conventions; default
   * `current`, or `next` where `OTEL_SEMCONV_STABILITY_OPT_IN` names `gen_ai_latest_experimental`.
   */
  readonly conventions?: Conventions
  /** Milliseconds an asynchronous handler may take; default 5000. */
  readonly handlerTimeoutMs?: number
  readonly onApproval?: Approver
  /** Keeps every decision before it takes effect; what it cannot keep is denied `audit_unavailable`. */
  readonly audit?: AuditTrail
  /** Keeps everything that decisions depend on, for replays: what `createDecisionJournal` of `@aos/sdk/journal` makes. */
  readonly journal?: RunJournal
  /** Milliseconds a person may take to approve; default 300000. */
  readonly approvalTimeoutMs?: number
  /** Milliseconds the listeners of a new component may take; default 5000. */
  readonly admissionTimeoutMs?: number
  /** Whether `knowledgeRetrieval` may modify; default false, as the published hook table says. */
  readonly retrievalModify?: boolean
  /** What a denied message of the agent becomes: a notice (default), or the rejection of the run. */
  readonly onDeny?: 'replace' | 'throw'
  /** Text that takes the place of a denied message; may hold `{reason}`. */
  readonly notice?: string
  /** `buffer` (default once a `message` hook guards) holds text until it is decided; `observe` never holds it. */
  readonly streamGuard?: 'buffer' | 'observe'
  /** `remove` takes provider-executed tools out of every model call, since they cannot be stopped. */
  readonly providerTools?: 'allow' | 'remove'
  /** Milliseconds after which a stream nobody reads ends its run as `timeout`; default 600000. */
  readonly idleTimeoutMs?: number
  readonly limits?: RunLimits
  readonly price?: PriceFunction | PriceTable
  /** Ed25519 private key that signs each run: a `KeyObject`, PKCS#8 PEM, or a JWK. */
  readonly signingKey?: KeyInput
  /** Milliseconds since the epoch. */
  readonly clock?: () => number
  readonly newId?: (nowMs: number) => string
}

/** Options with every default filled in. */
export type ResolvedOptions = AOSOptions &
  Required<
    Pick<
      AOSOptions,
      | 'capture'
      | 'spans'
      | 'conventions'
      | 'handlerTimeoutMs'
      | 'approvalTimeoutMs'
      | 'admissionTimeoutMs'
      | 'retrievalModify'
      | 'onDeny'
      | 'notice'
      | 'streamGuard'
      | 'providerTools'
      | 'idleTimeoutMs'
      | 'toolKinds'
    >
  >

const DEFAULTS = {
  capture: 'preview',
  spans: 'auto',
  handlerTimeoutMs: 5000,
  approvalTimeoutMs: 300_000,
  admissionTimeoutMs: 5000,
  retrievalModify: false,
  onDeny: 'replace',
  notice: 'This answer was withheld: {reason}',
  streamGuard: 'buffer',
  providerTools: 'allow',
  idleTimeoutMs: 600_000,
  toolKinds: {},
} as const satisfies Partial<AOSOptions>

type Check = (value: unknown) => string | undefined

const text: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty'
const duration: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value > 0
    ? undefined
    : 'a positive number of milliseconds'
const object: Check = (value) => (typeof value === 'object' && value !== null ? undefined : 'an object')
const callable: Check = (value) => (typeof value === 'function' ? undefined : 'a function')
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false')
const list: Check = (value) => (Array.isArray(value) ? undefined : 'a list')
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value) ? undefined : `one of ${words.join(', ')}`

const TOOL_KINDS = oneOf('tool', 'knowledge', 'memoryStore', 'memoryContext', 'agent')

const CHECKS: { readonly [Key in keyof Required<AOSOptions>]: Check } = {
  agent: (value) => object(value) ?? agentProblem(value),
  hooks: object,
  expectedHooks: list,
  requiredHooks: list,
  toolKinds: (value) => object(value) ?? firstProblem(Object.values(value as object), TOOL_KINDS),
  session: text,
  user: (value) => object(value) ?? text(Reflect.get(Object(value), 'id')),
  trigger: oneOf('manual', 'cron', 'webhook', 'agent', 'pipeline', 'queue'),
  capture: oneOf('off', 'preview', 'full'),
  redactor: (value) => withMethods(value, 'redactText', 'redactValue', 'sensitiveMember'),
  digestKey: (value) => (value instanceof Uint8Array ? undefined : text(value)),
  sinks: (value) =>
    list(value) ??
    firstProblem(
      value as readonly unknown[],
      (sink) =>
        withMethods(sink, 'accept') ?? (text(Reflect.get(Object(sink), 'name')) && 'a sink with a name'),
    ),
  tracerProvider: (value) => withMethods(value, 'getTracer'),
  spans: oneOf('auto', 'own'),
  conventions: oneOf('current', 'next'),
  handlerTimeoutMs: duration,
  onApproval: callable,
  audit: (value) => withMethods(value, 'append'),
  journal: (value) => withMethods(value, 'open'),
  approvalTimeoutMs: duration,
  admissionTimeoutMs: duration,
  retrievalModify: flag,
  onDeny: oneOf('replace', 'throw'),
  notice: text,
  streamGuard: oneOf('buffer', 'observe'),
  providerTools: oneOf('allow', 'remove'),
  idleTimeoutMs: duration,
  limits: (value) => object(value) ?? limitsProblem(value as object),
  price: (value) => (typeof value === 'function' ? undefined : tableProblem(value)),
  signingKey: (value) => (isSigningKey(value) ? undefined : 'an Ed25519 private key (KeyObject, PEM or JWK)'),
  clock: callable,
  newId: callable,
}

/** Checks options and fills in the defaults; throws `invalid_options` naming the option and what it takes. */
export function resolveOptions(options: AOSOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', 'an object')
  const given = givenOptions(options)
  for (const [key, value] of Object.entries(given)) {
    const check: Check | undefined = Object.hasOwn(CHECKS, key) ? CHECKS[key as keyof AOSOptions] : undefined
    if (check === undefined) throw unknownOption(key)
    const expected = value === undefined ? undefined : readable(key, () => check(value))
    if (expected !== undefined) throw invalidOption(key, expected)
  }
  const { hooks, ...others } = withoutUndefined(given)
  const conventions = conventionsOf(process.env)
  return { ...DEFAULTS, conventions, ...others, ...(hooks === undefined ? {} : { hooks: handlersOf(hooks) }) }
}

/** Reads each option once; throws `invalid_options` naming the one that cannot be read. */
export function givenOptions(options: AOSOptions): AOSOptions {
  const keys = readable('options', () => Object.keys(options))
  return Object.fromEntries(keys.map((key) => [key, readable(key, (): unknown => Reflect.get(options, key))]))
}

/** The same options without those that are undefined. */
export function withoutUndefined(options: AOSOptions): AOSOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function handlersOf(hooks: NonNullable<AOSOptions['hooks']>): NonNullable<AOSOptions['hooks']> {
  return readable('hooks', () =>
    Object.fromEntries(Object.entries(hooks).map(([name, handlers]) => [name, [handlers].flat()])),
  )
}

// getters and proxies may throw anything
function readable<T>(key: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new AosError({
      code: 'invalid_options',
      message: `Option ${key} of AOSInstrument cannot be read`,
      why: 'Reading it threw an error, which is the cause of this one, so nobody knows how to guard.',
      fix: 'Pass a plain object whose members can be read, without getters that throw.',
      cause,
    })
  }
}

function isSigningKey(value: unknown): value is KeyInput {
  try {
    signProvenance({ run_hash: '' }, value as KeyInput)
    return true
  } catch {
    // whatever is wrong with it, it is no key to sign with
    return false
  }
}

function agentProblem(agent: unknown): string | undefined {
  for (const key of ['id', 'name', 'version', 'provider']) {
    const value: unknown = Reflect.get(Object(agent), key)
    if (value === undefined) continue
    if (text(value) !== undefined) return `an object whose ${key} is a text that is not empty`
    // run_hash joins its inputs with "|" and does not escape it
    if (key === 'id' && typeof value === 'string' && value.includes('|'))
      return 'an object whose id has no "|", because run_hash joins its inputs with it'
  }
  return undefined
}

function withMethods(value: unknown, ...names: readonly string[]): string | undefined {
  const missing = names.find((name) => typeof Reflect.get(Object(value), name) !== 'function')
  return missing === undefined ? undefined : `an object with ${names.join(', ')}`
}

const LIMITS = ['modelCalls', 'toolCalls', 'tokens', 'durationMs']

function limitsProblem(limits: object): string | undefined {
  for (const [name, limit] of Object.entries(limits)) {
    if (!LIMITS.includes(name)) return `an object with only ${LIMITS.join(', ')}`
    if (limit !== undefined && !isAmount(limit))
      return `an object whose ${name} is a number that is not negative`
  }
  return undefined
}

const PRICES = ['input', 'output', 'cacheRead', 'cacheWrite']

function tableProblem(table: unknown): string | undefined {
  const models: unknown = Reflect.get(Object(table), 'models')
  const date: unknown = Reflect.get(Object(table), 'date')
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(date))
    return 'a function, or a table with the date (YYYY-MM-DD) its prices were taken on'
  if (object(models) !== undefined) return 'a function, or a table with models'
  for (const row of Object.values(models as object)) {
    const amounts = PRICES.map((name): unknown => Reflect.get(Object(row), name))
    const known = amounts.every((amount, index) => (index > 1 && amount === undefined) || isAmount(amount))
    if (!known) return 'a table whose models each have input and output, in dollars per million tokens'
  }
  return undefined
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function firstProblem(values: readonly unknown[], check: Check): string | undefined {
  for (const value of values) {
    const problem = check(value)
    if (problem !== undefined) return `values that are each ${problem}`
  }
  return undefined
}

function invalidOption(key: string, expected: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `Option ${key} of AOSInstrument must be ${expected}`,
    why: 'A guard with a setting that means nothing would not guard as intended.',
    fix: `Pass ${key} as ${expected}, or leave it out.`,
  })
}

function unknownOption(key: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `Unknown option ${JSON.stringify(key)} of AOSInstrument`,
    why: 'A misspelt option would silently be ignored.',
    fix: `Known options: ${Object.keys(CHECKS).join(', ')}.`,
  })
}
