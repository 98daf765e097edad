// An agent is denied a customer export. From the same run come the AgentRun, the evidence pack, the activity events and signed
// records; an auditor verifies them offline, and sees each byte that was changed.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
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

const audit = (target: string): Promise<{ readonly code: number; readonly said: string }> =>
  new Promise((resolve) => {
    const script = join(import.meta.dirname, 'verify-records.ts')
    const child = execFile(
      process.execPath,
      [...process.execArgv, script, target, keyFile],
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 1, said: `${stdout}${stderr}`.trim() }),
    )
  })

const untouched = await audit(folder)
console.log(untouched.said)
assert.deepEqual(untouched, { code: 0, said: 'everything fits' })

const [record = ''] = readdirSync(join(folder, 'records'))
for (const path of ['run.json', 'pack.json', 'activity.ndjson', join('records', record), 'manifest.json']) {
  const forged = join(home, `forged-${path.replaceAll('/', '-')}`)
  cpSync(folder, forged, { recursive: true })
  const bytes = readFileSync(join(forged, path))
  const at = path.endsWith('.json') ? bytes.lastIndexOf('denied') + 1 : Math.floor(bytes.length / 2)
  bytes[at] = bytes[at] === 0x61 ? 0x62 : 0x61
  writeFileSync(join(forged, path), bytes)
  const { code, said } = await audit(forged)
  console.log(`\none byte of ${path} was changed:\n${said.replaceAll(/[0-9a-f]{64}/g, '…')}`)
  assert.equal(code, 1)
  assert.ok(said.includes(path === 'manifest.json' ? 'manifest' : path), said)
}
rmSync(home, { recursive: true })
