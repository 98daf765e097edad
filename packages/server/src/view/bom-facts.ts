import { lineOf, listIn, member, textIn, textsIn } from './run-facts.ts'

/** A name and what it is. */
export type Fact = readonly [name: string, value: string]

/** What parts of a bill of materials are, in the order in which they are shown. */
export const BOM_GROUPS = [
  'Models',
  'Tools',
  'MCP servers',
  'Data and memory',
  'Agents',
  'Services',
  'Libraries',
  'Other parts',
] as const

/** One kind of parts. */
export type BomGroup = (typeof BOM_GROUPS)[number]

/** One part of an agent as its bill of materials tells of it. */
export interface BomPart {
  /** What others refer to it by; empty where nobody can. */
  readonly ref: string
  readonly group: BomGroup
  readonly name: string
  readonly version?: string | undefined
  readonly description?: string | undefined
  /** Who publishes, makes, supplies or runs it. */
  readonly by?: string | undefined
  readonly licences: readonly string[]
  /** Algorithms and digests. */
  readonly hashes: readonly Fact[]
  /** Addresses it is reached at or told of. */
  readonly addresses: readonly Fact[]
  /** What its makers have noted of it. */
  readonly properties: readonly Fact[]
  /** Descriptions in a form of their own, such as the schema of a tool's input. */
  readonly attachments: readonly Fact[]
  /** Whether it may not be used. */
  readonly isDisabled: boolean
  /** Whether it was only seen while the agent ran. */
  readonly isObserved: boolean
}

/** How a part hangs together with others, by their references. */
export interface BomLinks {
  readonly needs: readonly string[]
  readonly provides: readonly string[]
  readonly neededBy: readonly string[]
}

/** What a bill of materials tells. */
export interface BomFacts {
  readonly format: string
  readonly facts: readonly Fact[]
  /** What is said of how complete it is, where something is. */
  readonly completeness?: string | undefined
  /** The agent itself. */
  readonly agent?: BomPart | undefined
  readonly parts: readonly BomPart[]
  readonly nameOf: (ref: string) => string
  /** Whether a reference is to one of the parts. */
  readonly isPart: (ref: string) => boolean
  readonly linksOf: (ref: string) => BomLinks
}

/** Reads a bill of materials in CycloneDX JSON, whoever made it; nothing where it is none. */
export function toBomFacts(document: unknown): BomFacts | undefined {
  if (member(document, 'bomFormat') !== 'CycloneDX') return undefined
  const metadata = member(document, 'metadata')
  const about = member(metadata, 'component')
  const agent = about === undefined ? undefined : toPart(about, 'Agents')
  const parts = [
    ...nested(member(document, 'components'), 'components').map((one) => toPart(one, groupOf(one))),
    ...nested(member(document, 'services'), 'services').map((one) => toPart(one, groupOfService(one))),
  ]
  const names = new Map(parts.map((one) => [one.ref, one.name]))
  const links = linksIn(document)
  const version = lineOf(member(document, 'version'))
  return {
    format: ['CycloneDX', lineOf(member(document, 'specVersion'))].join(' ').trim(),
    facts: present([
      ['Serial number', textIn(member(document, 'serialNumber'))],
      ['Version', version],
      ['Made', textIn(member(metadata, 'timestamp'))],
      ['Made with', toolsOf(metadata)],
    ]),
    completeness: textIn(member(listIn(member(document, 'compositions'))[0], 'aggregate')),
    agent,
    parts,
    nameOf: (ref) => names.get(ref) ?? (ref === agent?.ref ? agent.name : ref),
    isPart: (ref) => names.has(ref),
    linksOf: (ref) => links.get(ref) ?? NO_LINKS,
  }
}

/** The facts that are there. */
export function present(facts: readonly (readonly [string, string | undefined])[]): readonly Fact[] {
  return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]))
}

const NO_LINKS: BomLinks = { needs: [], provides: [], neededBy: [] }

const BY_KIND: ReadonlyMap<string, BomGroup> = new Map<string, BomGroup>([
  ['ai-model', 'Models'],
  ['model', 'Models'],
  ['tool', 'Tools'],
  ['mcp-server', 'MCP servers'],
  ['knowledge', 'Data and memory'],
  ['memory', 'Data and memory'],
  ['a2a-peer', 'Agents'],
  ['ai-agent', 'Agents'],
  ['package', 'Libraries'],
  ['endpoint', 'Services'],
])
const BY_TYPE: ReadonlyMap<string, BomGroup> = new Map<string, BomGroup>([
  ['machine-learning-model', 'Models'],
  ['data', 'Data and memory'],
  ['library', 'Libraries'],
  ['framework', 'Libraries'],
])

function groupOf(component: unknown): BomGroup {
  const type = textIn(member(component, 'type')) ?? ''
  const own = kindGroup(component) ?? BY_TYPE.get(type) ?? BY_KIND.get(type)
  if (own !== undefined) return own
  if (propertyOf(component, 'cdx:mcp:role') === 'tool') return 'Tools'
  return listIn(member(component, 'tags')).includes('ai-agent') ? 'Agents' : 'Other parts'
}

function groupOfService(service: unknown): BomGroup {
  const isServer = propertyOf(service, 'cdx:mcp:serviceType') === 'mcp-server'
  return isServer ? 'MCP servers' : (kindGroup(service) ?? 'Services')
}

function kindGroup(part: unknown): BomGroup | undefined {
  return BY_KIND.get(propertyOf(part, 'aos:component-type') ?? '')
}

function propertyOf(part: unknown, name: string): string | undefined {
  const found = listIn(member(part, 'properties')).find((one) => member(one, 'name') === name)
  return textIn(member(found, 'value'))
}

// parts may hold parts, as deep as somebody likes
function nested(parts: unknown, name: string): readonly unknown[] {
  const found: unknown[] = []
  const open = [...listIn(parts)].reverse()
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    found.push(part)
    for (const inner of [...listIn(member(part, name))].reverse()) open.push(inner)
  }
  return found
}

function toPart(part: unknown, group: BomGroup): BomPart {
  const text = (name: string): string | undefined => textIn(member(part, name))
  const name = [text('group'), text('name') ?? '(no name)'].filter((one) => one !== undefined).join('/')
  return {
    ref: text('bom-ref') ?? '',
    group,
    name,
    version: text('version'),
    description: text('description'),
    by: makerOf(part),
    licences: listIn(member(part, 'licenses')).flatMap(licenceOf),
    hashes: pairsIn(member(part, 'hashes'), 'alg', 'content'),
    addresses: addressesOf(part),
    properties: [...parametersOf(part), ...pairsIn(member(part, 'properties'), 'name', 'value')],
    attachments: attachmentsOf(part),
    isDisabled: propertyOf(part, 'aos:disabled') === 'true',
    isObserved: propertyOf(part, 'aos:origin') === 'observed',
  }
}

function makerOf(part: unknown): string | undefined {
  const names = ['supplier', 'provider', 'manufacturer', 'publisher', 'author'].map((role) => {
    const maker = member(part, role)
    return textIn(maker) ?? textIn(member(maker, 'name'))
  })
  return names.find((name) => name !== undefined)
}

function licenceOf(entry: unknown): readonly string[] {
  const texts = [
    member(entry, 'expression'),
    member(entry, 'license', 'id'),
    member(entry, 'license', 'name'),
  ].map(textIn)
  return texts.filter((text) => text !== undefined).slice(0, 1)
}

function addressesOf(part: unknown): readonly Fact[] {
  const isOutside = member(part, 'x-trust-boundary') === true
  const makers = ['supplier', 'provider', 'manufacturer'].flatMap((role) =>
    listIn(member(part, role, 'url')).map((url): [string, string | undefined] => [
      'Page of its maker',
      textIn(url),
    ]),
  )
  return [
    ...present([
      ['Package', textIn(member(part, 'purl'))],
      ['CPE', textIn(member(part, 'cpe'))],
      ...listIn(member(part, 'endpoints')).map((url): [string, string | undefined] => [
        isOutside ? 'Endpoint beyond a trust boundary' : 'Endpoint',
        textIn(url),
      ]),
      ...makers,
    ]),
    ...pairsIn(member(part, 'externalReferences'), 'type', 'url'),
  ]
}

function parametersOf(part: unknown): readonly Fact[] {
  const parameters = member(part, 'modelCard', 'modelParameters')
  const entries = typeof parameters === 'object' && parameters !== null ? Object.entries(parameters) : []
  return present(entries.map(([name, value]) => [name, lineOf(value)]))
}

function attachmentsOf(part: unknown): readonly Fact[] {
  return present(
    listIn(member(part, 'data')).flatMap((data) => {
      const name = textIn(member(data, 'name')) ?? textIn(member(data, 'type')) ?? 'data'
      const contents = member(data, 'contents')
      return [
        [name, textIn(member(contents, 'attachment', 'content'))] as const,
        [name, textIn(member(contents, 'url'))] as const,
      ]
    }),
  )
}

function pairsIn(list: unknown, key: string, value: string): readonly Fact[] {
  return present(listIn(list).map((one) => [lineOf(member(one, key)) ?? '', lineOf(member(one, value))]))
}

function toolsOf(metadata: unknown): string | undefined {
  const tools = member(metadata, 'tools')
  // older documents have a list, newer ones an object with one
  const list = Array.isArray(tools) ? listIn(tools) : listIn(member(tools, 'components'))
  const names = list.map((tool) =>
    [textIn(member(tool, 'name')), textIn(member(tool, 'version'))].filter(Boolean).join(' '),
  )
  return textIn(names.filter((name) => name !== '').join(', '))
}

function linksIn(document: unknown): ReadonlyMap<string, BomLinks> {
  const links = new Map<string, { needs: string[]; provides: string[]; neededBy: string[] }>()
  const of = (ref: string): { needs: string[]; provides: string[]; neededBy: string[] } => {
    const known = links.get(ref) ?? { needs: [], provides: [], neededBy: [] }
    links.set(ref, known)
    return known
  }
  for (const dependency of listIn(member(document, 'dependencies'))) {
    const ref = textIn(member(dependency, 'ref'))
    if (ref === undefined) continue
    for (const needed of textsIn(member(dependency, 'dependsOn'))) {
      of(ref).needs.push(needed)
      of(needed).neededBy.push(ref)
    }
    for (const provided of textsIn(member(dependency, 'provides'))) of(ref).provides.push(provided)
  }
  return links
}
