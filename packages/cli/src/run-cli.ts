import { CommanderError, type Command } from 'commander'
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
    const told = error instanceof CommanderError ? wrongUse(error, commandOf(program, args)) : error
    tellError(told, terminal, asksForJson(args))
    return error instanceof CommanderError ? EXIT.usage : EXIT.failed
  }
  return exitCode
}

function wrongUse(error: CommanderError, { names, unknown }: CalledCommand): CliError {
  const isHelp = error.code === 'commander.help'
  const missing = unknown === undefined ? 'no command is given' : `unknown command '${unknown}'`
  const called = ['aos', ...names].join(' ')
  return new CliError({
    message: isHelp ? missing : error.message.replace(/^error: /, ''),
    fix:
      names.length === 0
        ? 'aos --help lists the commands, aos <command> --help their options.'
        : `${called} --help tells how it is used.`,
  })
}

interface CalledCommand {
  readonly names: readonly string[]
  /** What stands where the name of a command would. */
  readonly unknown: string | undefined
}

/** The command that was meant, as far as its name was right. */
function commandOf(program: Command, args: readonly string[]): CalledCommand {
  const names: string[] = []
  let at = program
  for (const word of args) {
    if (word.startsWith('-') || word === 'help') continue
    const found = at.commands.find((command) => command.name() === word)
    if (found === undefined) return { names, unknown: at.commands.length === 0 ? undefined : word }
    names.push(word)
    at = found
  }
  return { names, unknown: undefined }
}

// what follows -- is the command line of somebody else
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? undefined : end).includes('--json')
}
