// Fails when a published schema has lost, renamed or begun to require a member. What was published stands in
// schemas/baselines: a folder there makes the schemas of that name compatible for good. --accept records what is new.
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { compareSchemas } from './schema-lib/schema-changes.ts'

const schemas = join(import.meta.dirname, '..', 'schemas')
const baselines = join(schemas, 'baselines')
const accept = process.argv.includes('--accept')

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** What is wrong with one schema, compared with what was published. */
function problemsOf(folder: string, file: string): readonly string[] {
  const baseline = join(baselines, folder, file)
  const current = join(schemas, folder, file)
  const name = relative(schemas, current)
  if (!existsSync(current)) return [`${name} is gone`]
  const { breaking, added } = compareSchemas(read(baseline), read(current))
  if (breaking.length > 0) return breaking.map((problem) => `${name}: ${problem}; that needs a new version`)
  if (accept) copyFileSync(current, baseline)
  if (accept || added.length === 0) return []
  return [
    `${name}: new are ${added.join(', ')}: "node scripts/dev.mjs exec node scripts/schema-compatibility.ts --accept" records them`,
  ]
}

const problems = readdirSync(baselines).flatMap((folder) =>
  readdirSync(join(baselines, folder)).flatMap((file) => problemsOf(folder, file)),
)
if (problems.length > 0) {
  process.stdout.write(`${problems.join('\n')}\n`)
  process.exitCode = 1
}
