import { AosError } from '@aos/sdk'
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What a caller may do: be judged, approve what others ask, rewire and stop. */
export type Role = 'agent' | 'approver' | 'admin'

/** Who calls. */
export interface Principal {
  readonly name: string
  readonly roles: readonly Role[]
  /** Ids of the agents it may speak for; any unless given. */
  readonly agents?: readonly string[] | undefined
}

/** How callers are recognised. */
export interface ServerAuth {
  /** Principals by their bearer token, which has at least 16 characters. */
  readonly tokens?: Readonly<Record<string, Principal>> | undefined
  /** Recognises a caller in any other way, such as its client certificate; throwing recognises nobody. */
  readonly authenticate?:
    | ((request: IncomingMessage) => Principal | undefined | PromiseLike<Principal | undefined>)
    | undefined
}

/** Who calls where nothing recognises callers: judged like everybody, and with no right to rewire or approve. */
export const ANONYMOUS: Principal = { name: 'anonymous', roles: ['agent'] }

/** Gives who sent a request, `undefined` where it is nobody known. */
export type Recognise = (request: IncomingMessage) => Promise<Principal | undefined>

const ROLES: readonly string[] = ['agent', 'approver', 'admin']
const LEAST_TOKEN = 16

/** Makes what recognises callers; throws `invalid_options` for tokens and principals that cannot be meant. */
export function createRecognition(auth: ServerAuth | undefined): Recognise {
  if (auth === undefined) return () => Promise.resolve(ANONYMOUS)
  const known = Object.entries(auth.tokens ?? {}).map(([token, principal]) => {
    if (token.length < LEAST_TOKEN)
      throw invalidAuth(`a token is shorter than ${LEAST_TOKEN} characters`, 'Use a long random token.')
    checkPrincipal(principal)
    return { digest: digestOf(token), principal }
  })
  if (known.length === 0 && auth.authenticate === undefined)
    throw invalidAuth('it recognises nobody', 'Pass tokens, authenticate, or no auth at all.')
  return async (request) => {
    const token = bearerOf(request)
    const byToken = token === undefined ? undefined : find(known, digestOf(token))
    return byToken ?? (await byOwnWay(auth, request))
  }
}

async function byOwnWay(
  { authenticate }: ServerAuth,
  request: IncomingMessage,
): Promise<Principal | undefined> {
  try {
    const principal = await authenticate?.(request)
    if (principal !== undefined) checkPrincipal(principal)
    return principal
  } catch {
    // who cannot be recognised is nobody
    return undefined
  }
}

interface Known {
  readonly digest: Buffer
  readonly principal: Principal
}

// every token is compared, so that the time tells nothing
function find(known: readonly Known[], digest: Buffer): Principal | undefined {
  let found: Principal | undefined
  for (const { digest: own, principal } of known) if (timingSafeEqual(own, digest)) found = principal
  return found
}

function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^bearer +([^\s]+)$/i.exec(headers.authorization ?? '')?.[1]
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function checkPrincipal(principal: Principal): void {
  const { name, roles } = principal
  if (typeof name !== 'string' || name === '') throw invalidAuth('a principal has no name', 'Give it one.')
  if (!Array.isArray(roles) || !roles.every((role) => ROLES.includes(role as string)))
    throw invalidAuth(`the roles of ${name} are unknown`, `Use some of: ${ROLES.join(', ')}.`)
}

function invalidAuth(why: string, fix: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `The auth of a guardian server cannot be used: ${why}`,
    fix,
  })
}
