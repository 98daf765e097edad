import type { Command } from 'commander'
import { COMMAND_EXITS, withCommand, type CommandRequest } from '../peac/command-request.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos observe command`. */
export function addObserve(program: Command, run: Runner): void {
  const group = program
    .command('observe')
    .description('Tells what was seen, unsigned')
    .enablePositionalOptions()
  const command = addCommand(group, 'command', {
    summary: 'Runs a command and tells what was seen of it, unsigned',
    more: 'Arguments, folder and output are digests, unless the options say otherwise; no shell is involved.',
    examples: [
      'aos observe command -- npm test',
      'aos observe command --out seen.json --cwd-mode basename -- make',
    ],
    exits: COMMAND_EXITS,
  })
  withCommand(command).action((words: readonly string[], options: CommandRequest) =>
    run(command, async (context) => {
      const { observe } = await import('../peac/run-command.ts')
      return observe(words, options, context)
    }),
  )
}
