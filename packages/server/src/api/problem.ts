import type { ParseIssue } from '@agent-run/types'

/** Why a request is refused, as it is answered. */
export class Problem extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 429
  readonly issues: readonly ParseIssue[] | undefined
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | undefined

  constructor(
    status: Problem['status'],
    message: string,
    more: { readonly issues?: readonly ParseIssue[]; readonly retryAfter?: number } = {},
  ) {
    super(message)
    this.status = status
    this.issues = more.issues
    this.retryAfter = more.retryAfter
  }
}

/** A request whose body or query is not valid, with everything that is wrong with it. */
export function invalid(what: string, issues: readonly ParseIssue[]): Problem {
  return new Problem(400, `Invalid ${what}`, { issues })
}

/** There is no such run. */
export function notFound(): Problem {
  return new Problem(404, 'There is no such run')
}
