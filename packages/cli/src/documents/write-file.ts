import { writeFile } from 'node:fs/promises'
import { CliError, systemCode } from '../terminal/cli-error.ts'

/** Writes a file that only its owner can read, as it may tell of people. */
export async function writePrivate(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { mode: 0o600 })
  } catch (cause) {
    throw new CliError({
      message: `${path} cannot be written (${systemCode(cause)})`,
      fix: 'Give a path in a folder that exists and that you may write to.',
      exit: 'failed',
      cause,
    })
  }
}
