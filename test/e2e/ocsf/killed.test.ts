import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OCSFLogger, type OcsfEvent } from '@aos/trace'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEventReceiver, type EventReply } from '../../support/event-receiver.ts'

const PROGRAM = join(import.meta.dirname, 'busy-process.ts')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-ocsf-killed-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Kills a process after so many runs; gives the ids of the events that were 50 ms old then. */
async function killAfter(runs: number, options: object): Promise<readonly string[]> {
  const aged = join(folder, 'aged')
  const child = spawn(process.execPath, ['--conditions=aos-source', PROGRAM, JSON.stringify(options), aged], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let done = 0
  for await (const dots of child.stdout) {
    done += (dots as Buffer).length
    if (done >= runs) break
  }
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  const ids = existsSync(aged) ? readFileSync(aged, 'utf8').trimEnd().split('\n') : []
  rmSync(aged, { force: true })
  return ids
}

describe('a process that is killed', () => {
  it.each<[string, () => EventReply]>([
    ['takes nothing', () => 503],
    ['never answers', () => 'hang'],
    ['takes all', () => 200],
  ])('loses nothing that was told 50 ms before, where its receiver %s', async (_what, reply) => {
    await using siem = await startEventReceiver()
    const options = { endpoint: siem.endpoint, spool: folder }
    siem.behave(reply)
    const told: string[] = []
    for (const runs of [40, 97]) told.push(...(await killAfter(runs, options)))
    siem.behave()
    const next = new OCSFLogger(options)
    await next.flush(20_000)
    await next.close()
    expect(next.stats()).toMatchObject({ dropped: 0, queued: 0, spooled: 0 })
    const received = new Set((siem.events as OcsfEvent[]).map(({ metadata }) => metadata.uid))
    expect(told.length).toBeGreaterThan(100)
    expect(told.filter((id) => !received.has(id))).toEqual([])
  })
})
