import type { Command } from 'commander'
import { COMMAND_EXITS, withCommand, type CommandRequest } from '../peac/command-request.ts'
import { withIssuer, type IssuerRequest } from '../peac/issuer-request.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos record command`. */
export function addRecord(program: Command, run: Runner): void {
  const group = program
    .command('record')
    .description('Signs what was seen, as PEAC records')
    .enablePositionalOptions()
  const command = addCommand(group, 'command', {
    summary: 'Runs a command and signs what was seen of it, as a PEAC record',
    more: 'Arguments, folder and output are digests, unless the options say otherwise; no shell is involved.',
    examples: [
      'aos record command --issuer-key file:key.pem --out build.jws -- npm run build',
      'aos record command --issuer-key env:KEY --issuer-id https://ci.example.com -- npm test',
    ],
    exits: COMMAND_EXITS,
  })
  withIssuer(withCommand(command)).action(
    (words: readonly string[], options: CommandRequest & IssuerRequest) =>
      run(command, async (context) => {
        const { record } = await import('../peac/run-command.ts')
        return record(words, options, context)
      }),
  )
}
