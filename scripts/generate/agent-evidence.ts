// Types, validators and texts of the Agent Evidence schemas.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noticesText, typesText, validatorsText, type Schema } from '../generate-lib/schema-code.ts'

const folder = 'schemas/agent-evidence'
const path = join(import.meta.dirname, '..', '..', folder)
const target = 'packages/records/src/generated'
const documents = [
  'pack',
  'claim-map',
  'source-map',
  'provenance',
  'verification',
  'review',
  'replay-case',
  'redaction',
  'export-manifest',
  'event',
] as const

// hundreds of members are of these kinds
const LEAVES = {
  TextLeaf: { type: 'string' },
  TimeLeaf: { type: 'string', format: 'date-time' },
  IdLeaf: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,255}$' },
}

const leafNames: ReadonlyMap<string, string> = new Map(
  Object.entries(LEAVES).map(([name, leaf]) => [JSON.stringify(leaf), name]),
)

// what another file refers to is compiled anew for that file; in one file there is one validator for each
function inOneFile(schemas: readonly Schema[]): Schema {
  const titles = new Map(schemas.map(({ $id, title }) => [$id.slice($id.lastIndexOf('/') + 1), title]))
  const local = (schema: unknown): unknown => {
    if (Array.isArray(schema)) return schema.map(local)
    if (typeof schema !== 'object' || schema === null) return schema
    const { description: _description, ...rules } = schema as { readonly description?: unknown }
    const leaf = leafNames.get(JSON.stringify(rules))
    if (leaf !== undefined) return { $ref: `#/$defs/${leaf}` }
    const members = Object.entries(schema).filter(([name]) => name !== '$id' && name !== '$schema')
    return Object.fromEntries(
      members.map(([name, member]) => [name, name === '$ref' ? localRef(member) : local(member)]),
    )
  }
  const localRef = (ref: unknown): string => {
    const [file = '', pointer = ''] = String(ref).split('#')
    return pointer === '' ? `#/$defs/${titles.get(file) ?? file}` : `#${pointer}`
  }
  const parts = schemas.flatMap(({ $defs = {}, ...root }) => [
    ...Object.entries($defs),
    [root.title, root] as const,
  ])
  const $defs = Object.fromEntries(parts.map(([name, part]) => [name, local(part)]))
  return {
    $id: 'https://agent-evidence.example/schemas/all.json',
    title: 'EvidenceSchemas',
    $defs: { ...LEAVES, ...$defs },
  }
}

/** Types, validators and schemas of @aos/records/evidence. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const names = ['common', ...documents]
  const texts = await Promise.all(names.map((name) => readFile(join(path, `${name}.json`), 'utf8')))
  const schemas = texts.map((text) => JSON.parse(text) as Schema)
  const all = inOneFile(schemas)
  const roots = schemas.slice(1).map(({ title }): [string, string] => [title, `${all.$id}#/$defs/${title}`])
  return [
    {
      path: `${target}/agent-evidence-types.ts`,
      text: await typesText(folder, 'agent-evidence.json', 'EvidenceDocument'),
    },
    {
      path: `${target}/agent-evidence-validators.ts`,
      text: await validatorsText({
        folder,
        schemas: [all],
        exports: Object.fromEntries(roots),
        allErrors: true,
      }),
    },
    { path: `${target}/agent-evidence-schemas.ts`, text: schemasText(names, schemas) },
    { path: 'packages/records/THIRD-PARTY-NOTICES.txt', text: await noticesText() },
  ]
}

function schemasText(names: readonly string[], schemas: readonly Schema[]): string {
  const entries = names.map((name, index): [string, unknown] => [`${name}.json`, schemas[index]])
  return [
    `// generated from ${folder}: do not edit`,
    '/** The schemas of Agent Evidence, by the name of their file. */',
    `export const EVIDENCE_SCHEMAS: Readonly<Record<string, object>> = ${JSON.stringify(Object.fromEntries(entries))}`,
    '',
  ].join('\n')
}
