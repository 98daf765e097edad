import fc from 'fast-check'
import type {
  AgBOMGraph,
  AgentEntry,
  Entry,
  EntryKind,
  JsonValue,
  Organisation,
} from '../graph/agbom-graph.ts'
import { anyName, anyText, anyUrl } from './hostile-text.ts'

const kinds: readonly EntryKind[] = [
  'model',
  'tool',
  'mcp-server',
  'a2a-peer',
  'knowledge',
  'memory',
  'capability',
  'package',
]

const prefixes: Readonly<Partial<Record<EntryKind, string>>> = { 'mcp-server': 'mcp', 'a2a-peer': 'a2a' }

const factNames = [
  'contextWindow',
  'temperature',
  'maxTokens',
  'provider',
  'protocolVersion',
  'transport',
  'searchType',
  'windowSize',
  'task',
  'framework',
  'agentCardUrl',
]

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

const digest = (digits: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: digits / 2, maxLength: digits / 2 })
    .map((bytes) => Buffer.from(bytes).toString('hex'))

// by entries: `__proto__` is then a name like the others
const facts: fc.Arbitrary<Readonly<Record<string, string>>> = fc
  .array(fc.tuple(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...factNames) }, anyName), anyText), {
    maxLength: 4,
  })
  .map((all) => Object.fromEntries(all))

const organisation: fc.Arbitrary<Organisation> = fc.record({ name: anyName, url: maybe(anyUrl) })

const schema: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constant({ type: 'object', properties: { query: { type: 'string' } }, required: ['query'] }),
  fc.constant(JSON.parse('{"__proto__":{"type":"object"},"a":"\\ud800 ]]> \\u0000"}') as JsonValue),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
  anyText,
)

const license = fc.oneof(
  fc.constantFrom(
    'MIT',
    'Apache-2.0',
    '(MIT OR Apache-2.0)',
    'mit',
    'UNLICENSED',
    'SEE LICENSE IN LICENSE.md',
  ),
  fc.constantFrom('GPL-2.0-or-later WITH Classpath-exception-2.0', 'MIT AND', '((MIT))', 'LicenseRef-x', ''),
  anyText,
)

const dependsOn = (ids: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc
    .uniqueArray(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...ids, 'tool:gone') }, anyName), {
      maxLength: 4,
    })
    .map((all) => all.toSorted())

const version = fc.oneof(fc.constantFrom('1.0.0', '2024-01-01', '7.0.173', '1.0.0-beta.1+build'), anyText)

function idOf(kind: EntryKind, name: string): string {
  return `${prefixes[kind] ?? kind}:${name}`
}

function anyEntry(kind: EntryKind, name: string, ids: readonly string[]): fc.Arbitrary<Entry> {
  return fc.record({
    id: fc.constant(idOf(kind, name)),
    kind: fc.constant(kind),
    name: fc.constant(name),
    version: maybe(version),
    description: maybe(anyText),
    origin: fc.constantFrom('declared', 'observed'),
    disabled: fc.boolean(),
    supplier: maybe(organisation),
    endpoint: maybe(anyUrl),
    inputSchema: maybe(schema),
    definitionDigest: maybe(digest(64)),
    license: maybe(license),
    sha512: maybe(digest(128)),
    facts,
    dependsOn: dependsOn(ids),
  })
}

function anyAgent(ids: readonly string[]): fc.Arbitrary<AgentEntry> {
  return anyName.chain((name) =>
    fc.record({
      id: fc.constant(`agent:${name}`),
      name: fc.constant(name),
      version: maybe(version),
      description: maybe(anyText),
      supplier: maybe(organisation),
      facts,
      dependsOn: dependsOn(ids),
    }),
  )
}

function graphOf(parts: readonly (readonly [EntryKind, string])[]): fc.Arbitrary<AgBOMGraph> {
  const ids = parts.map(([kind, name]) => idOf(kind, name))
  const entries = fc
    .tuple(...parts.map(([kind, name]) => anyEntry(kind, name, ids)))
    .map((all) => all.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
  return fc.record({
    serialNumber: fc.uuid().map((uuid) => `urn:uuid:${uuid}`),
    version: fc.integer({ min: 1, max: 1000 }),
    timestamp: fc
      .integer({ min: 1_000_000_000, max: 4_000_000_000 })
      .map((seconds) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')),
    agent: anyAgent(ids),
    entries,
    tool: fc.constant({ name: 'aos-sdk', version: '0.1.0' }),
  })
}

function ofSize(minLength: number, maxLength: number): fc.Arbitrary<AgBOMGraph> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...kinds), anyName), {
      selector: ([kind, name]) => idOf(kind, name),
      minLength,
      maxLength,
      size: 'max',
    })
    .chain(graphOf)
}

/** Graphs of agents whose names, texts and addresses are as hostile as they can be. */
export const anyGraph: fc.Arbitrary<AgBOMGraph> = fc.oneof(
  { weight: 49, arbitrary: ofSize(0, 12) },
  { weight: 1, arbitrary: ofSize(150, 300) },
)
