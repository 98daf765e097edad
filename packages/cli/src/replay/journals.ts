import { readJournal, type Journal } from '@aos/sdk/journal'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CliError, systemCode } from '../terminal/cli-error.ts'

/** The files of journals that are meant, those of folders in the order of their names. */
export function journalFiles(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    if (!isFolder(path)) return [path]
    const names = readdirSync(path).filter((name) => name.endsWith('.jsonl'))
    if (names.length > 0) return names.toSorted().map((name) => join(path, name))
    throw new CliError({
      message: `There is no journal in ${path}`,
      fix: 'Give the directory of createDecisionJournal({ directory }), which holds <runId>.jsonl files.',
      exit: 'failed',
    })
  })
}

/** Reads a journal; what keeps it from being read names the file. */
export async function openJournal(file: string): Promise<Journal> {
  try {
    return await readJournal(file)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read'
    throw new CliError({ message: `${file}: ${why}`, exit: 'failed', cause })
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (cause) {
    throw new CliError({
      message: `${path} cannot be read (${systemCode(cause)})`,
      fix: 'Give files of decision journals, or folders of them.',
      exit: 'failed',
      cause,
    })
  }
}
