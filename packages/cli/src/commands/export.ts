import type { Command } from 'commander'
import { API_KEY_FORMS } from '../keys/read-api-key.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'
import type { ExportRequest } from '../transfer/export-runs.ts'

/** Adds `aos export`. */
export function addExport(program: Command, run: Runner): void {
  const command = addCommand(program, 'export', {
    summary: 'Writes all runs of a server or a store, one on each line',
    more: 'Without an argument, those of the file in your data folder. The answer says how many there are; where it breaks off, how many were written. With --json, --out is needed.',
    examples: [
      'aos export --out runs.ndjson',
      'aos export https://runs.example.com --key env:AOS_KEY --out runs.ndjson',
      'aos export runs.db | aos import - --to postgres://aos@db.example.com/aos',
    ],
    exits: '0 all runs were written, 2 used wrongly, 3 not all could be',
  })
  command
    .argument('[place]', 'http:// address of a server, path of a SQLite file, or postgres:// address')
    .option('--key <key>', `for a server: the ${API_KEY_FORMS}`)
    .option('--out <file>', 'write them there, readable by you alone; what was there stays until all are')
    .action((place: string | undefined, options: ExportRequest) =>
      run(command, async (context) => {
        const { exportRuns } = await import('../transfer/export-runs.ts')
        return exportRuns(place, options, context)
      }),
    )
}
