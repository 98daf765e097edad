import { verifyRun, type KeyInput } from '@agent-run/types'
import type { LedgerHead } from '@aos/guardian'
import { verifyAgBOM } from '@aos/inspect'
import { verify } from '@aos/records/peac'
import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { CliError, systemCode } from '../terminal/cli-error.ts'
import { parsedJson } from './read-file.ts'
import type { Part } from './recognise.ts'

/** What a verification came to; `unproven` where nothing is wrong and nobody vouches for it. */
export type Status = 'verified' | 'unproven' | 'refused'

/** What was found out about a document. */
export interface Finding {
  readonly status: Status
  readonly why: string
  readonly details?: unknown
}

/** What documents are verified with. */
export interface Trust {
  readonly key: KeyInput | undefined
  readonly issuer: string | undefined
  readonly signature: string | undefined
  /** What seals ledgers, where no key of a pair does. */
  readonly secret: string | undefined
  readonly checkpoint: LedgerHead | undefined
}

/** Verifies one document; `file` is where it stands. */
export async function verifyPart(part: Part, file: string, trust: Trust): Promise<Finding> {
  if (part.kind === 'AgentRun') return verifyAgentRun(part.value, trust)
  if (part.kind === 'PEAC record') return verifyRecord(part.value, trust)
  if (part.kind === 'AgBOM') return verifyBom(part.value, file, trust)
  if (part.kind === 'evidence manifest')
    return { status: 'refused', why: 'a manifest is verified with its folder: give the path of that' }
  if (part.kind === 'audit ledger')
    return { status: 'refused', why: 'a ledger is several files: give the path of the first' }
  const why =
    part.kind === 'unknown'
      ? `it is nothing that can be verified${part.problem === undefined ? '' : `: ${part.problem}`}`
      : `it is of the kind ${part.kind}, which carries no signature of its own`
  return { status: 'refused', why }
}

function verifyAgentRun(value: unknown, { key }: Trust): Finding {
  const details = verifyRun(value, { publicKey: key })
  const wrong = details.checks.filter(({ ok }) => !ok).map(({ name, message }) => `${name}: ${message}`)
  switch (details.status) {
    case 'verified':
      return { status: 'verified', why: 'signed by the key, and everything fits', details }
    case 'partial':
      return {
        status: 'verified',
        why: `signed by the key, which does not bind ${details.unprotected.join(', ')}`,
        details,
      }
    case 'untrusted':
      return { status: 'unproven', why: 'everything fits, signed by a key that nobody vouches for', details }
    case 'unsigned':
      return { status: 'unproven', why: 'nothing contradicts itself, and it is not signed', details }
    case 'refused':
      return { status: 'refused', why: wrong.join('; '), details }
    default:
      throw new TypeError('verifyRun gave a status that is not known')
  }
}

function verifyRecord(value: unknown, { key, issuer }: Trust): Finding {
  const around: object = typeof value === 'object' && value !== null ? value : { jws: value }
  const jws = String(Reflect.get(around, 'jws'))
  const own = ownDid(jws)
  const by = issuer ?? (key === undefined ? own : undefined)
  if (key === undefined && by?.startsWith('did:key:') !== true) throw noKey('A PEAC record')
  const details = verify(jws, {
    ...(key === undefined ? {} : { jwk: key }),
    ...(by === undefined ? {} : { issuer: by }),
  })
  if (!details.valid) return { status: 'refused', why: `${details.code}: ${details.message}`, details }
  const { claims, ref } = details
  const signed = { id: claims.jti, ref, type: claims.type, claims }
  const wrong = Object.entries(signed).flatMap(([name, said]) =>
    name in around && !isDeepStrictEqual(Reflect.get(around, name), said) ? [name] : [],
  )
  if (wrong.length > 0)
    return {
      status: 'refused',
      why: `what stands beside the record contradicts it: ${wrong.join(', ')}`,
      details,
    }
  const told = `${claims.type} by ${claims.iss}`
  if (key === undefined && issuer === undefined)
    return { status: 'unproven', why: `${told}, the key that it names itself`, details }
  return { status: 'verified', why: told, details }
}

/** The issuer that a record names, where that is a key. */
function ownDid(jws: string): string | undefined {
  const claims = parsedJson(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())
  const issuer: unknown =
    typeof claims === 'object' && claims !== null ? Reflect.get(claims, 'iss') : undefined
  return typeof issuer === 'string' && issuer.startsWith('did:key:') ? issuer : undefined
}

async function verifyBom(value: unknown, file: string, { key, signature }: Trust): Promise<Finding> {
  if (key === undefined) throw noKey('An AgBOM')
  const path = signature ?? `${file}.jws`
  let jws: string
  try {
    jws = (await readFile(path, 'utf8')).trim()
  } catch (error) {
    return { status: 'refused', why: `its signature ${path} cannot be read (${systemCode(error)})` }
  }
  // what is recognised as one is a text or an object
  return verifyAgBOM(value as object | string, jws, { publicKey: key })
    ? { status: 'verified', why: `${path} is the signature of the key over it` }
    : { status: 'refused', why: `${path} is no signature of the key over it` }
}

/** A document that tells nothing without a key. */
export function noKey(what: string, option = '--key'): CliError {
  return new CliError({
    message: `${what} is verified with a key, and none is given`,
    fix: `Pass ${option}, such as --key public.pem.`,
  })
}
