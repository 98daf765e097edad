import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, it } from 'vitest'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import type { OutboxIncident } from '../outbox/accounting.ts'
import { createSegmentOwner } from '../outbox/spool-lock.ts'
import { OpenRunFiles } from './open-run-files.ts'

let directory: string
let clock: ManualClock
let incidents: OutboxIncident[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'aos-open-files-'))
  clock = new ManualClock()
  incidents = []
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

function createFiles(): OpenRunFiles {
  const report = (incident: OutboxIncident): void => void incidents.push(incident)
  return new OpenRunFiles({ directory, owner: createSegmentOwner(), clock, report })
}

const names = (): readonly string[] => readdirSync(join(directory, 'open'))
const body = (bytes: number): Uint8Array => Buffer.alloc(bytes, 'x')
const ignore = (): void => undefined

it('writes what is kept and removes what is dropped, whatever comes between', async () => {
  const files = createFiles()
  const kept = ['a', 'b', 'c'].map((id) => files.keep(id, body(10), ignore))
  const [a, b] = kept
  if (a !== undefined) files.drop(a)
  await files.idle()
  deepEqual(
    names().map((name) => name.split('.')[0]),
    ['b', 'c'],
  )
  if (b !== undefined) {
    files.drop(b)
    files.drop(b)
  }
  await files.idle()
  equal(names().length, 1)
  equal(statSync(join(directory, 'open', names()[0] ?? '')).mode & 0o777, 0o600)
  equal(statSync(join(directory, 'open')).mode & 0o777, 0o700)
})

it('says that a file was taken by somebody else', async () => {
  const files = createFiles()
  let lost = 0
  files.keep('a', body(10), () => (lost += 1))
  files.keep('b', body(10), ignore)
  await files.idle()
  rmSync(join(directory, 'open', names().find((name) => name.startsWith('a')) ?? ''))
  clock.advance(15_000)
  await files.idle()
  clock.advance(15_000)
  await files.idle()
  equal(lost, 1)
  deepEqual(incidents, [])
})

it('writes again what could not be written, and stops when nothing is kept', async () => {
  rmSync(directory, { recursive: true })
  const files = createFiles()
  const file = files.keep('a', body(10), ignore)
  await files.idle()
  rmSync(directory, { recursive: true })
  const other = files.keep('b', body(10), ignore)
  await files.idle()
  clock.advance(15_000)
  await files.idle()
  clock.advance(15_000)
  await files.idle()
  deepEqual(
    names().map((name) => name.split('.')[0]),
    ['b'],
  )
  for (const kept of [file, other]) if (kept !== undefined) files.dropSync(kept)
  deepEqual([names(), clock.pending], [[], 0])
})

it('keeps within its bounds, and counts what finds no room', async () => {
  const files = createFiles()
  equal(files.keep('large', body(1024 * 1024 + 1), ignore), undefined)
  const kept = Array.from({ length: 17 }, (_, index) => files.keep(`run-${index}`, body(1024 * 1024), ignore))
  equal(kept.filter((file) => file !== undefined).length, 16)
  const [first] = kept
  if (first !== undefined) files.drop(first)
  equal(files.keep('again', body(1024 * 1024), ignore)?.wanted, true)
  deepEqual(
    incidents.map(({ reason }) => reason),
    ['open_runs_full', 'open_runs_full'],
  )
  await files.idle()
})
