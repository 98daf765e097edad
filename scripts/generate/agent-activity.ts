// Types and validator of agent_activity.v1 events.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { typesText, validatorsText, type Schema } from '../generate-lib/schema-code.ts'

const folder = 'schemas/agent-activity'
const target = 'packages/records/src/generated'

/** Types and validator of @aos/records/activity. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const path = join(import.meta.dirname, '..', '..', folder, 'event.json')
  const schema = JSON.parse(await readFile(path, 'utf8')) as Schema
  const exports = { [schema.title]: schema.$id }
  return [
    {
      path: `${target}/agent-activity-types.ts`,
      text: await typesText(folder, 'event.json', 'AgentActivityEvent'),
    },
    {
      path: `${target}/agent-activity-validators.ts`,
      text: await validatorsText({ folder, schemas: [schema], exports, allErrors: true }),
    },
  ]
}
