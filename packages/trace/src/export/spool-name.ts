import { createHash } from 'node:crypto'
import type { Attributes } from '@opentelemetry/api'
import type { OtlpTarget } from '../config/tracer-options.ts'

// headers that say whose spans these are; every other one may be a credential
const TENANT =
  /(?:^|[-_.])(?:tenant|org|organi[sz]ation|account|project|dataset|space|workspace|stream)(?:[-_.]?(?:id|name))?$/

/**
 * Names the folder of undelivered spans by collector, tenant and service: they never reach another one, and are found
 * again after the credentials have changed.
 */
export function spoolName(
  { url, headers }: Pick<OtlpTarget, 'url' | 'headers'>,
  resource: Attributes,
): string {
  const tenants = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => TENANT.test(name))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  const identity = JSON.stringify([url, tenants, resource['service.namespace'], resource['service.name']])
  return `trace-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
}
