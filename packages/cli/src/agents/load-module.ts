import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CliError, toldError } from '../terminal/cli-error.ts'

/** Loads one export of a user's module, JavaScript or TypeScript; a promise of something is waited for. */
export async function loadExport(path: string, name: string = 'default'): Promise<unknown> {
  const exports = await importFile(path)
  const value: unknown = await Reflect.get(exports, name)
  if (value !== undefined && value !== null) return value
  const names = Object.keys(exports)
  throw new CliError({
    message: `${path} has no ${name === 'default' ? 'default export' : `export ${name}`}`,
    fix:
      names.length === 0
        ? 'Export what is asked for: export default agent'
        : `Name one of its exports with --export: ${names.join(', ')}`,
  })
}

/** Loads a user's module for what it does. */
export async function loadModule(path: string): Promise<void> {
  await importFile(path)
}

async function importFile(path: string): Promise<object> {
  const file = resolve(path)
  if (!existsSync(file))
    throw new CliError({
      message: `There is no module ${path}`,
      fix: 'Give the path of a .js, .mjs or .ts file.',
      exit: 'failed',
    })
  try {
    return (await import(pathToFileURL(file).href)) as object
  } catch (cause) {
    throw new CliError({
      message: `${path} cannot be loaded`,
      why: toldError(cause).message,
      fix: 'Run it with node alone to see where it fails. TypeScript must be of the kind that Node runs: only types may be erased.',
      exit: 'failed',
      cause,
    })
  }
}
