import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OCSFLogger, type OCSFLoggerOptions } from '@aos/trace'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runSource } from '../../examples/run-source.ts'
import { startEventReceiver } from '../../support/event-receiver.ts'

const ENDINGS = ['nothing', 'exit', 'throw', 'SIGTERM'] as const

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-ocsf-exit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Has a process log one run and end, and gives how many events it made. */
async function logAndEnd(ending: string, options: OCSFLoggerOptions): Promise<number> {
  const count = join(folder, 'count')
  const program = join(import.meta.dirname, 'logging-process.ts')
  await runSource(program, {}, [ending, JSON.stringify(options), count])
  return Number(readFileSync(count, 'utf8'))
}

describe('a process that ends', () => {
  it.each(ENDINGS)('by %s has written every event to its file', async (ending) => {
    const file = join(folder, 'events.ndjson')
    const created = await logAndEnd(ending, { file })
    expect(created).toBeGreaterThan(4)
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(created)
  })

  it.each([...ENDINGS, 'SIGKILL'])(
    'by %s leaves what its receiver did not take to the next one',
    async (ending) => {
      await using siem = await startEventReceiver()
      siem.behave(() => 'hang')
      const options = { endpoint: siem.endpoint, apiKey: 'k', spool: folder }
      const created = await logAndEnd(ending, options)
      siem.behave()
      const next = new OCSFLogger(options)
      await siem.until(({ events }) => events.length >= created)
      await next.close()
      expect(siem.events).toHaveLength(created)
      expect(next.stats()).toMatchObject({ created: 0, recovered: created, delivered: created })
    },
  )
})
