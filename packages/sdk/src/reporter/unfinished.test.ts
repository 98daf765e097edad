import { parseAgentRun, verifyRun, type AgentRun } from '@agent-run/types'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { startAgentRunServer, type AgentRunServer } from '../../../../test/support/agent-run-server.ts'
import { createLastingAgent } from '../../../../test/support/lasting-agent.ts'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import type { GuardedRun } from '../index.ts'
import type { OutboxReport } from '../outbox/index.ts'
import { AgentRunReporter, type AgentRunReporterOptions } from './index.ts'

let server: AgentRunServer
let directory: string
let reports: OutboxReport[]
const reporters: AgentRunReporter[] = []

beforeEach(async () => {
  server = await startAgentRunServer()
  directory = await mkdtemp(join(tmpdir(), 'aos-open-runs-'))
  reports = []
})

afterEach(async () => {
  await Promise.all(reporters.splice(0).map((reporter) => reporter.close(0)))
  await server[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

function reporterOf(options: Partial<AgentRunReporterOptions> = {}): AgentRunReporter {
  const reporter = new AgentRunReporter({
    url: server.url,
    directory,
    announceAfterMs: false,
    onReport: (report) => void reports.push(report),
    ...options,
  })
  reporters.push(reporter)
  return reporter
}

const searching = (aos: GuardedRun): unknown =>
  aos.toolCall({ toolName: 'search', parameters: { query: 'a secret' } }, () => 'found')

const openFolder = (): string => join(directory, 'open')
const openFiles = async (): Promise<readonly string[]> => readdir(openFolder()).catch(() => [])

/** Resolves once the folder of open runs holds this many files. */
async function filesAre(count: number): Promise<readonly string[]> {
  for (;;) {
    const files = (await openFiles()).filter((name) => !name.endsWith('.new'))
    if (files.length === count) return files
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

const HOUR_MS = 3_600_000
const STARTED = Date.now() - 2 * HOUR_MS
const SEEN = STARTED + 61_000
// no process has this number
const DEAD = 'abcdef123456-99999999-1-aaaaaaaa'

/** Leaves an open run, as a process does that is killed. */
async function leave(run: object | string, seenMs: number, owner = DEAD): Promise<void> {
  await mkdir(openFolder(), { recursive: true, mode: 0o700 })
  const id = typeof run === 'string' ? 'run-x' : String(Reflect.get(run, 'id'))
  const file = join(openFolder(), `${id}.${owner}.run`)
  await writeFile(file, typeof run === 'string' ? run : JSON.stringify(run))
  await utimes(file, seenMs / 1000, seenMs / 1000)
}

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

describe('an open run', () => {
  verifies('aos-sdk.reporter.unfinished', 'has one private file that goes with its end', async () => {
    const reporter = reporterOf()
    const { agent, begin } = createLastingAgent({}, searching)
    reporter.attach(agent)
    const finish = await begin()
    const [file = ''] = await filesAre(1)
    const text = await readFile(join(openFolder(), file), 'utf8')
    const run = parseAgentRun(JSON.parse(text))
    ok(run.ok && run.value.status === 'running')
    ok(file.startsWith(`${run.value.id}.`) && file.includes(`-${process.pid}-`))
    ok(!text.includes('secret'))
    await finish()
    await filesAre(0)
    await reporter.flush(2000)
    deepEqual(
      [...server.runs.values()].map(({ status }) => status),
      ['completed'],
    )
  })

  verifies('aos-sdk.reporter.unfinished', 'is as it stands when the reporter is closed', async () => {
    const reporter = reporterOf({ announceAfterMs: 0 })
    const { agent, begin } = createLastingAgent({}, searching)
    reporter.attach(agent)
    const finish = await begin()
    await server.until(() => server.runs.size === 1)
    equal((await reporter.close(2000)).complete, true)
    const [run] = server.runs.values()
    deepEqual(
      [run?.status, run?.outcome, run?.error],
      ['failed', 'abandoned', 'unfinished: the reporter was closed before the run ended'],
    )
    equal(Reflect.get(Object(run?.metadata?.['aos']) as object, 'unfinished'), true)
    // what it has done so far is in it
    deepEqual(
      run?.steps.map(({ tool_name }) => tool_name).filter((name) => name !== undefined),
      ['search', 'search'],
    )
    equal(verifyRun(run).status, 'unsigned')
    deepEqual(await openFiles(), [])
    await finish()
    deepEqual(
      server.changes.map(({ status }) => status),
      ['running', 'failed'],
    )
    deepEqual([reporter.stats().unfinished, server.issues], [1, []])
  })
})

describe('a run whose process is gone', () => {
  verifies(
    'aos-sdk.reporter.unfinished',
    'is completed in place, or created, by the next start',
    async () => {
      for (const isThere of [true, false]) {
        const run = started(`run-${String(isThere)}`)
        if (isThere) server.runs.set(run.id, run)
        await leave(run, SEEN)
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
        deepEqual(await openFiles(), [])
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
      await leave(run, SEEN)
      await reporterOf().flush(2000)
      equal(server.runs.get(run.id)?.status, 'completed')
      deepEqual(await openFiles(), [])
    }
    deepEqual(server.changes, [])
  })

  verifies(
    'aos-sdk.reporter.unfinished',
    'whose long record is there has ended, as nobody begins like that',
    async () => {
      const run = started('run-long')
      server.runs.set(run.id, { ...run, error: 'x'.repeat(5 * 1024 * 1024) })
      await leave(run, SEEN)
      await reporterOf().flush(5000)
      deepEqual([server.calls, server.changes], [['GET /run-long'], []])
    },
  )

  verifies('aos-sdk.reporter.unfinished', 'is asked for until there is an answer', async () => {
    const run = started('run-1')
    server.runs.set(run.id, { ...run, status: 'completed' })
    server.next('unanswered', { status: 503, headers: { 'retry-after': '0' } })
    await leave(run, SEEN)
    await reporterOf().flush(5000)
    deepEqual(server.calls, ['GET /run-1', 'GET /run-1', 'GET /run-1'])
    equal(server.runs.get('run-1')?.status, 'completed')
  })

  verifies('aos-sdk.reporter.unfinished', 'is completed where nobody may read it', async () => {
    const run = started('run-1')
    server.runs.set(run.id, run)
    server.next({ status: 403 })
    await leave(run, SEEN)
    await reporterOf().flush(5000)
    deepEqual(server.calls, ['GET /run-1', 'PATCH /run-1'])
    equal(server.runs.get('run-1')?.status, 'failed')
  })

  verifies('aos-sdk.reporter.unfinished', 'is taken over once by several who start together', async () => {
    for (let index = 0; index < 20; index += 1) await leave(started(`run-${index}`), SEEN)
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
    await filesAre(1)
    // another machine on the same disk, seen a minute ago
    await leave(started('elsewhere'), Date.now() - 60_000)
    await reporterOf().flush(2000)
    equal((await openFiles()).length, 2)
    deepEqual(server.requests, [])
    await finish()
  })

  verifies('aos-sdk.reporter.unfinished', 'is kept while the server is down', async () => {
    await server.refuse()
    await leave(started('run-1'), SEEN)
    const first = reporterOf()
    await first.flush(50)
    await filesAre(0)
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
        await leave(text, SEEN)
        const reporter = reporterOf()
        await reporter.flush(2000)
        deepEqual([reporter.stats().corrupt, await openFiles()], [1, []])
      }
      await leave(started('old'), Date.now() - 8 * 24 * HOUR_MS)
      await leave(JSON.stringify({ ...started('y'), agent_id: '\ud800' }), SEEN)
      const last = reporterOf()
      await last.flush(2000)
      equal(last.stats().reasons['expired: open_run_too_old'], 1)
      deepEqual(await openFiles(), [])
      // one that was never whole is of a run that nobody was told of
      await writeFile(join(openFolder(), `run-z.${DEAD}.run.new`), '{')
      await utimes(join(openFolder(), `run-z.${DEAD}.run.new`), SEEN / 1000, SEEN / 1000)
      // what is no file of ours stays
      await writeFile(join(openFolder(), 'notes.txt'), 'mine')
      await reporterOf().flush(2000)
      deepEqual(await openFiles(), ['notes.txt'])
      equal(server.runs.get('y')?.agent_id, '\ufffd')
    },
  )
})

describe('the disk', () => {
  verifies('aos-sdk.reporter.unfinished', 'that fails costs the trace, and nothing else', async () => {
    await writeFile(openFolder(), 'no folder')
    const reporter = reporterOf()
    const { agent, begin } = createLastingAgent({}, searching)
    reporter.attach(agent)
    const finish = await begin()
    while (reports.length < 2)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    await finish()
    await reporter.flush(2000)
    equal(reporter.stats().delivered, 1)
    deepEqual(
      reports.map(({ kind }) => kind),
      ['fault', 'fault'],
    )
  })

  verifies('aos-sdk.reporter.unfinished', 'is told again and again that a run goes on', async () => {
    const clock = new ManualClock()
    const reporter = reporterOf({ clock })
    const { agent, begin } = createLastingAgent({}, searching)
    reporter.attach(agent)
    const finish = await begin()
    clock.advance(20)
    const [file = ''] = await filesAre(1)
    const path = join(openFolder(), file)
    const seenAt = async (at: number): Promise<void> => {
      while (Math.round((await stat(path)).mtimeMs) !== at)
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
    }
    await seenAt(clock.now())
    clock.advance(15_000)
    await seenAt(clock.now())
    clock.advance(15_000)
    await seenAt(clock.now())
    await finish()
    await reporter.flush(2000)
  })
})
