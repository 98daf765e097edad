import type { AgBOMGraph, Entry } from '../../graph/agbom-graph.ts'
import { lineOrNothing } from '../one-line.ts'
import { partName } from '../part-name.ts'
import { plainText } from '../plain-text.ts'
import { plainFact } from '../plain-url.ts'
import { withoutAbsent } from '../without-absent.ts'
import type { CycloneDXProperty } from './cyclonedx-bom.ts'

/** A part of an agent as the landing page of AOS shows it. */
export interface LandingComponent {
  readonly type: string
  readonly name: string
  readonly version?: string | undefined
  readonly supplier?: string | undefined
  readonly description?: string | undefined
  readonly properties?: readonly CycloneDXProperty[] | undefined
}

/** A bill of materials as the landing page of AOS shows it, which is not valid in any version of CycloneDX. */
export interface LandingCycloneDXBom {
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: '1.5'
  readonly version: number
  readonly metadata: { readonly timestamp: string; readonly component: LandingComponent }
  readonly components: readonly LandingComponent[]
}

/**
 * Gives a graph as the landing page of AOS shows a bill of materials in CycloneDX. It is not valid: no version has the
 * types `ai-agent`, `ai-model` and `tool`, and a supplier is an object; `toCycloneDX` is valid.
 */
export function toLandingCycloneDX({ agent, entries, version, timestamp }: AgBOMGraph): LandingCycloneDXBom {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version,
    metadata: {
      timestamp,
      component: withoutAbsent({
        type: 'ai-agent',
        name: partName(agent),
        version: lineOrNothing(agent.version),
      }),
    },
    components: entries.map(toLanding),
  }
}

function toLanding(entry: Entry): LandingComponent {
  const properties = Object.entries(entry.facts)
    // as on the page: how large a model is before how much it takes
    .toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([name, value]) => ({ name: plainText(snakeCase(name)), value: plainFact(value) }))
  return withoutAbsent({
    type: entry.kind === 'model' ? 'ai-model' : entry.kind,
    name: partName(entry),
    version: lineOrNothing(entry.version),
    supplier: lineOrNothing(entry.supplier?.name),
    description: plainText(entry.description ?? '') || undefined,
    properties: properties.length === 0 ? undefined : properties,
  })
}

function rank(fact: string): number {
  return fact === 'parameters' ? 0 : 1
}

function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}
