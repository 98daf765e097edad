import { member, type A2AMethod } from './methods.ts'
import type { Onward } from './call.ts'

/** What is passed to a method of a transport. */
export interface Sent {
  readonly params: unknown
  readonly options: unknown
}

/**
 * Puts what continues trace and lineage into a request: into its headers, and for 0.3, whose server shows none, into
 * the metadata of its params as well.
 */
export function withOnward(method: A2AMethod, { params, options }: Sent, { links, signal }: Onward): Sent {
  const linked = Object.keys(links).length > 0
  if (!linked && signal === undefined) return { params, options }
  const given = Object(options) as { readonly signal?: AbortSignal; readonly serviceParameters?: object }
  return {
    params: linked && inMetadata(method, params) ? linkedParams(params, links) : params,
    options: {
      ...given,
      ...(signal === undefined ? {} : { signal: eitherOf(given.signal, signal) }),
      ...(linked ? { serviceParameters: merged(given.serviceParameters, links) } : {}),
    },
  }
}

const WITH_METADATA = /^(?:message|tasks)\/\w+$/

function inMetadata({ line, name }: A2AMethod, params: unknown): boolean {
  return line === '0.3' && WITH_METADATA.test(name) && typeof params === 'object' && params !== null
}

function linkedParams(params: unknown, links: Onward['links']): object {
  return { ...(params as object), metadata: merged(member(params, 'metadata') as object | undefined, links) }
}

// what the caller says of a trace is older than the step; its baggage is its own
function merged(given: object | undefined, links: Onward['links']): object {
  const kept = Object.entries(given ?? {}).filter(([key]) => !Object.hasOwn(links, key.toLowerCase()))
  const baggage: unknown = Object.entries(given ?? {}).find(([key]) => key.toLowerCase() === 'baggage')?.[1]
  const both =
    typeof baggage === 'string' && baggage !== '' ? { baggage: `${baggage},${links['baggage'] ?? ''}` } : {}
  return { ...Object.fromEntries(kept), ...links, ...both }
}

function eitherOf(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one === undefined ? other : AbortSignal.any([one, other])
}
