import { generateSigningKey } from '@agent-run/types'
import fc from 'fast-check'
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { createAuditLedger, type AuditLedgerOptions } from './audit-ledger.ts'
import { headPath, listLedgerFiles } from './ledger-files.ts'
import type { LedgerHead } from './sealed-line.ts'
import { verifyLedger, type LedgerVerification } from './verify-ledger.ts'

const KEY = 'a secret of at least thirty-two bytes'
const pair = generateSigningKey()

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-ledger-'))
  path = join(folder, 'audit.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function write(entries: number, options: Partial<AuditLedgerOptions> = {}): Promise<LedgerHead> {
  const ledger = createAuditLedger({ path, key: KEY, clock: { date: () => 1000 }, ...options })
  await Promise.all(Array.from({ length: entries }, (_, index) => ledger.record({ n: index, say: 'größer' })))
  await ledger.close()
  return ledger.head()
}

const verified = (checkpoint?: LedgerHead): Promise<LedgerVerification> =>
  verifyLedger(path, { key: KEY, checkpoint })

const codeOf = (result: LedgerVerification): string => (result.ok ? 'ok' : result.code)

function lines(): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1)
}

function rewrite(changed: readonly string[]): void {
  writeFileSync(path, changed.map((line) => `${line}\n`).join(''))
}

describe('a whole ledger', () => {
  test('is one', async () => {
    const head = await write(5)
    expect(await verified()).toEqual({ ok: true, entries: 5, head, files: 1 })
    expect(await verified(head)).toMatchObject({ ok: true })
    expect(lines().map((line) => (JSON.parse(line) as { entry: unknown }).entry)).toEqual(
      [0, 1, 2, 3, 4].map((n) => ({ n, say: 'größer' })),
    )
  })

  test('is one before its first entry', async () => {
    await write(0)
    expect(await verified()).toMatchObject({ ok: true, entries: 0 })
  })

  test('of 10,000 entries, in many files, is one', async () => {
    const head = await write(10_000, { maxFileBytes: 200_000 })
    expect(head.seq).toBe(10_000)
    const files = listLedgerFiles(path).length
    expect(files).toBeGreaterThan(3)
    expect(await verified(head)).toEqual({ ok: true, entries: 10_000, head, files })
  })

  test('is checked with the public key alone where it was signed', async () => {
    await write(20, { key: undefined, signingKey: pair.privateKey })
    expect(await verifyLedger(path, { publicKey: pair.publicKey })).toMatchObject({ ok: true, entries: 20 })
    const other = generateSigningKey().publicKey
    expect(codeOf(await verifyLedger(path, { publicKey: other }))).toBe('head_changed')
    expect(codeOf(await verifyLedger(path, { key: KEY }))).toBe('head_changed')
  })
})

describe('tampering', () => {
  verifies('guardian.ledger.change', 'with any byte of the lines is found', async () => {
    await write(2)
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      writeFileSync(path, changed)
      expect([at, (await verified()).ok]).toEqual([at, false])
    }
    writeFileSync(path, whole)
    expect((await verified()).ok).toBe(true)
  })

  test('with any byte of the head is found', async () => {
    await write(1)
    const whole = readFileSync(headPath(path))
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      writeFileSync(headPath(path), changed)
      expect([at, (await verified()).ok]).toEqual([at, false])
    }
  })

  test('with a seal that says the same in other characters is found', async () => {
    await write(1)
    for (const file of [path, headPath(path)]) {
      const whole = readFileSync(file, 'utf8')
      const end = whole.lastIndexOf('"}') - 1
      // the last of 43 characters has two bits that mean nothing
      const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      const other = digits[digits.indexOf(whole[end] ?? '') + 1] ?? ''
      writeFileSync(file, whole.slice(0, end) + other + whole.slice(end + 1))
      expect(codeOf(await verified())).toBe(file === path ? 'line_changed' : 'head_changed')
      writeFileSync(file, whole)
    }
  })

  verifies('guardian.ledger.cut', 'by cutting at any byte is found', async () => {
    await write(2)
    const whole = readFileSync(path)
    for (let size = 0; size < whole.length; size++) {
      writeFileSync(path, whole.subarray(0, size))
      expect([size, codeOf(await verified())]).toEqual([size, 'tail_cut'])
    }
  })

  test.each([
    ['a line less at the start', (all: string[]) => all.slice(1), 'line_missing', 1],
    ['a line less in the middle', (all: string[]) => all.toSpliced(2, 1), 'line_missing', 3],
    ['a line less at the end', (all: string[]) => all.slice(0, -1), 'tail_cut', undefined],
    ['no line', () => [], 'tail_cut', undefined],
    ['a line twice', (all: string[]) => all.toSpliced(2, 0, all[1] ?? ''), 'line_misplaced', 3],
    ['lines swapped', (all: string[]) => [all[0], all[2], all[1], all[3]].map(String), 'line_missing', 2],
    ['an empty line', (all: string[]) => all.toSpliced(1, 0, ''), 'line_changed', 2],
    ['a line end of Windows', (all: string[]) => all.with(1, `${all[1]}\r`), 'line_changed', 2],
    ['a line of another kind', (all: string[]) => [...all, '{}'], 'line_changed', 5],
    [
      'a decision turned',
      (all: string[]) => all.with(1, String(all[1]).replace('"n":1', '"n":7')),
      'line_changed',
      2,
    ],
    ['a blank', (all: string[]) => all.with(3, ` ${all[3]}`), 'line_changed', 4],
  ])('that leaves %s is found where it is', async (...[, change, code, line]) => {
    await write(4)
    rewrite(change(lines()))
    expect(await verified()).toMatchObject({ ok: false, code, ...(line === undefined ? {} : { line }) })
  })

  test('with lines of another ledger of the same key is found', async () => {
    await write(4)
    const foreign = lines()
    rmSync(folder, { recursive: true })
    await write(4)
    const own = lines()
    for (const index of [0, 1, 2, 3]) {
      rewrite(own.with(index, foreign[index] ?? ''))
      expect(await verified()).toMatchObject({ ok: false, code: 'line_misplaced', line: index + 1 })
    }
    rewrite(foreign)
    expect(codeOf(await verified())).toBe('line_misplaced')
  })

  test('with whole files is found', async () => {
    await write(300, { maxFileBytes: 10_000 })
    // every batch is a file of its own, so the entries need several batches
    const ledger = createAuditLedger({ path, key: KEY, maxFileBytes: 10_000 })
    for (let n = 0; n < 3; n++) await Promise.all(Array.from({ length: 100 }, () => ledger.record({ n })))
    await ledger.close()
    const files = listLedgerFiles(path)
    expect(files.length).toBeGreaterThan(2)
    for (const [index, { path: file }] of files.entries()) {
      const bytes = readFileSync(file)
      rmSync(file)
      expect(codeOf(await verified())).toBe(index === files.length - 1 ? 'tail_cut' : 'line_missing')
      writeFileSync(file, bytes)
    }
    expect((await verified()).ok).toBe(true)
    copyFileSync(path, `${path}.999999999999`)
    expect(codeOf(await verified())).toBe('line_missing')
  })

  test('with what says where it ends is found', async () => {
    await write(2)
    const foreign = readFileSync(headPath(path))
    rmSync(headPath(path))
    expect(codeOf(await verified())).toBe('head_missing')
    rmSync(path)
    expect(codeOf(await verified())).toBe('missing')
    await write(2)
    writeFileSync(headPath(path), foreign)
    expect(codeOf(await verified())).toBe('line_misplaced')
    rmSync(path)
    expect(codeOf(await verified())).toBe('tail_cut')
  })

  verifies(
    'guardian.ledger.rollback',
    'by putting back an earlier state of all files is found with a checkpoint kept elsewhere',
    async () => {
      const early = await write(2)
      const before = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const)
      const late = await write(2)
      expect(await verified(early)).toMatchObject({ ok: true, entries: 4 })
      expect(await verified(late)).toMatchObject({ ok: true, entries: 4 })
      for (const [name, bytes] of before) writeFileSync(join(folder, name), bytes)
      expect(await verified()).toMatchObject({ ok: true, entries: 2 })
      expect(codeOf(await verified(late))).toBe('checkpoint_differs')
      expect(codeOf(await verified({ ...early, last: late.last }))).toBe('checkpoint_differs')
      expect(codeOf(await verified({ ...early, ledger: 'other' }))).toBe('checkpoint_differs')
    },
  )

  test('a line that was not finished is told apart, and so is rubbish that is no line', async () => {
    await write(2)
    appendFileSync(path, '{"seq":3')
    expect(await verified()).toMatchObject({ ok: false, code: 'torn', entries: 2, line: 3 })
    writeFileSync(path, Buffer.alloc(2_000_000, 'x'))
    expect(codeOf(await verified())).toBe('line_changed')
  })

  verifies('guardian.ledger.mixed', 'of any mixed kind is found', async () => {
    await write(6)
    const whole = lines()
    const edit = fc.record({
      kind: fc.constantFrom('remove', 'swap', 'insert', 'edit'),
      a: fc.nat(5),
      b: fc.nat(5),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const changed = edits.reduce((all, one) => applied(all, one), whole)
        fc.pre(changed.join('\n') !== whole.join('\n'))
        rewrite(changed)
        expect((await verified()).ok).toBe(false)
      }),
      { numRuns: 100 },
    )
  })
})

function applied(all: readonly string[], { kind, a, b }: { kind: string; a: number; b: number }): string[] {
  const [at, to] = [a % Math.max(1, all.length), b % Math.max(1, all.length)]
  const line = all[at] ?? ''
  if (kind === 'remove') return all.toSpliced(at, 1)
  if (kind === 'insert') return all.toSpliced(to, 0, line)
  if (kind === 'swap') return all.with(at, all[to] ?? '').with(to, line)
  return all.with(at, line.slice(0, b) + line.slice(b + 1))
}

describe('a ledger that cannot be read', () => {
  let unreadable = ''
  beforeAll(() => {
    unreadable = mkdtempSync(join(tmpdir(), 'aos-ledger-'))
  })
  afterAll(() => rmSync(unreadable, { recursive: true, force: true }))

  test('is not whole', async () => {
    const result = await verifyLedger(join(unreadable, 'absent', 'x.jsonl'), { key: KEY })
    expect(result).toMatchObject({ ok: false, code: 'missing' })
    await expect(verifyLedger(path, {})).rejects.toMatchObject({ code: 'invalid_options' })
    await expect(verifyLedger(path, { key: KEY, publicKey: pair.publicKey })).rejects.toMatchObject({
      code: 'invalid_options',
    })
  })
})
