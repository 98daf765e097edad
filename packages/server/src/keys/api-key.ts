import { createHash, randomBytes } from 'node:crypto'

/** What a key may do: read; also write; also manage keys and forget runs. */
export type Role = 'viewer' | 'operator' | 'admin'

/** A key as it is kept: what it is cannot be read out of its hash. */
export interface ApiKey {
  readonly name: string
  readonly role: Role
  /** SHA-256 of the key, in hexadecimal. */
  readonly hash: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 }

/** Whether a role may do what another one may. */
export function mayAct(role: Role, as: Role): boolean {
  return RANK[role] >= RANK[as]
}

/** The hash that a key is kept and found by. A key is random, so that its plain hash tells nothing. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex')
}

/** Makes a key: shown once, kept as its hash. */
export function createApiKey(
  name: string,
  role: Role,
  now: number = Date.now(),
): { readonly key: string; readonly record: ApiKey } {
  const key = `aosk_${randomBytes(32).toString('base64url')}`
  return { key, record: { name, role, hash: hashKey(key), createdAt: now } }
}
