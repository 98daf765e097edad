import { parseAgentRun, verifyRun, type AgentRun } from '@agent-run/types'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import type { AgentRunServer } from '../../../../test/support/agent-run-server.ts'
import { createLastingAgent } from '../../../../test/support/lasting-agent.ts'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import type { OpenRunsFolder } from '../../../../test/support/open-runs-folder.ts'
import { keepingOnDisk } from '../../../../test/support/reporters-on-disk.ts'
import type { GuardedRun } from '../index.ts'
import type { OutboxReport } from '../outbox/index.ts'

const kit = keepingOnDisk()
const { reporterOf } = kit
let server: AgentRunServer
let folder: OpenRunsFolder
let reports: OutboxReport[]

beforeEach(() => {
  ;({ server, folder, reports } = kit)
})

const searching = (aos: GuardedRun): unknown =>
  aos.toolCall({ toolName: 'search', parameters: { query: 'a secret' } }, () => 'found')

describe('an open run', () => {
  verifies('aos-sdk.reporter.unfinished', 'has one private file that goes with its end', async () => {
    const reporter = reporterOf()
    const { agent, begin } = createLastingAgent({}, searching)
    reporter.attach(agent)
    const finish = await begin()
    const [file = ''] = await folder.holds(1)
    const text = await readFile(join(folder.path, file), 'utf8')
    const run = parseAgentRun(JSON.parse(text))
    ok(run.ok && run.value.status === 'running')
    ok(file.startsWith(`${run.value.id}.`) && file.includes(`-${process.pid}-`))
    ok(!text.includes('secret'))
    await finish()
    await folder.holds(0)
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
    deepEqual(await folder.files(), [])
    await finish()
    deepEqual(
      server.changes.map(({ status }) => status),
      ['running', 'failed'],
    )
    const { unfinished, open } = reporter.stats()
    deepEqual([unfinished, open, server.issues], [1, 0, []])
  })

  verifies(
    'aos-sdk.reporter.unfinished',
    'of a process that was held up may have been taken for dead',
    async () => {
      const clock = new ManualClock()
      const reporter = reporterOf({ clock })
      const { agent, begin } = createLastingAgent()
      reporter.attach(agent)
      const finish = await begin()
      clock.advance(20)
      const [file = ''] = await folder.holds(1)
      const [id = ''] = file.split('.')
      // what another process does that sees no sign of life
      const run = JSON.parse(await readFile(join(folder.path, file), 'utf8')) as AgentRun
      server.runs.set(id, { ...run, status: 'failed' })
      await rm(join(folder.path, file))
      clock.block(150_000)
      await finish()
      await reporter.flush(2000)
      deepEqual([server.calls, server.runs.get(id)?.status], [[`PATCH /${id}`], 'completed'])
    },
  )
})

describe('the disk', () => {
  verifies('aos-sdk.reporter.unfinished', 'that fails costs the trace, and nothing else', async () => {
    await writeFile(folder.path, 'no folder')
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
    const [file = ''] = await folder.holds(1)
    const path = join(folder.path, file)
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
