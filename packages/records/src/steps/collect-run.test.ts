import { AOSInstrument, deny, type AosEvent } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { collectRun, RunCollector } from './collect-run.ts'

async function eventsOf(runs: number): Promise<readonly AosEvent[]> {
  const recorder = stepRecorder()
  const agent = new AOSInstrument(
    async (input: unknown, aos) => {
      await aos.toolCall({ toolName: 'export', parameters: {} }, () => 1).catch(() => undefined)
      return aos.toolCall({ toolName: 'search', parameters: {} }, () => input)
    },
    { sinks: [recorder] },
  )
  agent.registerHook('toolCallRequest', () => deny('no'), { match: 'export' })
  await Promise.all(Array.from({ length: runs }, (_, at) => agent.run(String(at))))
  return recorder.events
}

describe('the events of runs', () => {
  test('become one recorded run each, also where they are mixed', async () => {
    const events = await eventsOf(3)
    const collector = new RunCollector()
    const ended = events.flatMap((event) => collector.accept(event) ?? [])
    equal(ended.length, 3)
    for (const run of ended) {
      deepEqual([run.missing, run.end?.status, run.end?.outcome], [0, 'completed', 'partial'])
      const tools = run.steps.filter(({ kind }) => kind === 'toolCall')
      deepEqual(
        tools.map(({ name, status }) => [name, status]),
        [
          ['export', 'denied'],
          ['search', 'ok'],
        ],
      )
      deepEqual(run, collectRun(events.filter(({ runId }) => runId === run.run.id)))
    }
    deepEqual(collector.stats(), { open: 0, abandoned: 0, orphans: 0 })
  })

  test('that are missing are counted, and a run without its end is told so far', async () => {
    const events = await eventsOf(1)
    const holed = collectRun(events.filter((_, at) => at !== 3 && at !== 5))
    equal(holed?.missing, 2)
    const cut = collectRun(events.slice(0, 4))
    ok(cut !== undefined && cut.end === undefined && cut.missing === 0)
    equal(collectRun(events.slice(1)), undefined)
  })

  test('do not pile up: the oldest open run is given up, and its later events are orphans', async () => {
    const [first, second] = [await eventsOf(1), await eventsOf(1)]
    const collector = new RunCollector(1)
    for (const event of first.slice(0, 3)) collector.accept(event)
    for (const event of second.slice(0, 3)) collector.accept(event)
    for (const event of first.slice(3)) equal(collector.accept(event), undefined)
    // a change of a component is told by itself as well
    const orphans = first.slice(3).filter(({ type }) => type !== 'component.change').length
    deepEqual(collector.stats(), { open: 1, abandoned: 1, orphans })
    equal(collector.drain().length, 1)
    equal(collector.stats().open, 0)
  })
})
