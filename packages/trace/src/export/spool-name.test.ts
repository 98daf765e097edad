import { describe, expect, it } from 'vitest'
import { spoolName } from './spool-name.ts'

const COLLECTOR = 'https://collector.example.com/v1/traces'
const SERVICE = { 'service.name': 'research', 'host.name': 'a' }
const nameOf = (headers: Record<string, string>, url = COLLECTOR, resource = SERVICE): string =>
  spoolName({ url, headers }, resource)

describe('spoolName', () => {
  it.each(['authorization', 'api-key', 'x-api-token', 'x-honeycomb-team', 'X-Organization-Api-Key'])(
    'stays the same when the credential in %s changes',
    (header) => {
      expect(nameOf({ [header]: 'old' })).toBe(nameOf({ [header]: 'new', 'x-other': 'added' }))
    },
  )

  it.each(['X-Scope-OrgID', 'x-tenant', 'x-honeycomb-dataset', 'stream-name', 'space_id', 'x-project-id'])(
    'keeps tenants named in %s apart',
    (header) => {
      expect(nameOf({ [header]: 'a' })).not.toBe(nameOf({ [header]: 'b' }))
      expect(nameOf({ [header]: 'a' })).toBe(nameOf({ [header.toLowerCase()]: 'a', authorization: 'new' }))
    },
  )

  it('keeps collectors and services apart, and instances of one service together', () => {
    const other = { ...SERVICE, 'service.name': 'billing' }
    const namespaced = { ...SERVICE, 'service.namespace': 'eu' }
    const names = [
      nameOf({}),
      nameOf({}, `${COLLECTOR}/other`),
      nameOf({}, COLLECTOR, other),
      nameOf({}, COLLECTOR, namespaced),
    ]
    expect(new Set(names).size).toBe(names.length)
    expect(nameOf({}, COLLECTOR, { ...SERVICE, 'host.name': 'b' })).toBe(nameOf({}))
  })
})
