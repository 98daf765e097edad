import type { AgentEntry, Entry } from '../../graph/agbom-graph.ts'
import { lineOrNothing } from '../one-line.ts'
import { partName } from '../part-name.ts'
import { plainText } from '../plain-text.ts'
import { plainUrl } from '../plain-url.ts'
import { withoutAbsent } from '../without-absent.ts'
import type { CycloneDXOrganization, CycloneDXReference } from './cyclonedx-bom.ts'

const LONGEST_VERSION = 1024

/** Name, version and description of a part. */
export function naming(part: Entry | AgentEntry): {
  readonly name: string
  readonly version: string | undefined
  readonly description: string | undefined
} {
  return {
    name: partName(part),
    version: lineOrNothing(lineOrNothing(part.version)?.slice(0, LONGEST_VERSION)),
    description: plainText(part.description ?? '') || undefined,
  }
}

/** Who makes or runs a part. */
export function organization({ supplier }: Entry | AgentEntry): CycloneDXOrganization | undefined {
  if (supplier === undefined) return undefined
  const url = supplier.url === undefined ? undefined : plainUrl(supplier.url)
  return withoutAbsent({ name: plainText(supplier.name), url: url === undefined ? undefined : [url] })
}

/** Where an agent describes itself. */
export function agentCard({ facts }: Entry | AgentEntry): readonly CycloneDXReference[] | undefined {
  const card = Object.hasOwn(facts, 'agentCardUrl') ? plainUrl(facts['agentCardUrl'] ?? '') : undefined
  return card === undefined ? undefined : [{ type: 'documentation', url: card, comment: 'A2A agent card' }]
}
