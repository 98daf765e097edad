import { generateSigningKey } from '@agent-run/types'
import type { AosEvent } from '@aos/sdk'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { auditEntry, decided, decision, step } from '../../../../test/support/audited-decision.ts'
import { createAuditLedger, type AuditLedger, type AuditLedgerOptions } from './audit-ledger.ts'
import { headPath, ledgerFile, listLedgerFiles, tornPath } from './ledger-files.ts'
import { verifyLedger } from './verify-ledger.ts'

const KEY = 'a secret of at least thirty-two bytes'
const posix = process.platform !== 'win32'

let folder = ''
let path = ''
let open: AuditLedger[] = []
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'aos-ledger-')), 'audit')
  path = join(folder, 'audit.jsonl')
  open = []
})
afterEach(async () => {
  vi.useRealTimers()
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

const entriesOf = (): unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { entry: unknown }).entry)

const kept = {
  runId: 'r1',
  sessionId: 'sess',
  agentId: 'a1',
  agentName: 'payer',
  userId: 'u1',
  step: { id: 's1', kind: 'toolCall', name: 'pay', executionId: 'x1' },
  decision,
}

const runStart: AosEvent = {
  type: 'run.start',
  runId: 'r1',
  seq: 1,
  at: 1,
  run: {
    id: 'r1',
    agent: { id: 'a1', name: 'payer' },
    sessionId: 'sess',
    sessionGenerated: false,
    turnId: 't',
    userId: 'u1',
    trigger: 'manual',
    tools: [],
    runtime: 'x',
    startedAt: 1,
  },
} as AosEvent

describe('an audit ledger', () => {
  test('has a decision on the disk, without its content, when append resolves', async () => {
    const ledger = ledgerWith()
    await ledger.append(auditEntry)
    expect(entriesOf()).toEqual([kept])
    expect(readFileSync(path, 'utf8')).not.toContain('a preview')
    expect(await verified()).toBe('ok 1')
    expect(ledger.stats()).toEqual({ written: 1, failed: 0, pending: 0, torn: 0, seq: 1 })
  })

  test('keeps as a sink what the run said of itself, and nothing but decisions', async () => {
    const ledger = ledgerWith()
    for (const event of [runStart, decided, { type: 'step.end', runId: 'r1', seq: 3, at: 3, step } as const])
      expect(ledger.accept(event)).toBeUndefined()
    void ledger.accept({ ...decided, runId: 'unknown' })
    await ledger.flush()
    expect(entriesOf()).toEqual([kept, { runId: 'unknown', step: kept.step, decision }])
    expect(await verified()).toBe('ok 2')
  })

  test('as a sink waits where entries come faster than they are written', async () => {
    const ledger = ledgerWith()
    let waits = 0
    for (let n = 0; n < 1500; n++) if (ledger.accept(decided) !== undefined) waits++
    expect(waits).toBe(500)
    await ledger.close()
    expect(ledger.stats()).toMatchObject({ written: 1500, pending: 0 })
    expect(await verified()).toBe('ok 1500')
  })

  test('as a sink makes sure within a second that nobody cuts what it has', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const ledger = ledgerWith()
    void ledger.accept(decided)
    await expect.poll(() => ledger.stats().written, { interval: 0 }).toBe(1)
    expect(readFileSync(headPath(path), 'utf8')).toContain('"seq":0')
    await vi.advanceTimersByTimeAsync(1000)
    await vi.waitFor(() => expect(readFileSync(headPath(path), 'utf8')).toContain('"seq":1'))
  })

  test('takes nothing at a time that is none', async () => {
    const time = { date: () => Number.NaN }
    const ledger = ledgerWith({ clock: time })
    await expect(ledger.append(auditEntry)).rejects.toMatchObject({ code: 'invalid_ledger' })
    time.date = () => 7
    await ledger.append(auditEntry)
    expect(await verified()).toBe('ok 1')
  })

  test('keeps the order of what is appended at the same time', async () => {
    const ledger = ledgerWith({ checkpointEvery: 100 })
    await Promise.all(Array.from({ length: 2500 }, (_, n) => ledger.record({ n })))
    expect(entriesOf()).toEqual(Array.from({ length: 2500 }, (_, n) => ({ n })))
    await ledger.close()
    expect(await verified()).toBe('ok 2500')
    expect(ledger.head().seq).toBe(2500)
  })

  test('goes on where the last writer has ended', async () => {
    for (let round = 1; round <= 3; round++) {
      const ledger = ledgerWith()
      await ledger.append(auditEntry)
      expect(ledger.head().seq).toBe(round)
      await ledger.close()
    }
    expect(await verified()).toBe('ok 3')
  })

  test('goes on in another file when one is full, also when it is opened again', async () => {
    for (let round = 0; round < 3; round++) {
      const ledger = ledgerWith({ maxFileBytes: 1024 })
      for (let n = 0; n < 4; n++) await ledger.append(auditEntry)
      await ledger.close()
    }
    expect(listLedgerFiles(path).length).toBeGreaterThan(2)
    expect(await verified()).toBe('ok 12')
    // a writer that ended after making the next file, before its first line
    const { path: last } = ledgerFile(path, 13)
    writeFileSync(last, '')
    const ledger = ledgerWith({ maxFileBytes: 1024 })
    await ledger.append(auditEntry)
    expect(readFileSync(last, 'utf8')).toContain('"seq":13')
    expect(await verified()).toBe('ok 13')
  })

  test.runIf(posix)('is for this user alone', async () => {
    const ledger = ledgerWith()
    await ledger.append(auditEntry)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const file of [path, headPath(path), `${path}.lock`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    await ledger.close()
    chmodSync(path, 0o644)
    const { mode } = (ledgerWith(), statSync(path))
    expect(mode & 0o777).toBe(0o600)
  })

  test('takes nothing after its end, nothing too long, and nothing that is not JSON', async () => {
    const ledger = ledgerWith()
    await expect(ledger.record({ toJSON: () => undefined })).rejects.toMatchObject({ code: 'invalid_ledger' })
    await expect(ledger.record({ n: 1n })).rejects.toMatchObject({ code: 'invalid_ledger' })
    await expect(ledger.record({ text: 'x'.repeat(1_100_000) })).rejects.toMatchObject({
      code: 'invalid_ledger',
    })
    const flushed = [
      ledger.flush(),
      ledger.append(auditEntry),
      ledger.flush(),
      ledger.close(),
      ledger.close(),
    ]
    await Promise.all(flushed)
    await expect(ledger.append(auditEntry)).rejects.toMatchObject({ code: 'invalid_ledger' })
    expect(ledger.stats()).toMatchObject({ written: 1, failed: 2, pending: 0 })
    expect(await verified()).toBe('ok 1')
  })

  test.each([
    [{ path: '' }],
    [{ path: 'a\0b' }],
    [{ key: undefined }],
    [{ key: 'short' }],
    [{ signingKey: generateSigningKey().privateKey }],
    [{ key: undefined, signingKey: generateSigningKey().publicKey }],
    [{ checkpointEvery: 0 }],
    [{ maxFileBytes: Number.NaN }],
  ])('is not made with %j', (options) => {
    expect(() => ledgerWith(options)).toThrow(expect.objectContaining({ code: 'invalid_options' }))
  })
})

test('entries of all sizes are kept together, in batches that memory has room for', async () => {
  const ledger = ledgerWith()
  await Promise.all(Array.from({ length: 12 }, (_, n) => ledger.record({ n, x: 'x'.repeat(n * 80_000) })))
  expect(await verified()).toBe('ok 12')
})

describe('a ledger that was left behind', () => {
  async function written(entries: number): Promise<void> {
    const ledger = ledgerWith()
    for (let n = 0; n < entries; n++) await ledger.record({ n })
    await ledger.close()
  }

  test('goes on after a line that was not finished, which is set aside', async () => {
    await written(2)
    for (const rest of ['{"seq":3,"at":1', '\0\0\0\0', 'x']) {
      appendFileSync(path, rest)
      expect(await verified()).toMatch(/^torn/)
      const ledger = ledgerWith()
      expect(ledger.stats().torn).toBe(1)
      await ledger.record({})
      await ledger.close()
    }
    expect(readFileSync(tornPath(path), 'utf8')).toBe('{"seq":3,"at":1\n\0\0\0\0\nx\n')
    expect(await verified()).toBe('ok 5')
    expect(ledgerWith().stats().torn).toBe(0)
  })

  test('goes on after whole lines that the head does not know yet', async () => {
    await written(2)
    const early = readFileSync(headPath(path))
    await written(2)
    writeFileSync(headPath(path), early)
    await written(1)
    expect(await verified()).toBe('ok 5')
  })

  test.each([
    ['a line was changed', () => writeFileSync(path, readFileSync(path, 'utf8').replace('"n":1', '"n":2'))],
    ['its tail was cut', () => truncateSync(path, readFileSync(path).lastIndexOf('{"seq":'))],
    ['its last byte was cut', () => truncateSync(path, statSync(path).size - 1)],
    ['it was emptied', () => truncateSync(path, 0)],
    ['it was removed', () => rmSync(path)],
    ['its head was removed', () => rmSync(headPath(path))],
    ['its head was emptied', () => truncateSync(headPath(path), 0)],
    ['a whole line was added', () => appendFileSync(path, '{"seq":4}\n')],
    [
      'its first line was removed',
      () => writeFileSync(path, readFileSync(path, 'utf8').replace(/^.*\n/, '')),
    ],
    ['a later file was added', () => writeFileSync(ledgerFile(path, 9).path, '')],
  ])('is not gone on with where %s', async (_name, damage) => {
    await written(3)
    damage()
    expect(() => ledgerWith()).toThrow(expect.objectContaining({ code: 'invalid_ledger' }))
    // nor does the attempt leave a lock behind
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  test('is not gone on with where a line is of another ledger of the same key', async () => {
    await written(3)
    const foreign = readFileSync(path, 'utf8').split('\n')
    rmSync(folder, { recursive: true })
    await written(3)
    const own = readFileSync(path, 'utf8').split('\n')
    for (const index of [0, 1, 2]) {
      writeFileSync(path, own.with(index, foreign[index] ?? '').join('\n'))
      expect(() => ledgerWith()).toThrow(expect.objectContaining({ code: 'invalid_ledger' }))
    }
  })

  test('is not gone on with by another key', async () => {
    await written(1)
    expect(() => ledgerWith({ key: `${KEY}!` })).toThrow(expect.objectContaining({ code: 'invalid_ledger' }))
  })

  test.runIf(posix)('is not put where a link leads elsewhere, or where everybody writes', async () => {
    await written(1)
    renameSync(path, `${path}-elsewhere`)
    symlinkSync(`${path}-elsewhere`, path)
    const refused = expect.objectContaining({ code: 'invalid_ledger' }) as Error
    expect(() => ledgerWith()).toThrow(refused)
    rmSync(path)
    mkdirSync(path)
    expect(() => ledgerWith()).toThrow(refused)
    rmSync(path, { recursive: true })
    renameSync(`${path}-elsewhere`, path)
    await written(1)
    chmodSync(folder, 0o777)
    expect(() => ledgerWith()).toThrow(expect.objectContaining({ code: 'invalid_ledger' }))
  })
})
