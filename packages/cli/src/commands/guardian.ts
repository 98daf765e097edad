import type { Command } from 'commander'
import type { GuardianRequest } from '../servers/guardian.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos guardian`. */
export function addGuardian(program: Command, run: Runner): void {
  const command = addCommand(program, 'guardian', {
    summary: 'Serves the policies of a file to agents on any machine',
    more: 'The file is taken up again when it changes. With --json each thing that it tells is one JSON document in a line.',
    examples: [
      'aos guardian --policy policies.yaml',
      'aos guardian --policy policies.yaml --host 0.0.0.0 --tokens tokens.json --key key.pem --cert cert.pem',
    ],
    exits: '0 it was told to end, 2 used wrongly, 3 it could not start',
  })
  command
    .requiredOption('--policy <file>', 'policies, YAML or JSON')
    .option('--port <port>', 'port, 7071 by default')
    .option('--host <host>', 'address, 127.0.0.1 by default; any other needs --tokens, --key and --cert')
    .option('--socket <path>', 'listen at a unix socket instead')
    .option(
      '--tokens <file>',
      'JSON: { "<token>": { "name": "…", "roles": ["agent" | "approver" | "admin"] } }',
    )
    .option('--key <file>', 'PEM file, for https')
    .option('--cert <file>', 'PEM file, for https')
    .option('--strict', 'take only the form of the wire that the SDK emits')
    .action((options: GuardianRequest) =>
      run(command, async (context) => {
        const { guardian } = await import('../servers/guardian.ts')
        return guardian(options, context)
      }),
    )
}
