import { CliError } from '../terminal/cli-error.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readSecret } from './read-key.ts'

/** How the key of a server is named on the command line, for help texts. */
export const API_KEY_FORMS = 'key that aos serve --key-create has shown: env:VARIABLE, file:PATH, or a path'

const FIXES = { unset: 'Set it to the key.', unread: 'Give the path of a file that holds the key alone.' }

/** Reads the key of a server from a variable or a file; no error quotes it. */
export async function readApiKey(source: string, env: Terminal['env']): Promise<string> {
  if (source.startsWith('aosk_'))
    throw new CliError({
      message: '--key is a key itself',
      why: 'Everybody on this machine can read the command lines of programs.',
      fix: 'Put it into a variable, and pass --key env:AOS_KEY.',
    })
  const key = (await readSecret(source, env, FIXES)).trim()
  if (/^[\x21-\x7E]+$/.test(key)) return key
  throw new CliError({ message: `What ${source} holds is no key`, fix: 'Give the key alone, in one line.' })
}
