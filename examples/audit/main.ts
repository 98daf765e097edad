// An agent is denied a customer export. From the same run come the AgentRun, the evidence pack, the activity events and signed
// records; an auditor verifies them offline, and sees each byte that was changed.
import assert from 'node:assert/strict'
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exported } from './support-agent.ts'
import { writeRecords } from './write-records.ts'

const home = mkdtempSync(join(tmpdir(), 'audit-'))
const folder = join(home, 'export')
const keyFile = join(home, 'public-key.jwk')
mkdirSync(join(home, 'journal'))
const publicKey = await writeRecords(folder, join(home, 'journal'))
writeFileSync(keyFile, JSON.stringify(publicKey))
assert.deepEqual(exported, [])
console.log(readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted().join('\n'))

// what was changed in a copy is one byte of one file
const [record = ''] = readdirSync(join(folder, 'records'))
const changed = ['run.json', 'pack.json', 'activity.ndjson', join('records', record), 'manifest.json']
const forged = changed.map((path) => {
  const copy = join(home, `forged-${path.replaceAll('/', '-')}`)
  cpSync(folder, copy, { recursive: true })
  const bytes = readFileSync(join(copy, path))
  const at = path.endsWith('.json') ? bytes.lastIndexOf('denied') + 1 : Math.floor(bytes.length / 2)
  bytes[at] = bytes[at] === 0x61 ? 0x62 : 0x61
  writeFileSync(join(copy, path), bytes)
  return copy
})

const audit = (...folders: readonly string[]): SpawnSyncReturns<string> => {
  const script = join(import.meta.dirname, 'verify-records.ts')
  const args = [...process.execArgv, script, keyFile, ...folders]
  return spawnSync(process.execPath, args, { encoding: 'utf8' })
}
const untouched = audit(folder)
console.log(untouched.stdout)
assert.deepEqual([untouched.status, untouched.stdout], [0, `${folder}: everything fits\n`])

const { status, stdout } = audit(...forged)
console.log(stdout.replaceAll(/[0-9a-f]{64}/g, '…'))
assert.equal(status, 1)
for (const [at, copy] of forged.entries()) {
  const [, said = ''] = stdout.split(`${copy}: `)
  const [own = ''] = said.split(home)
  assert.ok(own.includes(changed[at] ?? ''), `${copy}: ${own}`)
  assert.ok(!own.includes('everything fits'))
}
rmSync(home, { recursive: true })
