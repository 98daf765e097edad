import { verifyRun, type AgentRun } from '@agent-run/types'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import type { AgentRunServer } from '../../../../test/support/agent-run-server.ts'
import { createLastingAgent } from '../../../../test/support/lasting-agent.ts'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import type { OpenRunsFolder } from '../../../../test/support/open-runs-folder.ts'
import { keepingOnDisk } from '../../../../test/support/reporters-on-disk.ts'
import type { GuardedRun } from '../index.ts'

const kit = keepingOnDisk()
const { reporterOf } = kit
let server: AgentRunServer
let folder: OpenRunsFolder

beforeEach(() => {
  ;({ server, folder } = kit)
})

const searching = (aos: GuardedRun): unknown =>
  aos.toolCall({ toolName: 'search', parameters: { query: 'a secret' } }, () => 'found')

const HOUR_MS = 3_600_000
const STARTED = Date.now() - 2 * HOUR_MS
const SEEN = STARTED + 61_000
function started(id: string): AgentRun {
  return {
    id,
    agent_id: 'agent-1',
    status: 'running',
    started_at: new Date(STARTED).toISOString(),
    steps: [],
    tools_available: ['search'],
    cost: { input_tokens: 0, output_tokens: 0 },
    provenance: {
      run_hash: '4bd1d4a6ea1df7dd7a1a8b4b6a5e4ad1f3ae7a1a1c3b2a0f9e8d7c6b5a493827',
      metadata: { run_id: id },
    },
    metadata: { aos: { session_id: 'session-1' } },
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition())
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
}

describe('a run whose process is gone', () => {
  verifies(
    'aos-sdk.reporter.unfinished',
    'is completed in place, or created, by the next start',
    async () => {
      for (const isThere of [true, false]) {
        const run = started(`run-${String(isThere)}`)
        if (isThere) server.runs.set(run.id, run)
        await folder.leave(run, SEEN)
        const before = Date.now()
        const reporter = reporterOf()
        await reporter.flush(2000)
        const completed = server.runs.get(run.id)
        deepEqual(
          [
            completed?.status,
            completed?.outcome,
            completed?.error,
            completed?.ended_at,
            completed?.duration_ms,
          ],
          [
            'failed',
            'abandoned',
            'unfinished: the process ended before the run did',
            new Date(SEEN).toISOString(),
            61_000,
          ],
        )
        deepEqual(completed?.metadata, { aos: { session_id: 'session-1', unfinished: true } })
        ok(Date.parse(completed?.provenance.created_at ?? '') >= before)
        equal(verifyRun(completed).checks.find(({ name }) => name === 'record_hash')?.ok, true)
        deepEqual(await folder.files(), [])
        equal(reporter.stats().unfinished, 1)
      }
      deepEqual(server.issues, [])
    },
  )

  verifies('aos-sdk.reporter.unfinished', 'whose end the server knows stays as it is', async () => {
    for (const kind of ['strict', 'lax', 'create-only', 'create-once'] as const) {
      server.kind = kind
      const run = started(`run-${kind}`)
      server.runs.set(run.id, { ...run, status: 'completed' })
      await folder.leave(run, SEEN)
      await reporterOf().flush(2000)
      equal(server.runs.get(run.id)?.status, 'completed')
      deepEqual(await folder.files(), [])
    }
    deepEqual(server.changes, [])
  })

  verifies(
    'aos-sdk.reporter.unfinished',
    'whose long record is there has ended, as nobody begins like that',
    async () => {
      const run = started('run-long')
      server.runs.set(run.id, { ...run, error: 'x'.repeat(5 * 1024 * 1024) })
      await folder.leave(run, SEEN)
      await reporterOf().flush(5000)
      deepEqual([server.calls, server.changes], [['GET /run-long'], []])
    },
  )

  verifies('aos-sdk.reporter.unfinished', 'is asked for until there is an answer', async () => {
    const run = started('run-1')
    server.runs.set(run.id, { ...run, status: 'completed' })
    server.next('unanswered', { status: 503, headers: { 'retry-after': '0' } })
    await folder.leave(run, SEEN)
    await reporterOf().flush(5000)
    deepEqual(server.calls, ['GET /run-1', 'GET /run-1', 'GET /run-1'])
    equal(server.runs.get('run-1')?.status, 'completed')
  })

  verifies('aos-sdk.reporter.unfinished', 'is completed where nobody may read it', async () => {
    const run = started('run-1')
    server.runs.set(run.id, run)
    server.next({ status: 403 })
    await folder.leave(run, SEEN)
    await reporterOf().flush(5000)
    deepEqual(server.calls, ['GET /run-1', 'PATCH /run-1'])
    equal(server.runs.get('run-1')?.status, 'failed')
  })

  verifies('aos-sdk.reporter.unfinished', 'is taken over once by several who start together', async () => {
    for (let index = 0; index < 20; index += 1) await folder.leave(started(`run-${index}`), SEEN)
    const together = [reporterOf(), reporterOf(), reporterOf()]
    await Promise.all(together.map((reporter) => reporter.flush(5000)))
    deepEqual(server.changes.map(({ id }) => id).toSorted(), [...server.runs.keys()].toSorted())
    equal(server.runs.size, 20)
    equal(
      together.reduce((sum, reporter) => sum + reporter.stats().unfinished, 0),
      20,
    )
  })

  verifies('aos-sdk.reporter.unfinished', 'is not one whose process lives, here or elsewhere', async () => {
    const reporter = reporterOf()
    const { agent, begin } = createLastingAgent({}, searching)
    reporter.attach(agent)
    const finish = await begin()
    await folder.holds(1)
    // another machine on the same disk, seen a minute ago
    await folder.leave(started('elsewhere'), Date.now() - 60_000)
    await reporterOf().flush(2000)
    equal((await folder.files()).length, 2)
    deepEqual(server.requests, [])
    await finish()
  })

  verifies(
    'aos-sdk.reporter.unfinished',
    'elsewhere is taken over once it has been silent for long',
    async () => {
      const clock = new ManualClock()
      clock.block(HOUR_MS)
      const seen = clock.now()
      await folder.leave(started('run-1'), seen)
      const reporter = reporterOf({ clock })
      // the first look, as the next ones, is over when the reporter waits for the one after
      const looked = async (): Promise<void> => {
        await until(() => clock.pending > 0)
        equal(server.requests.length, 0)
        clock.advance(60_000)
      }
      await looked()
      await looked()
      await server.until(() => server.runs.size === 1)
      equal(reporter.stats().unfinished, 1)
      deepEqual(await folder.files(), [])
    },
  )

  verifies('aos-sdk.reporter.unfinished', 'is kept while the server is down', async () => {
    await server.refuse()
    await folder.leave(started('run-1'), SEEN)
    const first = reporterOf()
    await first.flush(50)
    await folder.holds(0)
    await first.close(0)
    await server.listen()
    await reporterOf().flush(2000)
    equal(server.runs.get('run-1')?.ended_at, new Date(SEEN).toISOString())
  })

  verifies(
    'aos-sdk.reporter.unfinished',
    'what cannot be read or is too old is counted and removed',
    async () => {
      const broken = [
        '',
        '{',
        'null',
        '[]',
        '{"id":"x"}',
        JSON.stringify({ ...started('x'), started_at: 'then' }),
      ]
      for (const text of broken) {
        await folder.leave(text, SEEN)
        const reporter = reporterOf()
        await reporter.flush(2000)
        deepEqual([reporter.stats().corrupt, await folder.files()], [1, []])
      }
      await folder.leave(started('old'), Date.now() - 8 * 24 * HOUR_MS)
      await folder.leave(JSON.stringify({ ...started('y'), agent_id: '\ud800' }), SEEN)
      const last = reporterOf()
      await last.flush(2000)
      equal(last.stats().reasons['expired: open_run_too_old'], 1)
      deepEqual(await folder.files(), [])
      // one that was never whole is of a run that nobody was told of
      await folder.leave('{', SEEN, '.new')
      // what is no file of ours stays
      await writeFile(join(folder.path, 'notes.txt'), 'mine')
      await reporterOf().flush(2000)
      deepEqual(await folder.files(), ['notes.txt'])
      equal(server.runs.get('y')?.agent_id, '\ufffd')
    },
  )
})
