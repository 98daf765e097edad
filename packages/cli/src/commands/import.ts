import type { Command } from 'commander'
import { API_KEY_FORMS } from '../keys/read-api-key.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'
import type { ImportRequest } from '../transfer/import-runs.ts'

/** Adds `aos import`. */
export function addImport(program: Command, run: Runner): void {
  const command = addCommand(program, 'import', {
    summary: 'Sends runs, one on each line, to a server or a store',
    more: 'What aos export has written, or any AgentRun records. Runs that are there already are left as they are, so that an import may be repeated; those with an id of another run are named.',
    examples: [
      'aos import runs.ndjson --to http://127.0.0.1:4400 --key env:AOS_KEY',
      'aos import runs.ndjson --to runs.db',
    ],
    exits:
      '0 all runs are there, 1 some are no AgentRuns or have the id of another run, 2 used wrongly, 3 not all could be sent',
  })
  command
    .argument('<files...>', 'files of AgentRuns, one on each line; - is the standard input')
    .requiredOption(
      '--to <place>',
      'http:// address of a server, path of a SQLite file, or postgres:// address',
    )
    .option('--key <key>', `for a server: the ${API_KEY_FORMS}`)
    .action((files: readonly string[], options: ImportRequest) =>
      run(command, async (context) => {
        const { importRuns } = await import('../transfer/import-runs.ts')
        return importRuns(files, options, context)
      }),
    )
}
