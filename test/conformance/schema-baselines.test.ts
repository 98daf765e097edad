// What was published of a schema stays: scripts/schema-compatibility.ts is a step of the check.
import { spawnSync } from 'node:child_process'
import { deepEqual } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { compareSchemas } from '../../scripts/schema-lib/schema-changes.ts'
import { verifies } from './verifies.ts'

const ROOT = join(import.meta.dirname, '..', '..')

interface Schema {
  readonly required: readonly string[]
  readonly properties: Readonly<Record<string, unknown>>
}

function published(): Schema {
  const path = join(ROOT, 'schemas', 'baselines', 'agent-activity', 'event.json')
  return JSON.parse(readFileSync(path, 'utf8')) as Schema
}

describe('the schema of agent_activity.v1', () => {
  verifies('agent-activity.compatibility.baseline', 'has all that was published', () => {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/schema-compatibility.ts'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    deepEqual([stdout, status], ['', 0])
  })

  verifies('agent-activity.compatibility.baseline', 'loses, renames or requires no member unnoticed', () => {
    const schema = published()
    for (const [name, member] of Object.entries(schema.properties)) {
      const { [name]: _gone, ...rest } = schema.properties
      const lost = compareSchemas(schema, { ...schema, properties: rest }).breaking
      const renamed = compareSchemas(schema, { ...schema, properties: { ...rest, [`${name}_`]: member } })
      deepEqual([lost[0], renamed.breaking[0]], [`/${name} is gone`, `/${name} is gone`])
      if (schema.required.includes(name)) continue
      const required = { ...schema, required: [...schema.required, name] }
      deepEqual(compareSchemas(schema, required).breaking, [`/${name} is required now`])
    }
  })
})
