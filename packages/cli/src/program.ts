import { VERSION } from '@aos/sdk'
import { Command } from 'commander'
import { addAgbom } from './commands/agbom.ts'
import { addBacktest } from './commands/backtest.ts'
import { addBench } from './commands/bench.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEmit } from './commands/emit.ts'
import { addExport } from './commands/export.ts'
import { addGuardian } from './commands/guardian.ts'
import { addHash } from './commands/hash.ts'
import { addImport } from './commands/import.ts'
import { addObserve } from './commands/observe.ts'
import { addRecord } from './commands/record.ts'
import { addServe } from './commands/serve.ts'
import { addSign } from './commands/sign.ts'
import { addValidate } from './commands/validate.ts'
import { addVerify } from './commands/verify.ts'
import { addView } from './commands/view.ts'
import { EXITS, type Runner } from './terminal/runner.ts'
import { showsColor, type Terminal } from './terminal/terminal.ts'

const COMMANDS = [
  addValidate,
  addHash,
  addSign,
  addVerify,
  addServe,
  addExport,
  addImport,
  addView,
  addGuardian,
  addAgbom,
  addRecord,
  addObserve,
  addEmit,
  addBacktest,
  addBench,
  addDoctor,
] as const

const MORE = `
Examples:
  $ aos serve
  $ aos validate run.json
  $ aos help backtest

With --json each command prints one JSON document; AOS_DEBUG=1 adds stacks to errors.
Exit codes: ${EXITS}`

/** Makes the program with all its commands. */
export function createProgram(terminal: Terminal, run: Runner): Command {
  const { stdout, stderr, env } = terminal
  const program = new Command('aos')
    .description('Checks, signs, serves, shows, records and replays what AI agents did.')
    .version(VERSION)
    .helpCommand('help [command]', 'Tells how a command is used')
    .addHelpText('after', MORE)
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      // runCli tells what is wrong in the form of every other error
      writeErr: () => undefined,
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => showsColor(stdout, env),
      getErrHasColors: () => showsColor(stderr, env),
    })
  for (const add of COMMANDS) add(program, run)
  return program
}
