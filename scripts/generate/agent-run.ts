// Types, validators and shipped copies of the agent-run schemas.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noticesText, typesText, validatorsText, type Schema } from '../generate-lib/schema-code.ts'

const folder = 'schemas/agent-run'
const path = join(import.meta.dirname, '..', '..', folder)
const names = ['agent-run', 'step', 'cost', 'provenance', 'eval'] as const

/** Types, validators and schema copies of @agent-run/types. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const texts = await Promise.all(names.map((name) => readFile(join(path, `${name}.json`), 'utf8')))
  const schemas = texts.map((text) => JSON.parse(text) as Schema)
  const exports = Object.fromEntries(schemas.map(({ title, $id }) => [title, $id]))
  return [
    {
      path: 'packages/types/src/generated/types.ts',
      text: await typesText(folder, 'agent-run.json', 'AgentRun'),
    },
    {
      path: 'packages/types/src/generated/validators.ts',
      text: await validatorsText({ folder, schemas, exports, allErrors: true }),
    },
    { path: 'packages/types/THIRD-PARTY-NOTICES.txt', text: await noticesText() },
    ...names.map((name, index) => ({
      path: `packages/types/schemas/${name}.json`,
      text: texts[index] ?? '',
    })),
    {
      path: 'packages/types/schemas/openapi.yaml',
      text: await readFile(join(path, 'openapi.yaml'), 'utf8'),
    },
  ]
}
