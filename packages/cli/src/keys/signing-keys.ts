import { toPrivateKey, toPublicKey } from '@agent-run/types'
import { toPeacKey, type PeacKey } from '@aos/records/peac'
import type { KeyObject } from 'node:crypto'
import { CliError } from '../terminal/cli-error.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readKey } from './read-key.ts'

const FIX = {
  private: 'Make one: openssl genpkey -algorithm ed25519 -out key.pem',
  public: 'Take it out of the private one: openssl pkey -in key.pem -pubout -out public.pem',
} as const

/** Reads the private key that a command signs with. */
export async function readPrivateKey(source: string, env: Terminal['env']): Promise<KeyObject> {
  const key = await readKey(source, env)
  return madeOf(source, 'private', () => toPrivateKey(key))
}

/** Reads the private key that signs PEAC records. */
export async function readPeacKey(source: string, env: Terminal['env']): Promise<PeacKey> {
  const key = await readKey(source, env)
  return madeOf(source, 'private', () => toPeacKey(key))
}

/** Reads the public key that a command verifies with; the private one holds it, too. */
export async function readPublicKey(source: string, env: Terminal['env']): Promise<KeyObject> {
  const key = await readKey(source, env)
  return madeOf(source, 'public', () => toPublicKey(key))
}

// the cause is left out, as it may quote the key
function madeOf<T>(source: string, kind: keyof typeof FIX, make: () => T): T {
  try {
    return make()
  } catch {
    throw new CliError({ message: `${source} holds no ${kind} Ed25519 key`, fix: FIX[kind] })
  }
}
