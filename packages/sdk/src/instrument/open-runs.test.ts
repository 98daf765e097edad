import { deepEqual, equal, fail, ok } from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, test } from 'vitest'
import type { GuardedRun } from '../run/guarded-run.ts'
import { handleOf } from './handle-of.ts'
import { AOSInstrument } from './instrument.ts'
import { OpenRuns } from './open-runs.ts'

const MINUTE = 60_000

describe('OpenRuns', () => {
  test('tells how many have not ended, and how many of those began more than an hour ago', () => {
    const runs = new OpenRuns()
    const [first, second] = [runs.add(10), runs.add(20)]
    runs.add(59 * MINUTE)
    deepEqual(runs.counts(60 * MINUTE), { open: 3, old: 0 })
    deepEqual(runs.counts(61 * MINUTE), { open: 3, old: 2 })
    first()
    deepEqual(runs.counts(61 * MINUTE), { open: 2, old: 1 })
    second()
    deepEqual(runs.counts(61 * MINUTE), { open: 1, old: 0 })
  })

  test('counts those that began long ago, and forgets them when they end after all', () => {
    const runs = new OpenRuns()
    const ends = Array.from({ length: 1_000 }, (_, minute) => runs.add(minute * MINUTE))
    deepEqual(runs.counts(1_000 * MINUTE), { open: 1_000, old: 940 })
    for (const end of ends) end()
    deepEqual(runs.counts(1_000 * MINUTE), { open: 0, old: 0 })
  })

  test('a run that is left alone is not kept in memory', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const runs: WeakRef<object>[] = []
    const agent = new AOSInstrument(async (_input: string, aos: GuardedRun) =>
      aos.toolCall({ toolName: 'wait', parameters: {} }, () => new Promise<never>(() => undefined)),
    )
    const core = handleOf(agent)?.core ?? fail('the agent is not instrumented')
    core.onRunStart((run) => runs.push(new WeakRef(run)))
    for (let run = 0; run < 20; run++) {
      void agent.run('go')
      await turn()
    }
    deepEqual(core.activeRuns(), { open: 20, old: 0 })
    await turn()
    collect()
    const kept = runs.filter((run) => run.deref() !== undefined)
    // the engine may still have the last ones at hand
    equal(runs.length, 20)
    ok(kept.length <= 2, `${kept.length} of 20 are kept`)
  })
})
