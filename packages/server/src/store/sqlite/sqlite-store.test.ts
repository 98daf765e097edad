import { isAosError } from '@aos/sdk'
import { deepEqual, equal, throws } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { describeRunStore } from '../../testing/describe-run-store.ts'
import { describeDocumentStore } from '../../testing/describe-document-store.ts'
import { describeTraceStore } from '../../testing/describe-trace-store.ts'
import { exampleRun } from '../../testing/example-run.ts'
import { SqliteStore } from './sqlite-store.ts'

describeRunStore('SQLite in memory', () => Promise.resolve(new SqliteStore({ path: ':memory:' })))

describeDocumentStore('SQLite in memory', () => Promise.resolve(new SqliteStore({ path: ':memory:' })))
describeTraceStore('SQLite in memory', () => Promise.resolve(new SqliteStore({ path: ':memory:' })))

describe('a SQLite file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aos-sqlite-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('keeps runs for the next process, and goes on counting changes', async () => {
    const path = join(folder, 'below', 'runs.db')
    const first = new SqliteStore({ path, survives: 'power' })
    await first.create([exampleRun(1)])
    await first.close()
    const second = new SqliteStore({ path })
    deepEqual(await second.get(exampleRun(1).id), exampleRun(1))
    await second.prune(Date.now() + 1)
    const before = await second.latestChange()
    await second.create([exampleRun(2)])
    equal((await second.changesAfter(before, 10)).length, 1)
    await second.close()
  })

  test('of a newer program, or that is none, is refused with what to do', () => {
    const path = join(folder, 'newer.db')
    const newer = new DatabaseSync(path)
    newer.exec('PRAGMA user_version = 99')
    newer.close()
    for (const refused of [path, folder])
      throws(
        () => new SqliteStore({ path: refused }),
        (error) => isAosError(error, 'invalid_options') && error.fix !== undefined,
      )
  })
})
