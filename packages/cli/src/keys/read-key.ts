import type { KeyInput } from '@agent-run/types'
import type { JsonWebKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { CliError, systemCode } from '../terminal/cli-error.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** How a key is named on the command line, for help texts. */
export const KEY_FORMS = 'Ed25519 key, PEM or JWK: env:VARIABLE, file:PATH, or a path'

/** Reads a key from a variable or a file; no error quotes it. */
export async function readKey(source: string, env: Terminal['env']): Promise<KeyInput> {
  const text = (await readSecret(source, env, OF_SIGNATURES)).trim()
  if (!text.startsWith('{')) return text
  try {
    return JSON.parse(text) as JsonWebKey
  } catch {
    // the error of JSON.parse quotes the text, and with it the key
    throw new CliError({
      message: `The key of ${source} is no JSON`,
      fix: 'Give a JWK, or a key as PEM text.',
    })
  }
}

/** Reads the secret that seals an audit ledger; a line feed at the end of its file does not count. */
export async function readSealSecret(source: string, env: Terminal['env']): Promise<string> {
  const fixes = { unset: 'Set it to the secret of the ledger.', unread: 'Give a file that holds the secret.' }
  return (await readSecret(source, env, fixes)).replace(/\r?\n$/, '')
}

/** What is to be done where a secret is not there. */
export interface SecretFixes {
  readonly unset: string
  readonly unread: string
}

const OF_SIGNATURES: SecretFixes = {
  unset: 'Set it to a key, PEM or JWK.',
  unread: 'Make one: openssl genpkey -algorithm ed25519 -out key.pem',
}

/** Reads the text of a secret from a variable or a file; no error quotes it. */
export async function readSecret(source: string, env: Terminal['env'], fixes: SecretFixes): Promise<string> {
  if (source.startsWith('env:')) {
    const name = source.slice('env:'.length)
    const value = env[name]
    if (value !== undefined && value !== '') return value
    throw new CliError({ message: `The variable ${name} is not set`, fix: fixes.unset })
  }
  const path = source.startsWith('file:') ? source.slice('file:'.length) : source
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new CliError({
      message: `The key ${path} cannot be read (${systemCode(cause)})`,
      fix: fixes.unread,
      exit: 'failed',
      cause,
    })
  }
}
