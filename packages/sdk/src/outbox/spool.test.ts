import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OutboxIncident } from './accounting.ts'
import { readPrivateFile } from './spool-files.ts'
import { createSpool } from './spool.ts'
import type { Spool, SpoolOptions } from './spool.ts'
import { createSegmentOwner, fromSegmentFile, OWNER_LEASE_MS, toSegmentFile } from './spool-lock.ts'
import type { SpooledItem } from './segment-format.ts'

const posix = process.platform !== 'win32'
const root = process.getuid?.() === 0

let base = ''
let directory = ''
let incidents: OutboxIncident[] = []

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'aos-spool-'))
  directory = join(base, 'spool')
  incidents = []
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

function spoolWith(options: Partial<SpoolOptions> = {}): Spool {
  return createSpool({
    directory,
    maxSpoolBytes: 1024 * 1024,
    maxSpoolAgeMs: 1000,
    now: Date.now,
    report: (incident) => incidents.push(incident),
    ...options,
  })
}

function items(...ids: string[]): SpooledItem[] {
  return ids.map((id) => ({
    item: { id, kind: 'k', contentType: 't', body: Buffer.alloc(100, id) },
    enqueuedAtMs: 1,
  }))
}

function idsOf(segment: { readonly items: readonly SpooledItem[] } | undefined): string[] | undefined {
  return segment?.items.map(({ item }) => item.id)
}

function failing(code: string, afterBytes: number): NonNullable<SpoolOptions['write']> {
  let left = afterBytes
  return (descriptor, bytes) => {
    if (left <= 0) throw Object.assign(new Error(code), { code })
    const taken = writeSync(descriptor, bytes.subarray(0, left))
    left -= taken
    return taken
  }
}

describe('writing', () => {
  test.runIf(posix)('makes the folder and its files private', () => {
    spoolWith().write(items('a'))
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    for (const file of readdirSync(directory))
      expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600)
  })

  test('keeps the folder within its bound and drops the newest', () => {
    const spool = spoolWith({ maxSpoolBytes: 400 })
    expect(spool.write(items('a', 'b', 'c', 'd', 'e'))).toBe(2)
    expect(incidents).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'dropped', reason: 'spool_full', count: 1 })),
    )
    expect(spool.write(items('f'))).toBe(0)
    const bytes = readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0)
    expect(bytes).toBeLessThanOrEqual(400)
    expect(idsOf(spoolWith().claim())).toEqual(['a', 'b'])
  })

  test('spreads many bytes over several segments, in order', () => {
    const spool = spoolWith({ maxSpoolBytes: 64 * 1024 * 1024 })
    const large = items('0', '1', '2', '3', '4').map((entry) => ({
      ...entry,
      item: { ...entry.item, body: Buffer.alloc(1.5 * 1024 * 1024) },
    }))
    expect(spool.write(large)).toBe(5)
    const claims = [spool.claim(), spool.claim(), spool.claim(), spool.claim()]
    expect(claims.map(idsOf)).toEqual([['0', '1'], ['2', '3'], ['4'], undefined])
  })

  test.for(['ENOSPC', 'EROFS', 'EACCES', 'EIO'])(
    'keeps the whole records of a write that ends in %s',
    (code) => {
      const reference = spoolWith()
      reference.write(items('a'))
      const [file = ''] = readdirSync(directory)
      const oneRecord = statSync(join(directory, file)).size
      rmSync(join(directory, file))
      for (const [afterBytes, whole] of [
        [0, 0],
        [4, 0],
        [oneRecord - 1, 0],
        [oneRecord, 1],
        [oneRecord + 50, 1],
      ] as const) {
        incidents = []
        const spool = spoolWith({ write: failing(code, afterBytes) })
        expect(spool.write(items('a', 'b', 'c'))).toBe(whole)
        expect(incidents).toMatchObject([
          { kind: 'fault', reason: `spool_${code}` },
          { kind: 'dropped', reason: 'spool_unavailable', count: 3 - whole },
        ])
        incidents = []
        const segment = spoolWith().claim()
        expect(idsOf(segment)).toEqual(whole === 0 ? undefined : ['a'])
        expect(incidents).toEqual([])
        segment?.finish()
      }
    },
  )

  test('reports a folder that can not be made and throws nothing', () => {
    writeFileSync(join(base, 'file'), '')
    directory = join(base, 'file', 'spool')
    expect(spoolWith().write(items('a', 'b'))).toBe(0)
    expect(incidents).toMatchObject([
      { kind: 'fault', reason: 'spool_ENOTDIR' },
      { kind: 'dropped', count: 2 },
    ])
    expect(spoolWith().claim()).toBeUndefined()
  })
})

describe.runIf(posix)('a hostile folder', () => {
  test('that is a symbolic link is refused for writing and for reading', () => {
    const elsewhere = join(base, 'elsewhere')
    mkdirSync(elsewhere)
    symlinkSync(elsewhere, directory)
    expect(spoolWith().write(items('a'))).toBe(0)
    expect(spoolWith().claim()).toBeUndefined()
    expect(readdirSync(elsewhere)).toEqual([])
    expect(incidents).toMatchObject([
      { reason: 'spool_invalid_spool' },
      { kind: 'dropped' },
      { reason: 'spool_invalid_spool' },
    ])
  })

  test.runIf(root)('that belongs to someone else is refused', () => {
    mkdirSync(directory)
    chownSync(directory, 12345, 12345)
    expect(spoolWith().write(items('a'))).toBe(0)
    expect(incidents).toMatchObject([{ reason: 'spool_invalid_spool' }, { kind: 'dropped' }])
  })

  test('below a folder that everybody can change is refused', () => {
    chmodSync(base, 0o777)
    expect(spoolWith().write(items('a'))).toBe(0)
    expect(incidents).toMatchObject([{ reason: 'spool_invalid_spool' }, { kind: 'dropped' }])
    chmodSync(base, 0o1777)
    expect(spoolWith().write(items('a'))).toBe(1)
  })

  test('that others may enter is closed', () => {
    mkdirSync(directory)
    chmodSync(directory, 0o755)
    expect(spoolWith().write(items('a'))).toBe(1)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
  })

  test('with a link in place of a segment gives nothing away', () => {
    const secret = join(base, 'secret')
    spoolWith().write(items('a'))
    const [file = ''] = readdirSync(directory)
    writeFileSync(secret, readFileSync(join(directory, file)))
    rmSync(join(directory, file))
    symlinkSync(secret, join(directory, file))
    expect(spoolWith().claim()).toBeUndefined()
    expect(existsSync(secret)).toBe(true)
    expect(() => readPrivateFile(join(directory, file), 1024)).toThrow('ELOOP')
    expect(() => readPrivateFile(secret, 10)).toThrow('larger than 10 bytes')
  })
})

describe('claiming', () => {
  test('gives each segment to one claimer, oldest first', () => {
    let now = Date.now()
    const writer = spoolWith({ now: () => (now += 10) })
    writer.write(items('a'))
    writer.write(items('b'))
    const [one, two] = [spoolWith(), spoolWith()]
    expect([idsOf(one.claim()), idsOf(two.claim()), idsOf(one.claim()), idsOf(two.claim())]).toEqual([
      ['a'],
      ['b'],
      undefined,
      undefined,
    ])
  })

  test('resumes behind what was settled', () => {
    spoolWith().write(items('a', 'b', 'c'))
    const segment = spoolWith().claim()
    segment?.advance()
    segment?.release(2)
    const again = spoolWith().claim()
    expect(idsOf(again)).toEqual(['b', 'c'])
    again?.finish()
    expect(readdirSync(directory)).toEqual([])
  })

  test('takes over from a dead owner, and from an unknown one after its lease', () => {
    const spool = spoolWith()
    const asIfOwnedBy = (owner: ReturnType<typeof createSegmentOwner>, untouchedMs = 0): void => {
      spool.write(items('a'))
      const file = readdirSync(directory).find((name) => name.includes('.free.')) ?? ''
      const parsed = fromSegmentFile(file)
      const target = join(directory, toSegmentFile({ id: parsed?.id ?? '', settled: 0, owner }))
      writeFileSync(target, readFileSync(join(directory, file)))
      rmSync(join(directory, file))
      const seconds = (Date.now() - untouchedMs) / 1000
      utimesSync(target, seconds, seconds)
    }
    const mine = createSegmentOwner()
    asIfOwnedBy(mine)
    asIfOwnedBy({ ...mine, place: 'abc' }, OWNER_LEASE_MS - 60_000)
    expect(spoolWith().claim()).toBeUndefined()
    asIfOwnedBy({ ...mine, place: 'abc' }, OWNER_LEASE_MS + 60_000)
    expect(idsOf(spoolWith().claim())).toEqual(['a'])
    const claimed = readdirSync(directory).filter((file) => {
      const { owner } = fromSegmentFile(file) ?? {}
      return owner?.place === mine.place && owner.instance !== mine.instance
    })
    expect(claimed).toHaveLength(1)
    const [file = ''] = claimed
    expect(Date.now() - statSync(join(directory, file)).mtimeMs).toBeLessThan(OWNER_LEASE_MS / 2)
    expect(spoolWith().claim()).toBeUndefined()
  })

  test('tells the loser of a takeover that its segment is gone', () => {
    spoolWith().write(items('a', 'b'))
    const segment = spoolWith().claim()
    expect(segment?.touch()).toBe(true)
    for (const file of readdirSync(directory)) rmSync(join(directory, file))
    expect(segment?.touch()).toBe(false)
    expect(segment?.advance()).toBe(false)
  })

  test('delivers the intact part of a torn segment and counts the loss', () => {
    spoolWith().write(items('a', 'b'))
    const [file = ''] = readdirSync(directory)
    truncateSync(join(directory, file), statSync(join(directory, file)).size - 3)
    const segment = spoolWith().claim()
    expect(idsOf(segment)).toEqual(['a'])
    expect(incidents).toEqual([{ kind: 'corrupt', reason: 'torn_tail', count: 1 }])
  })

  test('sets a damaged segment aside and removes it when it is old', () => {
    spoolWith().write(items('a', 'b'))
    const [file = ''] = readdirSync(directory)
    const bytes = readFileSync(join(directory, file))
    bytes.write('!', bytes.indexOf('aaaa'))
    writeFileSync(join(directory, file), bytes)
    const segment = spoolWith().claim()
    expect(idsOf(segment)).toEqual(['b'])
    expect(incidents).toEqual([{ kind: 'corrupt', reason: 'damaged_record', count: 1 }])
    segment?.finish()
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/\.bad$/)])
    expect(spoolWith().claim()).toBeUndefined()
    spoolWith({ now: () => Date.now() + 5000 }).claim()
    expect(readdirSync(directory)).toEqual([])
  })

  test('leaves foreign files and folders alone', () => {
    mkdirSync(join(directory, '000000000000001-000001-ab.0.free.seg'), { recursive: true, mode: 0o700 })
    writeFileSync(join(directory, 'notes.txt'), 'mine')
    expect(spoolWith().claim()).toBeUndefined()
    expect(readdirSync(directory)).toHaveLength(2)
  })
})
