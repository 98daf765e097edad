import type { MiddlewareHandler } from 'hono'
import { hashKey, mayAct, type Role } from '../keys/api-key.ts'
import type { RunStore } from '../store/run-store.ts'
import type { Request, RequestFacts } from './app-types.ts'
import { Problem } from './problem.ts'

const SCHEME = /^(?:bearer|apikey|token)\s+(\S+)$/i

/** Those who come without a key. */
export interface Anonymous {
  /** What they may do; nobody gets in where it is absent. */
  readonly role: Role | undefined
  /** By which names they may call the server; by any where it is absent. */
  readonly hosts?: RegExp | undefined
}

/**
 * Lets requests with a known key pass (agent-run, Auth: `X-API-Key`, or `Authorization` with Bearer, ApiKey or Token).
 * Pages of other sites, which a browser sends without anybody's will, do not count as those who come without one.
 */
export function authenticate(
  store: Pick<RunStore, 'findKey'>,
  anonymous: Anonymous,
): MiddlewareHandler<RequestFacts> {
  return async (context, next) => {
    const key = keyOf(context)
    if (key === undefined) {
      if (anonymous.role === undefined || isStranger(context, anonymous))
        throw new Problem(401, 'Authentication required')
      context.set('role', anonymous.role)
    } else {
      const known = await store.findKey(hashKey(key))
      if (known === undefined) throw new Problem(401, 'Authentication required')
      context.set('role', known.role)
      context.set('caller', `key ${known.name}`)
    }
    await next()
  }
}

/** Refuses those whose role does not suffice. */
export function requireRole(role: Role): MiddlewareHandler<RequestFacts> {
  return async (context, next) => {
    if (!mayAct(context.get('role'), role)) throw new Problem(403, `This needs a key with the role ${role}`)
    await next()
  }
}

function keyOf({ req }: Request): string | undefined {
  return req.header('x-api-key') ?? SCHEME.exec(req.header('authorization') ?? '')?.[1]
}

// a site can post to any address its visitors reach, and give its own name to theirs
function isStranger({ req }: Request, { hosts }: Anonymous): boolean {
  const host = req.header('host') ?? new URL(req.url).host
  const origin = req.header('origin')
  const site = req.header('sec-fetch-site')
  if (hosts !== undefined && !hosts.test(host.replace(/:\d+$/, ''))) return true
  if (site === 'cross-site' || site === 'same-site') return true
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)
}
