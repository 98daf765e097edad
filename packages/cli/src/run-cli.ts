import { CommanderError } from 'commander'
import { createProgram } from './program.ts'
import { EXIT } from './terminal/exit-codes.ts'
import { createRunner, tellError } from './terminal/runner.ts'
import { processTerminal, type Terminal } from './terminal/terminal.ts'
import { CliError } from './terminal/cli-error.ts'

/** Runs the program `aos` with its arguments, those after its name; gives its exit code and never rejects. */
export async function runCli(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> {
  let exitCode: number = EXIT.ok
  const program = createProgram(
    terminal,
    createRunner(terminal, (code) => {
      exitCode = code
    }),
  )
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    tellError(error instanceof CommanderError ? wrongUse(error) : error, terminal, asksForJson(args))
    return error instanceof CommanderError ? EXIT.usage : EXIT.failed
  }
  return exitCode
}

function wrongUse(error: CommanderError): CliError {
  const message =
    error.code === 'commander.help' ? 'no command is given' : error.message.replace(/^error: /, '')
  return new CliError({ message, fix: 'aos --help lists the commands, aos <command> --help their options' })
}

// what follows -- is the command line of somebody else
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? undefined : end).includes('--json')
}
