import { runGuardian } from '@aos/guardian/server'
import { existsSync } from 'node:fs'
import { CliError, toldError } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { untilEnded } from '../terminal/terminal.ts'
import { isLocal } from './is-local.ts'

/** What `aos guardian` is told by its options: those of the program aos-guardian. */
export type GuardianRequest = Readonly<Record<string, string | boolean>>

/** Serves policies as the program aos-guardian does. */
export async function guardian(
  { json: _json, ...request }: GuardianRequest,
  context: Context,
): Promise<Answer> {
  const { terminal, json } = context
  check(request)
  const args = Object.entries(request).flatMap(([name, value]) =>
    typeof value === 'boolean' ? [`--${name}`] : [`--${name}=${value}`],
  )
  try {
    await runGuardian(args, {
      say: (text) => void terminal.stdout.write(`${json ? JSON.stringify({ message: text }) : text}\n`),
      ended: untilEnded(terminal),
    })
  } catch (error) {
    throw asTold(error)
  }
  return { exitCode: EXIT.ok, json: undefined, text: '' }
}

function check({ host, tokens, key, cert, ...files }: GuardianRequest): void {
  const isSafe = [tokens, key, cert].every((given) => given !== undefined)
  if (typeof host === 'string' && !isLocal(host) && !isSafe)
    throw new CliError({
      message: `--host ${host} lets others in, so it needs --tokens, --key and --cert`,
      why: 'A guardian that others can speak for guards nothing, and what it decides could be changed on the way.',
      fix: 'Pass all three, or leave --host out and put a proxy on this machine in front of it.',
    })
  const given = { ...files, tokens, key, cert }
  for (const name of ['policy', 'tokens', 'key', 'cert'] as const) {
    const path: unknown = Reflect.get(given, name)
    if (typeof path !== 'string' || existsSync(path)) continue
    throw new CliError({
      message: `--${name} ${path} cannot be read: there is no such file`,
      fix: 'Give the path of a file that exists.',
      exit: 'failed',
    })
  }
}

// the fix of the program is its own usage, and an error of OpenSSL has none
function asTold(error: unknown): unknown {
  const { message, code, fix } = toldError(error)
  if (fix?.startsWith('Usage: ') === true)
    return new CliError({
      message: message.replace(/^The command line: /, ''),
      fix: 'aos guardian --help tells of its options.',
      cause: error,
    })
  if (code?.startsWith('ERR_OSSL') !== true) return error
  return new CliError({
    message: '--key and --cert hold no key and certificate that belong together',
    why: message,
    fix: 'Give PEM files: the private key, and the certificate made for it.',
    exit: 'failed',
    cause: error,
  })
}
