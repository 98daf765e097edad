// Types and validators of packs of tasks.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { typesText, validatorsText, type Schema } from '../generate-lib/schema-code.ts'

const folder = 'schemas/eval-pack'
const target = 'packages/records/src/generated'

/** Types and validators of @aos/records/evals. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const path = join(import.meta.dirname, '..', '..', folder)
  const texts = await Promise.all(
    ['pack', 'report'].map((name) => readFile(join(path, `${name}.json`), 'utf8')),
  )
  const schemas = texts.map((text) => JSON.parse(text) as Schema)
  const exports = Object.fromEntries(schemas.map(({ title, $id }) => [title, $id]))
  const types = await typesText(folder, 'pack.json', { name: 'BenchPack', plainArrays: true })
  return [
    { path: `${target}/eval-pack-types.ts`, text: withAnyValues(types) },
    {
      path: `${target}/eval-pack-validators.ts`,
      text: await validatorsText({ folder, schemas, exports, allErrors: true }),
    },
  ]
}

// a schema that says nothing of a value becomes an object, and one of an object with any members becomes any value
function withAnyValues(types: string): string {
  return types
    .replaceAll(/\{\s+\[k: string\]: unknown\s+\}/g, 'unknown')
    .replaceAll(/(?<=[:|] )\{\}/g, '{ [k: string]: unknown }')
}
