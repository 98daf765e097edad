import { allow } from '@aos/sdk'
import { replayRun, type Journal } from '@aos/sdk/journal'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { journalsIn, newFolder } from '../../support/journalled.ts'

const PROGRAM = fileURLToPath(new URL('./ending-process.ts', import.meta.url))

function start(ending: string): { readonly child: ChildProcess; readonly directory: string } {
  const directory = newFolder()
  const child = spawn(process.execPath, ['--conditions=aos-source', PROGRAM, directory, ending], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return { child, directory }
}

async function journalIn(directory: string): Promise<Journal> {
  const [journal] = await journalsIn(directory)
  if (journal === undefined) throw new Error('nothing was journalled')
  return journal
}

async function reproduced(journal: Journal): Promise<readonly number[]> {
  const { counts, run } = await replayRun(journal, {
    guard: (agent) =>
      agent.registerHook('toolCallRequest', ({ parameters }) => allow(`call ${String(parameters['at'])}`)),
  })
  expect(run?.id).toBe(journal.run.run.id)
  return [counts.same, counts.different]
}

describe('the journal of a run whose process', () => {
  test.each([
    ['exit', 3],
    ['throw', 1],
  ])('ends by %s holds all that was decided', async (ending, code) => {
    const { child, directory } = start(ending)
    const [exited] = (await once(child, 'exit')) as [number]
    expect(exited).toBe(code)
    const journal = await journalIn(directory)
    expect([journal.truncated, journal.missing, journal.complete]).toEqual([false, 0, false])
    const [same = 0, different] = await reproduced(journal)
    expect(same).toBeGreaterThanOrEqual(20)
    expect(different).toBe(0)
  })

  test('ends of itself is complete', async () => {
    const { child, directory } = start('end')
    await once(child, 'exit')
    const journal = await journalIn(directory)
    expect(journal.complete).toBe(true)
    expect(await reproduced(journal)).toEqual([20, 0])
  })

  test('is killed can be read and replayed as far as it goes', async () => {
    const { child, directory } = start('kill')
    if (child.stdout === null) throw new Error('the program has no output')
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const journal = await journalIn(directory)
    expect([journal.missing, journal.complete]).toEqual([0, false])
    const [same = 0, different] = await reproduced(journal)
    expect(same).toBeGreaterThan(0)
    expect(different).toBe(0)
  })
})
