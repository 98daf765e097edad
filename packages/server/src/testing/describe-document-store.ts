import { deepEqual, equal } from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'vitest'
import type { StoredDocument } from '../store/document-store.ts'
import type { RunStore } from '../store/run-store.ts'
import { exampleRun } from './example-run.ts'

const RUN = exampleRun(1)
const STARTED = Date.parse(RUN.started_at)

function exampleDocument(members: Partial<StoredDocument> = {}): StoredDocument {
  const body = '{ "bomFormat": "CycloneDX" }'
  return {
    runId: RUN.id,
    kind: 'agbom',
    digest: 'sha256:1',
    size: body.length,
    at: STARTED + 10,
    body,
    ...members,
  }
}

/** The cases that every store passes for documents of runs; `open` gives an empty one. */
export function describeDocumentStore(name: string, open: () => Promise<RunStore>): void {
  describe(`a store of documents: ${name}`, () => {
    let store: RunStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    test('keeps one of each kind, byte for byte, also before its run', async () => {
      const evidence = exampleDocument({ kind: 'evidence', body: '{"text":"\\u0000 \u{1f600}",\n "n": 1.0}' })
      equal(await store.putDocument(evidence), 'created')
      equal(await store.putDocument(exampleDocument()), 'created')
      await store.putDocument(exampleDocument({ runId: 'other' }))
      const { runId: _run, body: _body, ...facts } = exampleDocument()
      deepEqual(await store.documentsOf(RUN.id), [facts, { ...facts, kind: 'evidence' }])
      deepEqual(await store.document(RUN.id, 'evidence'), evidence)
      equal(await store.document('nobody', 'evidence'), undefined)
      deepEqual(await store.documentsOf('nobody'), [])
    })

    test('tells those who follow that a run got another document, not that it got the same again', async () => {
      await store.create([RUN])
      await store.putDocument(exampleDocument())
      const before = await store.latestChange()
      equal(await store.putDocument(exampleDocument({ at: STARTED + 99 })), 'same')
      equal(await store.latestChange(), before)
      deepEqual(await store.document(RUN.id, 'agbom'), exampleDocument())
      const other = exampleDocument({ digest: 'sha256:2', body: '{}', size: 2, at: STARTED + 100 })
      equal(await store.putDocument(other), 'replaced')
      deepEqual(await store.document(RUN.id, 'agbom'), other)
      deepEqual(
        (await store.changesAfter(before, 10)).map(({ type, runId }) => [type, runId]),
        [['run.updated', RUN.id]],
      )
      await store.putDocument(exampleDocument({ runId: 'not there yet' }))
      equal((await store.changesAfter(before, 10)).length, 1)
    })

    test('keeps those of whatever run', async () => {
      const odd = 'a\u0000"; --' + 'x'.repeat(5_000)
      const document = exampleDocument({ runId: odd })
      await store.putDocument(document)
      deepEqual(await store.document(odd, 'agbom'), document)
    })

    test('forgets those of a run that is forgotten, and those that are as old', async () => {
      const young = exampleRun(100)
      await store.create([RUN, young])
      await store.putDocument(exampleDocument({ at: STARTED + 1_000_000 }))
      await store.putDocument(exampleDocument({ runId: young.id, at: STARTED + 1_000_000 }))
      await store.putDocument(exampleDocument({ runId: 'never came' }))
      equal(await store.prune(STARTED + 11), 1)
      deepEqual(await store.documentsOf(RUN.id), [])
      deepEqual(await store.documentsOf('never came'), [])
      equal((await store.documentsOf(young.id)).length, 1)
    })
  })
}
