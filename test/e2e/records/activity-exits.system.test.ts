import { createAgentActivityConnector } from '@aos/records/activity'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runSource } from '../../examples/run-source.ts'
import { startEventReceiver } from '../../support/event-receiver.ts'

const ENDINGS = ['nothing', 'exit', 'throw', 'SIGTERM', 'SIGKILL'] as const
const PROGRAM = join(import.meta.dirname, 'activity-ending-process.ts')
const SOURCE = { kind: 'custom_connector', name: 'test' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-activity-exit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Has a process tell of one run and end, and gives how many events it made. */
async function tellAndEnd(ending: string, options: object): Promise<number> {
  const count = join(folder, 'count')
  await runSource(PROGRAM, {}, [ending, JSON.stringify({ source: SOURCE, ...options }), count])
  return Number(readFileSync(count, 'utf8'))
}

describe('a process that ends', () => {
  it.each(ENDINGS)('by %s has written every event to its file', async (ending) => {
    const file = join(folder, 'activity.ndjson')
    const created = await tellAndEnd(ending, { file })
    expect(created).toBeGreaterThan(4)
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(created)
  })

  it.each(ENDINGS)('by %s leaves what its portal did not take to the next one', async (ending) => {
    await using portal = await startEventReceiver()
    portal.behave(() => 'hang')
    const options = { endpoint: portal.endpoint, secret: 's', spool: folder }
    const created = await tellAndEnd(ending, options)
    portal.behave()
    await using next = createAgentActivityConnector({ source: SOURCE, ...options })
    await next.flush(20_000)
    expect(new Set((portal.events as { event_id: string }[]).map(({ event_id: id }) => id)).size).toBe(
      created,
    )
    expect(next.stats()).toMatchObject({ created: 0, recovered: created, delivered: created })
  })
})
