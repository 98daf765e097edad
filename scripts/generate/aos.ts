// Types and validators of the AOS wire.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noticesText, typesText, validatorsText, type Schema } from '../generate-lib/schema-code.ts'

const folder = 'schemas/aos'
const path = join(import.meta.dirname, '..', '..', folder)
const names = ['common', 'requests', 'responses', 'errors', 'ping', 'landing', 'aos'] as const
const target = 'packages/guardian/src/generated'

/** Whole messages have a validator of their own; what is within them has none. */
function isMessage(name: string): boolean {
  return name.endsWith('Request') || name.endsWith('Response') || name === 'Part'
}

/** Types and validators of @aos/guardian. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const texts = await Promise.all(names.map((name) => readFile(join(path, `${name}.json`), 'utf8')))
  const schemas = texts.map((text) => JSON.parse(text) as Schema)
  const messages = schemas.flatMap(({ $id, $defs = {} }) =>
    Object.keys($defs)
      .filter(isMessage)
      .map((name): [string, string] => [name, `${$id}#/$defs/${name}`]),
  )
  const exports = Object.fromEntries(messages)
  return [
    { path: `${target}/aos-types.ts`, text: await typesText(folder, 'aos.json', 'AosMessage') },
    {
      path: `${target}/aos-validators.ts`,
      text: await validatorsText({ folder, schemas, exports, allErrors: false }),
    },
    { path: 'packages/guardian/THIRD-PARTY-NOTICES.txt', text: await noticesText() },
  ]
}
