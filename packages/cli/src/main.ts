#!/usr/bin/env node
import { runCli } from './run-cli.ts'
import { EXIT } from './terminal/exit-codes.ts'
import { hideSqliteWarning } from './terminal/hide-warnings.ts'

hideSqliteWarning(process)

process.stdout.on('error', endUnheard)
const exitCode = await runCli(process.argv.slice(2))
process.exitCode = exitCode
// a module of the user may leave timers and connections behind; what was printed before is written first
process.stdout.write('', (error) => {
  if (error) endUnheard(error)
  process.stderr.write('', () => process.exit(exitCode))
})

function endUnheard(error: NodeJS.ErrnoException): never {
  // a reader that has seen enough, such as head, closes its side: what was found out by then holds
  if (error.code === 'EPIPE') process.exit()
  process.stderr.write(`aos: the output cannot be written (${error.code ?? 'unknown'})\n`)
  process.exit(EXIT.failed)
}
