// Types and validators of the PEAC schemas.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { typesText, validatorsText, type Schema } from '../generate-lib/schema-code.ts'

const folder = 'schemas/peac'
const path = join(import.meta.dirname, '..', '..', folder)
const target = 'packages/records/src/generated'
const names = [
  'common',
  'claims',
  'groups',
  'agent-action',
  'lifecycle-observation',
  'a2a-handoff',
  'cli-execution',
]

/** Types and validators of @aos/records/peac. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const texts = await Promise.all(names.map((name) => readFile(join(path, `${name}.json`), 'utf8')))
  const schemas = texts.map((text) => JSON.parse(text) as Schema)
  const exports = schemas.flatMap(({ $id, title, $defs = {} }) => {
    if (title === 'PeacCommon') return []
    if (title !== 'PeacGroups') return [[title, $id]]
    return Object.entries($defs).map(([name, group]) => [titleOf(group), `${$id}#/$defs/${name}`])
  })
  return [
    {
      path: `${target}/peac-types.ts`,
      text: await typesText(folder, 'peac.json', { name: 'PeacParts', plainArrays: true }),
    },
    {
      path: `${target}/peac-validators.ts`,
      text: await validatorsText({
        folder,
        schemas,
        exports: Object.fromEntries(exports) as Record<string, string>,
        allErrors: true,
      }),
    },
  ]
}

function titleOf(schema: unknown): string {
  if (typeof schema === 'object' && schema !== null && 'title' in schema && typeof schema.title === 'string')
    return schema.title
  throw new Error(`${folder}/groups.json has a group without a title`)
}
