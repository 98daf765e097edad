import { isAosError, type AosError } from '@aos/sdk'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditEntry, decided } from '../../../../test/support/audited-decision.ts'
import { createAuditLedger, type AuditLedger, type AuditLedgerOptions } from './audit-ledger.ts'
import { headPath } from './ledger-files.ts'
import { LOCK_LEASE_MS } from './ledger-lock.ts'
import { verifyLedger } from './verify-ledger.ts'

const KEY = 'a secret of at least thirty-two bytes'
const posix = process.platform !== 'win32'
const MODULE = new URL('./audit-ledger.ts', import.meta.url).href

let folder = ''
let path = ''
let open: AuditLedger[] = []
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'aos-ledger-')), 'audit')
  path = join(folder, 'audit.jsonl')
  open = []
})
afterEach(async () => {
  await Promise.allSettled(open.map((ledger) => ledger.close()))
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

function ledgerWith(options: Partial<AuditLedgerOptions> = {}): AuditLedger {
  const ledger = createAuditLedger({ path, key: KEY, ...options })
  open.push(ledger)
  return ledger
}

const verified = async (): Promise<string> => {
  const result = await verifyLedger(path, { key: KEY })
  return result.ok ? `ok ${result.entries}` : `${result.code} ${result.entries}`
}

describe('two writers', () => {
  test('do not share a ledger, in one process', async () => {
    const first = ledgerWith()
    expect(() => ledgerWith()).toThrow(/another writer has it open/)
    await first.append(auditEntry)
    await first.close()
    await ledgerWith().append(auditEntry)
    expect(await verified()).toBe('ok 2')
  })

  test('do not share a ledger, in two processes; what a dead one left is taken over', async () => {
    const child = childWith('ledger.record({}).then(() => console.log("ready")); setInterval(() => {}, 1000)')
    await once(child.stdout, 'data')
    expect(() => ledgerWith()).toThrow(/another writer has it open/)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await ledgerWith().record({})
    expect(await verified()).toBe('ok 2')
  })

  test('elsewhere are believed to live for as long as their lock is fresh', async () => {
    mkdirSync(folder, { mode: 0o700 })
    for (const content of ['{"place":"elsewhere","pid":1,"startTime":"1"}', '', '[]']) {
      writeFileSync(`${path}.lock`, content)
      expect(() => ledgerWith()).toThrow(/another writer has it open/)
      const old = (Date.now() - LOCK_LEASE_MS - 1000) / 1000
      utimesSync(`${path}.lock`, old, old)
      await ledgerWith().close()
    }
  })

  test('that take over at the same time do not both get it', async () => {
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(`${path}.lock.turn`, '')
    writeFileSync(`${path}.lock`, '{}')
    expect(() => ledgerWith()).toThrow(/taking it over/)
  })

  test('a writer whose lock was taken away stops writing', async () => {
    const ledger = ledgerWith()
    await ledger.append(auditEntry)
    writeFileSync(`${path}.lock`, '{"place":"elsewhere"}')
    await expect(ledger.append(auditEntry)).rejects.toMatchObject({ code: 'invalid_ledger' })
    expect(await verified()).toBe('ok 1')
    await ledger.close()
    expect(existsSync(`${path}.lock`)).toBe(true)
  })
})

describe('where writing fails', () => {
  test('append rejects while the folder is gone, and works again when it is back', async () => {
    const ledger = ledgerWith()
    await ledger.append(auditEntry)
    renameSync(folder, `${folder}-moved`)
    await expect(ledger.append(auditEntry)).rejects.toSatisfy((error) => isAosError(error, 'invalid_ledger'))
    renameSync(`${folder}-moved`, folder)
    await ledger.append(auditEntry)
    expect(await verified()).toBe('ok 2')
    expect(ledger.stats()).toMatchObject({ written: 2, failed: 1 })
  })

  test('append rejects once something else has written, cut or replaced the file', async () => {
    const ledger = ledgerWith()
    await ledger.append(auditEntry)
    const whole = readFileSync(path)
    const damages = [
      () => appendFileSync(path, 'x'),
      () => truncateSync(path, 10),
      () => (rmSync(path), writeFileSync(path, whole)),
      () => rmSync(path),
    ]
    for (const damage of damages) {
      damage()
      await expect(ledger.append(auditEntry)).rejects.toMatchObject({ code: 'invalid_ledger' })
      if (existsSync(path)) writeFileSync(path, whole)
    }
  })

  test('append rejects where the head cannot be written, and the line stays', async () => {
    const ledger = ledgerWith()
    mkdirSync(`${headPath(path)}.new`)
    await expect(ledger.append(auditEntry)).rejects.toMatchObject({ code: 'invalid_ledger' })
    expect(await verified()).toBe('ok 1')
    rmSync(`${headPath(path)}.new`, { recursive: true })
    await ledger.append(auditEntry)
    expect(await verified()).toBe('ok 2')
    expect((JSON.parse(readFileSync(headPath(path), 'utf8')) as { seq: number }).seq).toBe(2)
  })

  test('a sink reports what it could not keep', async () => {
    const errors: AosError[] = []
    const ledger = ledgerWith({ onError: (error) => errors.push(error) })
    rmSync(path)
    void ledger.accept(decided)
    await expect.poll(() => errors.length).toBe(1)
    expect(errors[0]?.message).toContain('cannot be used')
    expect(ledger.stats()).toMatchObject({ written: 0, failed: 1 })
  })

  test.runIf(posix)('a line that found no room is taken back, and the next one finds its place', async () => {
    mkdirSync(folder, { mode: 0o700 })
    const script = `
      import { createAuditLedger } from ${JSON.stringify(MODULE)}
      const ledger = createAuditLedger({ path: ${JSON.stringify(path)}, key: ${JSON.stringify(KEY)} })
      const outcomes = []
      const put = async (size) => outcomes.push(await ledger.record({ x: 'x'.repeat(size) }).then(() => 'kept', (e) => e.code))
      await put(3000); await put(6000); await put(2000); await put(9000); await put(100)
      await ledger.close()
      console.log(outcomes.join())
    `
    const command = `ulimit -f 16; exec "$0" --conditions=aos-source --input-type=module -e "$1"`
    const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, script])
    // 16 blocks of 512 or 1024 bytes
    expect(stdout.trim()).toMatch(/^kept,(kept|invalid_ledger),kept,invalid_ledger,kept$/)
    expect(await verified()).toMatch(/^ok [34]$/)
  })
})

test('nothing that was acknowledged is lost, and the chain goes on, however often the writer is killed', async () => {
  let acknowledged = 0
  for (let round = 0; round < 3; round++) {
    const child = childWith(`
      let n = 0
      const one = () => ledger.record({ n: n++, text: 'x'.repeat(2000) }).then(() => { process.stdout.write('.'); one() })
      for (let i = 0; i < 20; i++) one()
    `)
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      acknowledged += chunk.length
      if (acknowledged > (round + 1) * 200) child.kill('SIGKILL')
    }
    const result = await verifyLedger(path, { key: KEY })
    if (result.ok) expect(result.entries).toBeGreaterThanOrEqual(acknowledged)
    else expect(result.code).toBe('torn')
  }
  const ledger = ledgerWith()
  expect(ledger.head().seq).toBeGreaterThanOrEqual(acknowledged)
  await ledger.record({})
  expect(await verified()).toBe(`ok ${ledger.head().seq}`)
}, 30_000)

function childWith(script: string): ReturnType<typeof spawnPiped> {
  return spawnPiped(`
    import { createAuditLedger } from ${JSON.stringify(MODULE)}
    const ledger = createAuditLedger({ path: ${JSON.stringify(path)}, key: ${JSON.stringify(KEY)} })
    ${script}
  `)
}

function spawnPiped(script: string) {
  return spawn(process.execPath, ['--conditions=aos-source', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
