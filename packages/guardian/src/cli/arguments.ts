import { AosError } from '@aos/sdk'
import { parseArgs } from 'node:util'

/** What the command line of the guardian server says. */
export interface GuardianArguments {
  readonly policy: string
  readonly host: string
  readonly port: number
  readonly socket: string | undefined
  /** JSON file of principals by token. */
  readonly tokens: string | undefined
  /** PEM files of the server. */
  readonly key: string | undefined
  readonly cert: string | undefined
  readonly strict: boolean
}

/** How the command is used. */
export const USAGE: string = `Usage: aos-guardian --policy <file> [options]

  --policy <file>   policies, YAML or JSON; taken up again when it changes
  --port <port>     default 7071
  --host <host>     default 127.0.0.1; any other needs --tokens, --key and --cert
  --socket <path>   listen at a unix socket instead
  --tokens <file>   JSON: { "<token>": { "name": "…", "roles": ["agent" | "approver" | "admin"] } }
  --key, --cert     PEM files, for https
  --strict          take only the form of the wire that the SDK emits
  --help            print this
`

const PORT = 7071

/** Reads the command line; throws `invalid_options` that says what is wrong with it. */
export function readArguments(args: readonly string[]): GuardianArguments {
  const { values } = parse(args)
  const { policy, port = String(PORT), host = '127.0.0.1', socket, tokens, key, cert, strict } = values
  if (policy === undefined) throw invalid('--policy is missing')
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw invalid('--port is no port')
  if ((key === undefined) !== (cert === undefined)) throw invalid('--key and --cert go together')
  return { policy, host, port: Number(port), socket, tokens, key, cert, strict: strict ?? false }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        policy: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        socket: { type: 'string' },
        tokens: { type: 'string' },
        key: { type: 'string' },
        cert: { type: 'string' },
        strict: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'it cannot be read')
  }
}

function invalid(problem: string): AosError {
  return new AosError({ code: 'invalid_options', message: `The command line: ${problem}`, fix: USAGE })
}
