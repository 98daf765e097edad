import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ok } from 'node:assert/strict'
import type { OutboxReport } from '@aos/sdk/outbox'
import { AgentRunReporter, type AgentRunReporterOptions } from '@aos/sdk/reporter'
import { afterEach, beforeEach } from 'vitest'
import { startAgentRunServer, type AgentRunServer } from './agent-run-server.ts'
import { OpenRunsFolder } from './open-runs-folder.ts'

/** Reporters with a folder that announce nothing, and the server they report to; anew for each test. */
export interface KeepingOnDisk {
  readonly server: AgentRunServer
  readonly directory: string
  readonly folder: OpenRunsFolder
  readonly reports: OutboxReport[]
  readonly reporterOf: (options?: Partial<AgentRunReporterOptions>) => AgentRunReporter
}

/** Sets up {@link KeepingOnDisk} before each test of a file, and takes it away after each. */
export function keepingOnDisk(): KeepingOnDisk {
  let server: AgentRunServer | undefined
  let directory = ''
  let folder: OpenRunsFolder | undefined
  let reports: OutboxReport[] = []
  const reporters: AgentRunReporter[] = []
  const made = <T>(value: T | undefined): T => {
    ok(value !== undefined)
    return value
  }
  beforeEach(async () => {
    server = await startAgentRunServer()
    directory = await mkdtemp(join(tmpdir(), 'aos-open-runs-'))
    folder = new OpenRunsFolder(directory)
    reports = []
  })
  afterEach(async () => {
    await Promise.all(reporters.splice(0).map((reporter) => reporter.close(0)))
    await made(server)[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })
  return {
    get server() {
      return made(server)
    },
    get directory() {
      return directory
    },
    get folder() {
      return made(folder)
    },
    get reports() {
      return reports
    },
    reporterOf(options = {}) {
      const reporter = new AgentRunReporter({
        url: made(server).url,
        directory,
        announceAfterMs: false,
        onReport: (report) => void reports.push(report),
        ...options,
      })
      reporters.push(reporter)
      return reporter
    },
  }
}
