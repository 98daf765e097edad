#!/usr/bin/env node
import { runCli } from './run-cli.ts'
import { hideSqliteWarning } from './terminal/hide-warnings.ts'

hideSqliteWarning(process)

// a reader that has seen enough, such as head, closes its side
process.stdout.on('error', () => process.exit(0))
const exitCode = await runCli(process.argv.slice(2))
// a module of the user may leave timers and connections behind; what was printed before is written first
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
