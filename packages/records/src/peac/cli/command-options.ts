import type { CliExecution } from '../../generated/peac-types.ts'
import { isHttpsUrl } from '../claims/text-rules.ts'
import { invalidOption } from '../invalid-option.ts'
import { isDigest } from '../policy-digest.ts'

/** How a command is run and how much of it is told: by default only digests and what is known anyway. */
export interface ObserveCommandOptions {
  /** Folder to run it in; the current one by default. */
  readonly cwd?: string
  /** Its environment; the current one by default. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Time after which it is ended, 10 min by default. */
  readonly timeoutMs?: number
  /** Time between asking it to end and ending it, 5 s by default. */
  readonly killGraceMs?: number
  /** Whether it reads the standard input of this process; by default it has none. What it reads is never recorded. */
  readonly stdin?: 'ignore' | 'inherit'
  /** Hears of what it writes as it writes it. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void
  /** `hashed`, the default, tells a digest of the arguments; `redacted` keeps the names of options. */
  readonly argv?: 'hashed' | 'redacted'
  /** How the folder is told; `hashed` by default. */
  readonly cwdMode?: 'none' | 'hashed' | 'basename' | 'absolute'
  /** How the path of the program is told; `hashed` by default. */
  readonly binaryMode?: 'none' | 'hashed' | 'absolute'
  /** Variables whose digests are told; none by default. */
  readonly envAllowlist?: readonly string[]
  /** Tells arguments as they are and how the output begins, without secrets that are known as such; needs the next option too. */
  readonly captureRaw?: boolean
  /** Says that it is understood that raw content leaves the machine with the record. */
  readonly unsafelyAllowRawCapture?: boolean
  /** Bytes of each output that raw capture keeps, 16384 by default and 65536 at most. */
  readonly sampleBytes?: number
  readonly executionMode?: CliExecution['execution_mode']
  /** The approval it was run with, as an opaque reference. */
  readonly approvalRef?: string
  /** Digest of the policy in force. */
  readonly policyDigest?: string
  /** Milliseconds since the epoch; the clock of the system by default. */
  readonly now?: () => number
}

/** Options with every default filled in. */
export interface CommandSettings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  readonly killGraceMs: number
  readonly stdin: 'ignore' | 'inherit'
  readonly onOutput: ObserveCommandOptions['onOutput']
  readonly argv: 'hashed' | 'redacted' | 'raw'
  readonly cwdMode: 'none' | 'hashed' | 'basename' | 'absolute'
  readonly binaryMode: 'none' | 'hashed' | 'absolute'
  readonly envAllowlist: readonly string[]
  readonly raw: boolean
  readonly sampleBytes: number
  readonly executionMode: CliExecution['execution_mode']
  readonly approvalRef: string | undefined
  readonly policyDigest: string | undefined
  readonly now: () => number
}

type Check = readonly [check: (value: unknown) => boolean, must: string, fix: string]

const MODES = ['deterministic_script', 'templated_flow', 'agent_loop', 'human_step', 'hybrid']

const CHECKS: Readonly<Record<keyof ObserveCommandOptions, Check>> = {
  cwd: [isText, 'must be the path of a folder', 'Leave it out for the current one.'],
  env: [isObject, 'must be variables by name', 'Leave it out for the current ones.'],
  timeoutMs: [
    between(1, 86_400_000),
    'must be a whole number of milliseconds up to a day',
    'Leave it out for 10 min.',
  ],
  killGraceMs: [
    between(0, 60_000),
    'must be a whole number of milliseconds up to a minute',
    'Leave it out for 5 s.',
  ],
  stdin: oneOf('ignore', 'inherit'),
  onOutput: [(value) => typeof value === 'function', 'must be a function', 'Pass (stream, chunk) => ….'],
  argv: oneOf('hashed', 'redacted'),
  cwdMode: oneOf('none', 'hashed', 'basename', 'absolute'),
  binaryMode: oneOf('none', 'hashed', 'absolute'),
  envAllowlist: [
    (value) => Array.isArray(value) && value.length <= 32 && value.every(isText),
    'must be at most 32 names of variables',
    "Pass ['CI', 'NODE_ENV'].",
  ],
  captureRaw: [isBoolean, 'must be true or false', 'Leave it out for false.'],
  unsafelyAllowRawCapture: [isBoolean, 'must be true or false', 'Leave it out for false.'],
  sampleBytes: [between(0, 65_536), 'must be a whole number of bytes up to 65536', 'Leave it out for 16384.'],
  executionMode: oneOf(...MODES),
  approvalRef: [isRef, 'must be an opaque reference', "Pass one like 'urn:aos:approval:42'."],
  policyDigest: [
    (value) => typeof value === 'string' && isDigest(value),
    'must be sha256:<64 hexadecimal digits>',
    'Pass documentDigest(policy).',
  ],
  now: [
    (value) => typeof value === 'function',
    'must be a function',
    'Leave it out for the clock of the system.',
  ],
}

/** Fills in the defaults; throws `invalid_options` for what cannot work, and for raw capture that was not asked for twice. */
export function resolveCommandOptions(options: ObserveCommandOptions): CommandSettings {
  for (const [name, [check, must, fix]] of Object.entries(CHECKS)) {
    const value: unknown = Reflect.get(options, name)
    if (value !== undefined && !check(value)) throw invalidOption(`${name} ${must}`, fix)
  }
  const { captureRaw: raw = false, unsafelyAllowRawCapture: isAllowed = false } = options
  if (raw !== isAllowed) {
    throw invalidOption(
      'raw capture needs both captureRaw and unsafelyAllowRawCapture',
      'Set both to true, or neither: arguments and output are then digests only.',
    )
  }
  return {
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? process.env,
    timeoutMs: options.timeoutMs ?? 600_000,
    killGraceMs: options.killGraceMs ?? 5_000,
    stdin: options.stdin ?? 'ignore',
    onOutput: options.onOutput,
    argv: raw ? 'raw' : (options.argv ?? 'hashed'),
    cwdMode: options.cwdMode ?? 'hashed',
    binaryMode: options.binaryMode ?? 'hashed',
    envAllowlist: options.envAllowlist ?? [],
    raw,
    sampleBytes: options.sampleBytes ?? 16_384,
    executionMode: options.executionMode ?? 'deterministic_script',
    approvalRef: options.approvalRef,
    policyDigest: options.policyDigest,
    now: options.now ?? Date.now,
  }
}

function oneOf(...known: readonly string[]): Check {
  return [
    (value) => known.includes(value as string),
    `must be ${known.join(' or ')}`,
    'Leave it out for the default.',
  ]
}

function between(least: number, most: number): Check[0] {
  return (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most
}

function isRef(value: unknown): boolean {
  if (typeof value !== 'string' || Buffer.byteLength(value) > 256 || /[\s@]/.test(value)) return false
  return /^(?:ref:|urn:|did:|peac:)/.test(value) || isDigest(value) || isHttpsUrl(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
