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

/** Types, validators and schemas of @aos/records/evidence. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const names = ['common', ...documents]
  const texts = await Promise.all(names.map((name) => readFile(join(path, `${name}.json`), 'utf8')))
  const schemas = texts.map((text) => JSON.parse(text) as Schema)
  const roots = schemas.slice(1).map(({ title, $id }): [string, string] => [title, $id])
  return [
    {
      path: `${target}/agent-evidence-types.ts`,
      text: await typesText(folder, 'agent-evidence.json', 'EvidenceDocument'),
    },
    {
      path: `${target}/agent-evidence-validators.ts`,
      text: await validatorsText({
        folder,
        schemas,
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
