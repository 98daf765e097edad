import type { MiddlewareHandler } from 'hono'
import { hashKey, mayAct, type Role } from '../keys/api-key.ts'
import type { RunStore } from '../store/run-store.ts'
import type { Request, RequestFacts } from './app-types.ts'
import { Problem } from './problem.ts'

const SCHEME = /^(?:bearer|apikey|token)\s+(\S+)$/i

/**
 * Lets requests with a known key pass (agent-run, Auth: `X-API-Key`, or `Authorization` with Bearer, ApiKey or Token).
 * `anonymous` is the role of those without a key, where they are let in at all.
 */
export function authenticate(
  store: Pick<RunStore, 'findKey'>,
  anonymous: Role | undefined,
): MiddlewareHandler<RequestFacts> {
  return async (context, next) => {
    const key = keyOf(context)
    if (key === undefined) {
      if (anonymous === undefined) throw new Problem(401, 'Authentication required')
      context.set('role', anonymous)
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
