import { VERSION } from '@aos/sdk'
import { Command } from 'commander'
import { addGuardian } from './commands/guardian.ts'
import { addHash } from './commands/hash.ts'
import { addServe } from './commands/serve.ts'
import { addSign } from './commands/sign.ts'
import { addValidate } from './commands/validate.ts'
import { addVerify } from './commands/verify.ts'
import { addView } from './commands/view.ts'
import type { Runner } from './terminal/runner.ts'
import { showsColor, type Terminal } from './terminal/terminal.ts'

const COMMANDS = [addValidate, addHash, addSign, addVerify, addServe, addView, addGuardian] as const

/** Makes the program with all its commands. */
export function createProgram(terminal: Terminal, run: Runner): Command {
  const { stdout, stderr, env } = terminal
  const program = new Command('aos')
    .description('Checks, signs, serves, shows, records and replays what AI agents did.')
    .version(VERSION)
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
