import type { ObserveCommandOptions } from '@aos/records/peac'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { CliError } from '../terminal/cli-error.ts'
import type { Context } from '../terminal/context.ts'

/** How a command is run and told of, as the options say it. */
export interface CommandRequest {
  readonly out?: string
  readonly timeout?: number
  readonly stdin?: boolean
  readonly argv?: NonNullable<ObserveCommandOptions['argv']>
  readonly cwdMode?: NonNullable<ObserveCommandOptions['cwdMode']>
  readonly binaryPathMode?: NonNullable<ObserveCommandOptions['binaryMode']>
  readonly envAllowlist?: readonly string[]
  readonly captureRaw?: boolean
  readonly unsafelyAllowRawCapture?: boolean
  readonly executionMode?: NonNullable<ObserveCommandOptions['executionMode']>
  readonly approvalRef?: string
  readonly policyDigest?: string
}

/** Adds the options that say how a command is run and told of. */
export function withCommand(command: Command): Command {
  return command
    .argument('<command...>', 'the program and its arguments, best after --')
    .passThroughOptions()
    .option('--out <file>', 'write it there, and leave stdout to the command')
    .option('--timeout <seconds>', 'time after which the command is ended, 600 by default', seconds)
    .option('--stdin', 'let the command read the standard input, which is never recorded')
    .addOption(new Option('--argv <mode>', 'how arguments are told').choices(['hashed', 'redacted']))
    .addOption(
      new Option('--cwd-mode <mode>', 'how the folder is told').choices([
        'none',
        'hashed',
        'basename',
        'absolute',
      ]),
    )
    .addOption(
      new Option('--binary-path-mode <mode>', 'how the program is told').choices([
        'none',
        'hashed',
        'absolute',
      ]),
    )
    .option('--env-allowlist <names>', 'variables, with commas, whose digests are told', (names) =>
      names.split(','),
    )
    .option(
      '--capture-raw',
      'tell arguments and the beginning of the output as they are; needs the next option, too',
    )
    .option('--unsafely-allow-raw-capture', 'understand that raw content leaves the machine with the record')
    .addOption(
      new Option('--execution-mode <mode>', 'what kind of work it is').choices([
        'deterministic_script',
        'templated_flow',
        'agent_loop',
        'human_step',
        'hybrid',
      ]),
    )
    .option('--approval-ref <ref>', 'the approval it is run with, an opaque reference')
    .option('--policy-digest <digest>', 'digest of the policy in force, sha256:…')
}

/** The exit codes of what runs a command. */
export const COMMAND_EXITS = 'that of the command; 2 used wrongly, 3 the record could not be made'

const MAX_SECONDS = 86_400

function seconds(text: string): number {
  const value = Number(text)
  if (value > 0 && value <= MAX_SECONDS) return value
  throw new InvalidArgumentError('It takes a number of seconds up to a day.')
}

/** The options of the library; what the command writes is shown as it comes. */
export function commandOptions(request: CommandRequest, { terminal, json }: Context): ObserveCommandOptions {
  const { out, timeout, stdin, argv, cwdMode, binaryPathMode, envAllowlist, executionMode } = request
  const { captureRaw, unsafelyAllowRawCapture, approvalRef, policyDigest } = request
  if ((captureRaw ?? false) !== (unsafelyAllowRawCapture ?? false))
    throw new CliError({
      message: '--capture-raw and --unsafely-allow-raw-capture go together',
      why: 'Raw content leaves the machine with the record.',
      fix: 'Pass both, or neither: arguments and output are digests then.',
    })
  // stdout is either the command's or the record's
  const isFree = out !== undefined && !json
  return {
    onOutput: (stream, chunk) => {
      const to = stream === 'stdout' && isFree ? terminal.stdout : terminal.stderr
      to.write(chunk)
    },
    ...(timeout === undefined ? {} : { timeoutMs: Math.ceil(timeout * 1000) }),
    ...(stdin === true ? { stdin: 'inherit' } : {}),
    ...(argv === undefined ? {} : { argv }),
    ...(cwdMode === undefined ? {} : { cwdMode }),
    ...(binaryPathMode === undefined ? {} : { binaryMode: binaryPathMode }),
    ...(envAllowlist === undefined ? {} : { envAllowlist }),
    ...(captureRaw === undefined ? {} : { captureRaw }),
    ...(unsafelyAllowRawCapture === undefined ? {} : { unsafelyAllowRawCapture }),
    ...(executionMode === undefined ? {} : { executionMode }),
    ...(approvalRef === undefined ? {} : { approvalRef }),
    ...(policyDigest === undefined ? {} : { policyDigest }),
  }
}
