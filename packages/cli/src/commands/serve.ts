import type { Command } from 'commander'
import type { ServeRequest } from '../servers/serve.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos serve`. */
export function addServe(program: Command, run: Runner): void {
  const command = addCommand(program, 'serve', {
    summary: 'Serves the agent-run API and its web view',
    more: 'Runs are kept in a SQLite file in your data folder, or in PostgreSQL. On this machine nobody needs a key until there is one; on another address it starts only with keys.',
    examples: [
      'aos serve',
      'aos serve --key-create reporter operator --host 0.0.0.0',
      'aos serve --retain 90',
      'aos serve --store postgres://aos@db.example.com/aos --port 8080',
    ],
    exits: '0 it was told to end, 2 used wrongly, 3 it could not start',
  })
  command
    .option('--store <store>', 'path of a SQLite file, :memory:, or a postgres:// address')
    .option('--port <port>', 'port, 0 for a free one', '4400')
    .option('--host <host>', 'address to listen at', '127.0.0.1')
    .option('--retain <days>', 'days that runs are kept; for ever without it')
    .option('--key-create <name role...>', 'make a key (viewer, operator or admin) and print it once')
    .action((options: ServeRequest) =>
      run(command, async (context) => {
        const { serve } = await import('../servers/serve.ts')
        return serve(options, context)
      }),
    )
}
