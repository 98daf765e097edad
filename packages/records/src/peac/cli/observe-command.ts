import { basename } from 'node:path'
import { sha256Hex } from '@agent-run/types'
import { VERSION } from '@aos/sdk'
import type { CliExecution } from '../../generated/peac-types.ts'
import { cliExecution } from '../extensions/record-parts.ts'
import { invalidOption } from '../invalid-option.ts'
import { issue, type PeacRecord } from '../issue.ts'
import type { PeacKey } from '../keys/peac-key.ts'
import { peacName } from '../claims/registry.ts'
import { epochSeconds, isoSeconds } from '../recorder/record-times.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { resolveCommandOptions, type CommandSettings, type ObserveCommandOptions } from './command-options.ts'
import { describeBinary, locateProgram } from './locate-program.ts'
import { runCommand, type CommandEnd } from './run-command.ts'
import { secretCategory } from './secret-category.ts'

/** A command that was run, and what was seen of it. */
export interface ObservedCommand {
  readonly observation: CliExecution
  /** 128 and the number of the signal, where one ended it. */
  readonly exitCode: number
  readonly timedOut: boolean
}

/** How a command is run, and who signs the record of it. */
export interface RecordCommandOptions extends ObserveCommandOptions {
  readonly key: PeacKey
  /** An https origin or a DID; the `did:key` of the key by default. */
  readonly issuer?: string
  readonly sub?: string
  readonly jti?: string
}

/** Runs a command, the program first, and tells what was seen, unsigned; no shell is involved. */
export async function observeCommand(
  command: readonly string[],
  options: ObserveCommandOptions = {},
): Promise<ObservedCommand> {
  const settings = resolveCommandOptions(options)
  const [program, ...args] = command
  if (program === undefined || program === '' || command.some((token) => typeof token !== 'string')) {
    throw invalidOption('there is no command', "Pass the program and its arguments: ['npm', 'test'].")
  }
  const argv = toldArgv(args, settings)
  // told before the program runs, which could change its own file
  const binary = await describeBinary(locateProgram(program, settings), settings.binaryMode)
  const end = await runCommand(program, args, settings)
  const told = { command: { program: toldProgram(program), argv_token_count: args.length, ...argv }, binary }
  return {
    observation: toObservation(told, end, settings),
    exitCode: end.exitCode,
    timedOut: end.terminationSignal !== undefined,
  }
}

/** Runs a command and signs what was seen of it. */
export async function recordCommand(
  command: readonly string[],
  options: RecordCommandOptions,
): Promise<ObservedCommand & { readonly record: PeacRecord }> {
  const { key, issuer, sub, jti, policyDigest } = options
  const observed = await observeCommand(command, options)
  const finishedMs = Date.parse(observed.observation.finished_at)
  const record = issue({
    ...cliExecution(observed.observation),
    key,
    iat: epochSeconds(finishedMs),
    occurred_at: isoSeconds(finishedMs),
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(sub === undefined ? {} : { sub }),
    ...(jti === undefined ? {} : { jti }),
    ...(policyDigest === undefined ? {} : { policy: { digest: policyDigest } }),
  })
  return { ...observed, record }
}

function toObservation(
  { command, binary }: Pick<CliExecution, 'command' | 'binary'>,
  end: CommandEnd,
  settings: CommandSettings,
): CliExecution {
  const { timeoutMs, killGraceMs, approvalRef, policyDigest } = settings
  return {
    type: peacName('cli-command-execution'),
    surface: { kind: 'cli' },
    command,
    cwd: toldFolder(settings),
    binary,
    stdin_ref: { mode: 'none' },
    stdout_ref: end.stdout,
    stderr_ref: end.stderr,
    env: { mode: 'hashed', entries: toldVariables(settings) },
    started_at: isoTime(end.startedMs),
    finished_at: isoTime(end.finishedMs),
    duration_ms: Math.round(end.finishedMs - end.startedMs),
    exit_code: end.exitCode,
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    timed_out: end.terminationSignal !== undefined,
    timeout_ms: timeoutMs,
    kill_grace_ms: killGraceMs,
    ...(end.terminationSignal === undefined ? {} : { termination_signal: end.terminationSignal }),
    exit_code_mode: 'child',
    shell_mode: false,
    execution_mode: settings.executionMode,
    capture_policy: capturePolicy(settings, binary),
    platform: { os: process.platform, arch: process.arch, peac_cli_version: `aos/${VERSION}` },
    ...(policyDigest === undefined ? {} : { policy_digest: policyDigest }),
    ...(approvalRef === undefined ? {} : { approval_ref: approvalRef }),
  }
}

function capturePolicy(
  settings: CommandSettings,
  binary: CliExecution['binary'],
): CliExecution['capture_policy'] {
  const { raw, sampleBytes, cwdMode, envAllowlist, timeoutMs, killGraceMs } = settings
  return {
    stdout_max_bytes: raw ? sampleBytes : 0,
    stderr_max_bytes: raw ? sampleBytes : 0,
    argv_max_bytes: MAX_TOKEN_BYTES,
    env_allowlist: [...envAllowlist],
    stdin_mode: 'none',
    cwd_mode: cwdMode,
    binary_path_mode: binary.path_mode,
    secret_scan: true,
    raw_capture_unsafely_allowed: raw,
    raw_env_unsafely_allowed: false,
    secret_scan_disabled_unsafely: false,
    timeout_ms: timeoutMs,
    kill_grace_ms: killGraceMs,
    exit_code_mode: 'child',
  }
}

const MAX_TOKEN_BYTES = 16_384

type ToldArgv = Pick<CliExecution['command'], 'argv_mode' | 'argv' | 'argv_sha256'>

function toldArgv(args: readonly string[], { argv }: CommandSettings): ToldArgv {
  if (argv === 'hashed') return { argv_mode: argv, argv_sha256: `sha256:${sha256Hex(JSON.stringify(args))}` }
  const told = args.map(argv === 'raw' ? rawToken : redactedToken)
  if (told.some((token) => Buffer.byteLength(token) > MAX_TOKEN_BYTES)) {
    throw invalidOption(
      'an argument is too long to be told',
      "Leave argv out for 'hashed', without raw capture.",
    )
  }
  return { argv_mode: argv, argv: told }
}

function rawToken(token: string): string {
  const category = secretCategory(token)
  return category === undefined ? token : `<secret-suppressed:${category}>`
}

// what names an option is kept, what is its value is not
function redactedToken(token: string): string {
  if (/^(?:-[A-Za-z0-9?]|--|--[A-Za-z][A-Za-z0-9_-]*)$/.test(token)) return token
  const [, name = '', value = token] = /^(--[A-Za-z][A-Za-z0-9_-]*=)(.*)$/s.exec(token) ?? []
  return `${name}<redacted:${Buffer.byteLength(value)}>`
}

function toldProgram(program: string): string {
  return basename(program.replaceAll('\\', '/')).slice(0, 64)
}

function toldFolder({ cwd, cwdMode }: CommandSettings): CliExecution['cwd'] {
  if (cwdMode === 'none') return { cwd_mode: 'none' }
  if (cwdMode === 'hashed') return { cwd_mode: 'hashed', cwd_sha256: `sha256:${sha256Hex(cwd)}` }
  if (cwdMode === 'basename') return { cwd_mode: 'basename', cwd_basename: basename(cwd) }
  return { cwd_mode: 'absolute', cwd_absolute: cwd }
}

function toldVariables({ env, envAllowlist }: CommandSettings): CliExecution['env']['entries'] {
  return Object.fromEntries(
    envAllowlist.flatMap((name) => {
      const value = env[name]
      return value === undefined ? [] : [[name, { value_sha256: `sha256:${sha256Hex(value)}` }]]
    }),
  )
}
