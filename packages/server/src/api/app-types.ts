import type { Context, Hono } from 'hono'
import type { Role } from '../keys/api-key.ts'

/** What a request carries through the server. */
export interface RequestFacts {
  readonly Variables: {
    /** Made, or taken over from `X-Request-Id`. */
    requestId: string
    role: Role
    /** Name of the key, or where the request comes from. */
    caller: string
  }
}

/** The server as hono has it. */
export type App = Hono<RequestFacts>

/** One request. */
export type Request = Context<RequestFacts>
