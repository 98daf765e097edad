import { AosError, isAosError } from '@aos/sdk'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { policyFile } from '../policy-file/policy-file.ts'
import { createGuardianServer } from '../server/guardian-server.ts'
import { ANONYMOUS, type Principal, type ServerAuth } from '../server/principal.ts'
import { policyKinds } from './policy-kinds.ts'
import { readArguments, USAGE, type GuardianArguments } from './arguments.ts'

/** What {@link runGuardian} tells, and when it ends. */
export interface GuardianTerminal {
  /** Hears of each thing that it tells, without a line feed. */
  readonly say: (text: string) => void
  /** Resolves when it is to end. */
  readonly ended: Promise<unknown>
}

/** Runs the program `aos-guardian` until it is told to end; rejects with what keeps it from starting. */
export async function runGuardian(args: readonly string[], { say, ended }: GuardianTerminal): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return say(USAGE)
  const given = readArguments(args)
  const policies = policyFile(given.policy, {
    factories: await policyKinds(),
    onError: (error) => say(`policies not taken up, those before still hold: ${tellError(error)}`),
  })
  policies.onChange(() => say(`policies taken up: ${policies.policies.length}, sha256 ${policies.hash}`))
  const operator = given.tokens === undefined ? randomBytes(24).toString('base64url') : undefined
  const server = createGuardianServer({
    policies,
    auth: authOf(given, operator),
    strict: given.strict,
    ...(given.socket === undefined ? { host: given.host, port: given.port } : { socketPath: given.socket }),
    ...(given.key === undefined || given.cert === undefined
      ? {}
      : { tls: { key: readFileSync(given.key), cert: readFileSync(given.cert) } }),
  })
  say(`guardian listens at ${await server.listen()}`)
  say(`policies: ${policies.policies.map(({ name }) => name).join(', ')} (sha256 ${policies.hash})`)
  if (operator !== undefined) say(`token of the operator, who approves and stops: ${operator}`)
  await ended
  say('guardian ends')
  await server.close()
  policies.close()
}

function authOf({ tokens }: GuardianArguments, operator: string | undefined): ServerAuth {
  if (tokens !== undefined) return { tokens: readTokens(tokens) }
  return {
    tokens: operator === undefined ? {} : { [operator]: { name: 'operator', roles: ['approver', 'admin'] } },
    authenticate: () => ANONYMOUS,
  }
}

function readTokens(path: string): Readonly<Record<string, Principal>> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Principal>>
  } catch {
    // the error of JSON.parse quotes the file, and with it tokens
    throw new AosError({
      code: 'invalid_options',
      message: `The tokens file ${path} cannot be read as JSON`,
      fix: 'Give the path of a file such as { "<token>": { "name": "assistant", "roles": ["agent"] } }.',
    })
  }
}

/** What keeps a guardian from starting, as it is told. */
export function tellError(error: unknown): string {
  if (isAosError(error)) return String(error)
  if (!(error instanceof Error)) return 'unknown error'
  const isTaken = 'code' in error && error.code === 'EADDRINUSE'
  return isTaken ? `${error.message}\n  fix: Pass another --port, or end what listens there.` : error.message
}
