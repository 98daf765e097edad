import { Option, type Command } from 'commander'
import { exitCodeOf, toldError } from './cli-error.ts'
import { createContext, type Answer, type Context } from './context.ts'
import type { Terminal } from './terminal.ts'
import { visibleLines } from './visible.ts'

/** Does the work of one command, prints what it comes to, and keeps its exit code. */
export type Runner = (command: Command, work: (context: Context) => Promise<Answer>) => Promise<void>

/** Makes the runner of one call of the program. */
export function createRunner(terminal: Terminal, finish: (exitCode: number) => void): Runner {
  return async (command, work) => {
    const { json } = command.opts<{ readonly json?: boolean }>()
    const { endProgress, ...context } = createContext(terminal, json === true)
    try {
      const { exitCode, json: document, text } = await work(context)
      endProgress()
      // what serves has told everything while it ran
      if (document !== undefined && context.json)
        terminal.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
      else if (!context.json && text !== '') terminal.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
      finish(exitCode)
    } catch (error) {
      endProgress()
      tellError(error, terminal, context.json)
      finish(exitCodeOf(error))
    }
  }
}

/** Tells an error on stderr, and where JSON is asked for as a document, too. */
export function tellError(error: unknown, { stdout, stderr, env }: Terminal, json: boolean): void {
  const told = toldError(error)
  const { message, why, fix } = told
  const lines = [`aos: ${message}`, ...(why ? [`  why: ${why}`] : []), ...(fix ? [`  fix: ${fix}`] : [])]
  stderr.write(`${visibleLines(lines.join('\n'))}\n`)
  if ((env['AOS_DEBUG'] ?? '') !== '' && error instanceof Error) stderr.write(`${error.stack ?? ''}\n`)
  if (json) stdout.write(`${JSON.stringify({ error: told }, null, 2)}\n`)
}

/** How a command is told of: what it does, and calls of it that work. */
export interface CommandHelp {
  /** In a list of commands. */
  readonly summary: string
  /** What is to be known beside that. */
  readonly more?: string | undefined
  readonly examples: readonly string[]
  readonly exits?: string | undefined
}

/** What the commands end with. */
export const EXITS: string =
  '0 all is well, 1 something is wrong with what was looked at, 2 used wrongly, 3 could not be done'

/** Adds a command that prints text, or one JSON document with `--json`. */
export function addCommand(program: Command, usage: string, help: CommandHelp): Command {
  const examples = help.examples.map((line) => `  $ ${line}`).join('\n')
  return program
    .command(usage)
    .summary(help.summary)
    .description([`${help.summary}.`, ...(help.more === undefined ? [] : [help.more])].join(' '))
    .addOption(new Option('--json', 'print one JSON document'))
    .addHelpText('after', `\nExamples:\n${examples}\n\nExit codes: ${help.exits ?? EXITS}`)
}
