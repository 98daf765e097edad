import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createOutbox } from '@aos/sdk/outbox'
import type { OutboxStats } from '@aos/sdk/outbox'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const ALL = Array.from({ length: 200 }, (_, index) => `item ${index}`)

let base = ''
let directory = ''
let log = ''
let started: ChildProcessByStdio<Writable, Readable, Readable>[] = []

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'aos-outbox-e2e-'))
  directory = join(base, 'spool')
  log = join(base, 'delivered.log')
  started = []
})
afterEach(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(base, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly ended: Promise<Ended>
  /** Resolves with the next line of output that starts so. */
  readonly line: (start: string) => Promise<string>
  readonly lines: readonly string[]
}

function run(program: string, ...args: string[]): Running {
  const path = fileURLToPath(new URL(program, import.meta.url))
  const child = spawn(process.execPath, ['--conditions=aos-source', path, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  started.push(child)
  const lines: string[] = []
  let stderr = ''
  const output = createInterface({ input: child.stdout })
  output.on('line', (text) => lines.push(text))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stderr,
  }))
  return {
    child,
    ended,
    lines,
    async line(start) {
      for (;;) {
        const found = lines.find((text) => text.startsWith(start))
        if (found !== undefined) return found
        const outcome = await Promise.race([once(output, 'line'), ended])
        if (!Array.isArray(outcome))
          throw new Error(`the process ended before it said "${start}": ${outcome.stderr}`)
      }
    },
  }
}

function deliveredByChild(): string[] {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
}

function spoolFiles(): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : []
}

/** What the next start delivers. */
async function recover(): Promise<{ ids: string[]; stats: OutboxStats }> {
  const ids: string[] = []
  const outbox = createOutbox({
    name: 'e2e',
    directory,
    async deliver({ id }) {
      ids.push(id)
      return { status: 'delivered' }
    },
  })
  await outbox.flush(20_000)
  return { ids, stats: outbox.stats() }
}

describe('a process that ends with 200 items in its outbox', () => {
  interface Case {
    readonly ending: string
    readonly code: number | null
    readonly signal?: 'SIGTERM' | 'SIGINT'
    readonly flushes: boolean
    readonly stderr?: string
  }
  const cases: readonly Case[] = [
    { ending: 'natural', code: 0, flushes: true },
    { ending: 'exitCode', code: 4, flushes: true },
    { ending: 'exit', code: 3, flushes: false },
    { ending: 'throw', code: 1, flushes: false, stderr: 'Error: thrown by the user' },
    { ending: 'reject', code: 1, flushes: false, stderr: 'Error: rejected by the user' },
    { ending: 'signal', code: null, signal: 'SIGTERM', flushes: true },
    { ending: 'signal', code: null, signal: 'SIGINT', flushes: true },
  ]

  for (const receiver of ['up', 'down', 'hanging', 'connected']) {
    test.for(cases)(`by $ending $signal loses none while the receiver is ${receiver}`, async (each) => {
      const { child, ended, line } = run('ending-process.ts', each.ending, receiver, directory, log)
      if (each.signal !== undefined) {
        await line('ready')
        child.kill(each.signal)
      }
      const { code, signal, stderr } = await ended
      expect({ code, signal }).toEqual({ code: each.code, signal: each.signal ?? null })
      expect(stderr.split('\n').find((text) => text.startsWith('Error: ')) ?? stderr).toBe(each.stderr ?? '')
      const delivered = deliveredByChild()
      const flushed = each.flushes && receiver === 'up'
      expect(delivered.length === ALL.length && spoolFiles().length === 0).toBe(flushed)
      const { ids, stats } = await recover()
      expect([...delivered, ...ids]).toEqual(ALL)
      expect(stats).toMatchObject({ corrupt: 0, spooled: 0, recovered: ids.length })
    })
  }

  test('is left to live by a listener of its own for the signal', async () => {
    const { child, ended, line } = run('ending-process.ts', 'handledSignal', 'hanging', directory, log)
    await line('ready')
    child.kill('SIGTERM')
    await line('handled')
    child.stdin.end()
    expect(await ended).toEqual({ code: 5, signal: null, stderr: '' })
    expect((await recover()).ids).toEqual(ALL)
  })
})

test('an idle outbox does not hold the process open', async () => {
  expect(await run('ending-process.ts', 'idle', 'up', directory, log).ended).toEqual({
    code: 0,
    signal: null,
    stderr: '',
  })
})

test.for([0.001, 0.55, 0.95])(
  'a process killed with %d of its spool written keeps the whole records',
  async (share) => {
    const { child, ended, line } = run('torn-write.ts', directory, String(share))
    await line('half')
    child.kill('SIGKILL')
    await ended
    const { ids, stats } = await recover()
    const whole = Math.floor(share * 10)
    expect(ids).toEqual(ALL.slice(0, whole))
    expect(stats).toMatchObject({ corrupt: 1, recovered: whole, delivered: whole })
    expect(spoolFiles()).toEqual([])
  },
)

describe('two processes that share a folder', () => {
  /** Leaves segments of two items each. */
  function fill(segments: number): void {
    const outbox = createOutbox({ name: 'e2e', directory, deliver: () => new Promise(() => undefined) })
    for (let index = 0; index < segments * 2; index += 2) {
      outbox.spoolSync(
        [index, index + 1].map((n) => ({
          id: `item ${n}`,
          kind: 'e2e',
          contentType: 'text/plain',
          body: Buffer.from('x'),
        })),
      )
    }
  }

  test('deliver each item once', async () => {
    fill(20)
    const both = [run('sharing-process.ts', directory), run('sharing-process.ts', directory)]
    // each holds a segment before the first of them goes on
    await Promise.all(both.map(({ line }) => line('try')))
    for (const { child } of both) child.stdin.end('go\n'.repeat(40))
    await Promise.all(both.map(({ ended }) => ended))
    const done = both.map(({ lines }) => lines.filter((text) => text.startsWith('done')))
    for (const ids of done) expect(ids.length).toBeGreaterThan(0)
    expect(done.flat().toSorted()).toEqual(
      ALL.slice(0, 40)
        .map((id) => `done ${id}`)
        .toSorted(),
    )
    expect(spoolFiles()).toEqual([])
  })

  test('leave a segment to its owner while it lives, and take it over after its death', async () => {
    fill(1)
    const owner = run('sharing-process.ts', directory)
    await owner.line('try item 0')
    expect((await recover()).ids).toEqual([])
    owner.child.stdin.write('go\n')
    await owner.line('try item 1')
    owner.child.kill('SIGKILL')
    await owner.ended
    expect((await recover()).ids).toEqual(['item 1'])
  })
})
