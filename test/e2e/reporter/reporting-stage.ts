import type { AgentRun } from '@agent-run/types'
import { AgentRunReporter, type AgentRunReporterStats } from '@aos/sdk/reporter'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, watch } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { expect } from 'vitest'
import { startAgentRunServer, type AgentRunServer } from '../../support/agent-run-server.ts'

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that reports its runs. */
export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly ended: Promise<Ended>
  /** Resolves once the process has said a word. */
  readonly said: (word: string) => Promise<void>
}

/** A server, a folder, and the processes that share them. */
export class ReportingStage implements AsyncDisposable {
  readonly server: AgentRunServer
  readonly #base = mkdtempSync(join(tmpdir(), 'aos-reporter-e2e-'))
  readonly directory: string = join(this.#base, 'spool')
  readonly #started: Running[] = []

  constructor(server: AgentRunServer) {
    this.server = server
  }

  start(ending: string, announceAfterMs: number | 'never' = 500): Running {
    const { server, directory } = this
    const script = join(import.meta.dirname, 'reporting-process.ts')
    const args = ['--conditions=aos-source', script, ending, server.url, directory, String(announceAfterMs)]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const running = runningOf(child)
    this.#started.push(running)
    return running
  }

  /** Resolves once the folder of open runs holds this many. */
  async openRuns(count: number): Promise<void> {
    const folder = join(this.directory, 'open')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const watcher = watch(folder)
    try {
      while (readdirSync(folder).filter((name) => name.endsWith('.run')).length !== count)
        await once(watcher, 'change')
    } finally {
      watcher.close()
    }
  }

  /** Does what the next start does, when all is well again. */
  async nextStart(): Promise<AgentRunReporterStats> {
    const reporter = new AgentRunReporter({ url: this.server.url, directory: this.directory })
    await reporter.flush(10_000)
    await reporter.close(10_000)
    return reporter.stats()
  }

  /** Statuses that the server has stored, in order. */
  get statuses(): readonly string[] {
    return this.server.changes.map(({ status }) => status)
  }

  /** The run that the server has, if it is the only one. */
  get run(): AgentRun | undefined {
    const [run, ...others] = this.server.runs.values()
    return others.length === 0 ? run : undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#started) child.kill('SIGKILL')
    await Promise.all(this.#started.map(({ ended }) => ended))
    await this.server[Symbol.asyncDispose]()
    rmSync(this.#base, { recursive: true, force: true })
  }
}

/** Sets up a stage with a strict server. */
export async function setUpReporting(): Promise<ReportingStage> {
  return new ReportingStage(await startAgentRunServer())
}

function runningOf(child: Running['child']): Running {
  const lines: string[] = []
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
  // a process that has ended does not read what it is told
  child.stdin.on('error', () => undefined)
  const output = createInterface({ input: child.stdout })
  output.on('line', (line) => lines.push(line))
  const ended = once(child, 'close').then(([code, signal]): Ended => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }))
  const said = async (word: string): Promise<void> => {
    while (!lines.includes(word)) {
      const next = await Promise.race([once(output, 'line'), ended])
      if (!Array.isArray(next) && !lines.includes(word)) throw new Error(`ended before "${word}": ${stderr}`)
    }
  }
  return { child, ended, said }
}

/** Expects the record of a run that did not live to see its end. */
export function expectUnfinished(run: AgentRun | undefined): void {
  expect(run).toMatchObject({
    status: 'failed',
    outcome: 'abandoned',
    error: 'unfinished: the process ended before the run did',
    metadata: { aos: { unfinished: true } },
  })
  expect(Date.parse(String(run?.ended_at))).toBeGreaterThanOrEqual(Date.parse(String(run?.started_at)) - 1)
}

/** Expects that no server found fault with anything, and that nothing waits on disk. */
export function expectNothingLeft({ server, directory }: ReportingStage): void {
  expect(server.issues).toEqual([])
  const left = existsSync(directory) ? readdirSync(directory, { recursive: true }) : []
  expect(left.filter((name) => name !== 'open')).toEqual([])
}
