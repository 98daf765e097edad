import type { Entry, EntryKind } from '../../graph/agbom-graph.ts'
import { canonicalText } from '../canonical-text.ts'
import { agentUrl, npmUrl } from '../package-url.ts'
import { partName } from '../part-name.ts'
import { plainText } from '../plain-text.ts'
import { spdxLicense } from '../spdx-license.ts'
import { withoutAbsent } from '../without-absent.ts'
import type {
  CycloneDXComponent,
  CycloneDXData,
  CycloneDXLicense,
  CycloneDXModelCard,
} from './cyclonedx-bom.ts'
import { agentProperties, entryProperties, placedFacts, serversOf } from './properties.ts'
import { isComponent, serviceUrl, type Scope } from './scope.ts'
import { agentCard, naming, organization } from './shared-members.ts'

const TYPES: Readonly<Partial<Record<EntryKind, CycloneDXComponent['type']>>> = {
  model: 'machine-learning-model',
  knowledge: 'data',
  memory: 'data',
  package: 'library',
}

/** The agent itself. */
export function agentComponent(scope: Scope): CycloneDXComponent {
  const { agent } = scope.graph
  const card = agentCard(agent)
  const placed = placedFacts(
    agent,
    'aos:serial-number',
    'aos:agbom-version',
    ...(card === undefined ? [] : ['aos:agentCardUrl']),
  )
  return withoutAbsent({
    type: 'application' as const,
    'bom-ref': scope.refs.agent,
    supplier: organization(agent),
    ...naming(agent),
    purl: agentUrl(scope.graph),
    externalReferences: card,
    tags: since16(['ai-agent'], scope),
    properties: agentProperties(scope, placed),
  })
}

/** All entries that are software, models or data. */
export function toComponents(scope: Scope): readonly CycloneDXComponent[] {
  return scope.graph.entries.filter(({ kind }) => isComponent(kind)).map((entry) => toComponent(entry, scope))
}

function toComponent(entry: Entry, scope: Scope): CycloneDXComponent {
  const modelCard = modelCardOf(entry)
  const data = dataOf(entry)
  const licenses = licensesOf(entry)
  const placed = placedFacts(
    entry,
    ...(licenses === undefined ? [] : ['aos:license']),
    ...(serviceUrl(entry) === undefined ? [] : ['aos:endpoint']),
    ...(data?.[0]?.contents?.attachment === undefined ? [] : ['aos:input-schema']),
    ...Object.keys(modelCard?.modelParameters ?? {}).map((name) => `aos:${name}`),
  )
  return withoutAbsent({
    type: TYPES[entry.kind] ?? 'application',
    'bom-ref': scope.refs.parts.get(entry.id),
    supplier: organization(entry),
    ...naming(entry),
    isExternal: scope.specVersion === '1.7' && isHosted(entry) ? true : undefined,
    hashes: hashesOf(entry),
    licenses,
    purl: entry.kind === 'package' ? npmUrl(entry) : undefined,
    modelCard,
    data,
    tags:
      serversOf(entry, scope).length > 0 && entry.kind === 'tool'
        ? since16(['mcp', 'mcp-tool'], scope)
        : undefined,
    properties: entryProperties(entry, scope, placed),
  })
}

function since16<T>(value: T, { specVersion }: Scope): T | undefined {
  return specVersion === '1.5' ? undefined : value
}

function isHosted(entry: Entry): boolean {
  return entry.kind === 'model' && (serviceUrl(entry) !== undefined || entry.supplier !== undefined)
}

function hashesOf({ sha512 = '' }: Entry): CycloneDXComponent['hashes'] {
  return /^[\da-f]{128}$/i.test(sha512) ? [{ alg: 'SHA-512', content: sha512.toLowerCase() }] : undefined
}

function licensesOf({ license }: Entry): readonly CycloneDXLicense[] | undefined {
  if (license === undefined || license === '') return undefined
  const spdx = spdxLicense(license)
  if (spdx === undefined) return [{ license: { name: plainText(license) } }]
  return [/[\s()]/.test(spdx) ? { expression: spdx } : { license: { id: spdx } }]
}

function modelCardOf({ kind, facts }: Entry): CycloneDXModelCard | undefined {
  if (kind !== 'model') return undefined
  const fact = (name: string): string | undefined =>
    Object.hasOwn(facts, name) ? plainText(facts[name] ?? '') : undefined
  const modelParameters = withoutAbsent({
    task: fact('task'),
    architectureFamily: fact('architectureFamily'),
    modelArchitecture: fact('modelArchitecture'),
  })
  return Object.keys(modelParameters).length === 0 ? undefined : { modelParameters }
}

function dataOf(entry: Entry): readonly CycloneDXData[] | undefined {
  const { kind, inputSchema } = entry
  const attachment =
    inputSchema === undefined
      ? undefined
      : { contentType: 'application/schema+json', content: canonicalText(inputSchema) }
  if (kind === 'tool') {
    return attachment && [{ type: 'definition', name: 'inputSchema', contents: { attachment } }]
  }
  if (kind !== 'knowledge' && kind !== 'memory') return undefined
  const contents = withoutAbsent({ attachment, url: serviceUrl(entry) })
  return [
    withoutAbsent({
      type: kind === 'knowledge' ? ('dataset' as const) : ('other' as const),
      name: partName(entry),
      contents: Object.keys(contents).length === 0 ? undefined : contents,
    }),
  ]
}
