import type { Entry } from '../../graph/agbom-graph.ts'
import { partName } from '../part-name.ts'
import { plainText } from '../plain-text.ts'
import { plainUrl } from '../plain-url.ts'
import { withoutAbsent } from '../without-absent.ts'
import type { CycloneDXService } from './cyclonedx-bom.ts'
import { entryProperties, placedFacts } from './properties.ts'
import { isService, serviceUrl, type Scope } from './scope.ts'
import { agentCard, naming, organization } from './shared-members.ts'

const HERE = /^[^:]+:\/\/(localhost|[^/:]*\.localhost|127\.[\d.]+|\[::1\])(:|\/|$)/

/** All entries that are reached over a protocol, and what components are reached as. */
export function toServices(scope: Scope): readonly CycloneDXService[] {
  return scope.graph.entries.flatMap((entry) => {
    if (isService(entry.kind)) return [ownService(entry, scope)]
    const url = serviceUrl(entry)
    return url === undefined ? [] : [endpointService(entry, url, scope)]
  })
}

function ownService(entry: Entry, scope: Scope): CycloneDXService {
  const url = entry.endpoint === undefined ? undefined : plainUrl(entry.endpoint)
  const card = entry.kind === 'a2a-peer' ? agentCard(entry) : undefined
  const placed = placedFacts(
    entry,
    ...(url === undefined ? [] : ['aos:endpoint']),
    ...(card === undefined ? [] : ['aos:agentCardUrl']),
  )
  return withoutAbsent({
    'bom-ref': scope.refs.parts.get(entry.id) ?? '',
    provider: organization(entry),
    ...naming(entry),
    ...reached(url),
    externalReferences: card,
    properties: entryProperties(entry, scope, placed),
  })
}

function endpointService(entry: Entry, url: string, scope: Scope): CycloneDXService {
  const flow = (direction: 'inbound' | 'outbound', name: string) =>
    ({ flow: direction, classification: 'unknown', name }) as const
  return withoutAbsent({
    'bom-ref': scope.refs.endpoints.get(entry.id) ?? '',
    provider: organization(entry),
    name: `${partName(entry)} endpoint`,
    ...reached(url),
    data: entry.kind === 'model' ? [flow('outbound', 'prompts'), flow('inbound', 'completions')] : undefined,
    properties: [
      { name: 'aos:component-type', value: 'endpoint' },
      { name: 'aos:endpoint-of', value: plainText(entry.id) },
    ],
  })
}

function reached(url: string | undefined): Pick<CycloneDXService, 'endpoints' | 'x-trust-boundary'> {
  return url === undefined ? {} : { endpoints: [url], 'x-trust-boundary': !HERE.test(url) }
}
