import { parseAgentRun, type AgentRun } from '@agent-run/types'
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { AOSInstrument, isAosError } from '../index.ts'
import { AgentRunReporter, type AgentRunReporterOptions } from './index.ts'

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

interface Posted {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly run: AgentRun
  readonly at: number
}

/** An agent-run server on loopback that answers as told, and with 201 from then on. */
class RunServer {
  readonly posted: Posted[] = []
  readonly answers: Answer[] = []
  readonly #server: Server
  #waiting: (() => void)[] = []

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const run = JSON.parse(Buffer.concat(chunks).toString()) as AgentRun
        this.posted.push({ path: request.url ?? '', headers: request.headers, run, at: performance.now() })
        const { status, headers } = this.answers.shift() ?? { status: 201 }
        response.writeHead(status, headers).end('{}')
        for (const wake of this.#waiting.splice(0)) wake()
      })
    })
  }

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  /** Resolves once `count` requests have arrived. */
  async arrived(count: number): Promise<void> {
    while (this.posted.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

let server: RunServer
let port: number
let directory: string
const reporters: AgentRunReporter[] = []

beforeEach(async () => {
  server = new RunServer()
  port = await server.listen()
  directory = await mkdtemp(join(tmpdir(), 'aos-runs-'))
})

afterEach(async () => {
  await Promise.all(reporters.splice(0).map((reporter) => reporter.close(0)))
  await server.close()
  await rm(directory, { recursive: true, force: true })
})

function reporterOf(options: Partial<AgentRunReporterOptions> = {}): AgentRunReporter {
  const reporter = new AgentRunReporter({
    url: `http://127.0.0.1:${port}`,
    apiKey: 'key-4711',
    directory: false,
    ...options,
  })
  reporters.push(reporter)
  return reporter
}

async function runOnce(reporter: AgentRunReporter): Promise<void> {
  const agent = new AOSInstrument(async () => 'answer')
  reporter.attach(agent)
  await agent.run('go')
}

describe('the reporter', () => {
  verifies(
    'aos-sdk.reporter.delivers',
    'each run, valid, with the key, to the default path or the one given',
    async () => {
      const reporter = reporterOf({ headers: { 'x-team': 'search' } })
      const agent = new AOSInstrument(async () => 'answer')
      const detach = reporter.attach(agent)
      await agent.run('one')
      await agent.run('two')
      deepEqual(await reporter.flush(2000).then(({ complete }) => complete), true)
      detach()
      await agent.run('unreported')
      await reporter.flush(2000)
      deepEqual(
        server.posted.map(({ path, headers }) => [
          path,
          headers['x-api-key'],
          headers['x-team'],
          headers['content-type'],
        ]),
        Array(2).fill(['/api/v1/runs', 'key-4711', 'search', 'application/json']),
      )
      ok(server.posted.every(({ run }) => parseAgentRun(run).ok))
      equal(new Set(server.posted.map(({ run }) => run.id)).size, 2)
      const elsewhere = reporterOf({ url: `http://127.0.0.1:${port}/own/path` })
      await runOnce(elsewhere)
      await elsewhere.flush(2000)
      equal(server.posted.at(-1)?.path, '/own/path')
    },
  )

  verifies('aos-sdk.reporter.delivers', 'a redirect is not followed', async () => {
    const thief = new RunServer()
    const thiefPort = await thief.listen()
    const reporter = reporterOf()
    for (const status of [301, 302, 307, 308]) {
      server.answers.push({ status, headers: { location: `http://127.0.0.1:${thiefPort}/` } })
      await runOnce(reporter)
      await reporter.flush(2000)
    }
    equal(server.posted.length, 4)
    deepEqual(thief.posted, [])
    equal(reporter.stats().delivered, 0)
    await thief.close()
  })

  verifies(
    'aos-sdk.reporter.retries',
    '408, 429 with Retry-After in seconds and as a date, 500, 503',
    async () => {
      const reporter = reporterOf()
      server.answers.push(
        { status: 429, headers: { 'retry-after': '1' } },
        { status: 503, headers: { 'retry-after': new Date(Date.now() + 1000).toUTCString() } },
        { status: 500, headers: { 'retry-after': '0' } },
        { status: 408, headers: { 'retry-after': '0' } },
      )
      await runOnce(reporter)
      await server.arrived(5)
      equal((await reporter.flush(2000)).complete, true)
      const [first, second] = server.posted
      ok(first !== undefined && second !== undefined && second.at - first.at >= 990)
      equal(new Set(server.posted.map(({ run }) => run.id)).size, 1)
      equal(reporter.stats().delivered, 1)
    },
  )

  verifies('aos-sdk.reporter.rejects', '400, 401, 409 and 413 are final', async () => {
    const reporter = reporterOf()
    for (const status of [400, 401, 409, 413]) {
      server.answers.push({ status })
      await runOnce(reporter)
      await reporter.flush(2000)
    }
    equal(server.posted.length, 4)
    const { delivered, rejected } = reporter.stats()
    deepEqual([delivered, rejected], [0, 4])
  })

  verifies('aos-sdk.reporter.spools', 'with the server down, through the end of the reporter', async () => {
    await server.close()
    const first = reporterOf({ directory })
    await runOnce(first)
    await first.close(200)
    const files = await readdir(directory)
    const texts = await Promise.all(
      files.map((file) => readFile(join(directory, file), 'utf8').catch(() => '')),
    )
    ok(texts.some((text) => text.length > 100) && !texts.some((text) => text.includes('key-4711')))
    server = new RunServer()
    await server.listen(port)
    const second = reporterOf({ directory })
    await runOnce(second)
    await server.arrived(2)
    await second.flush(2000)
    equal(new Set(server.posted.map(({ run }) => run.id)).size, 2)
    ok(
      server.posted.every(({ run, headers }) => parseAgentRun(run).ok && headers['x-api-key'] === 'key-4711'),
    )
  })

  verifies('aos-sdk.reporter.delivers', 'what it cannot do is refused at once', () => {
    for (const url of ['nowhere', 'ftp://example.com', ''])
      throws(() => new AgentRunReporter({ url }), { code: 'invalid_options' })
    const reporter = reporterOf()
    throws(() => reporter.attach(async () => 1), { code: 'not_instrumented' })
  })

  verifies(
    'aos-sdk.reporter.documents',
    'its evidence and AgBOM are sent to the run, again where it failed',
    async () => {
      const reporter = reporterOf()
      server.answers.push({ status: 503, headers: { 'retry-after': '0' } })
      ok(reporter.reportDocument('run/1', 'evidence', { evidence_pack_id: 'evp:1' }))
      ok(reporter.reportDocument('run-2', 'agbom', { toJSON: () => ({ bomFormat: 'CycloneDX' }) }))
      equal((await reporter.flush(5000)).complete, true)
      deepEqual(
        server.posted
          .slice(1)
          .map(({ path, run, headers }) => JSON.stringify([path, run, headers['x-api-key']]))
          .toSorted(),
        [
          JSON.stringify([
            '/api/v1/runs/run%2F1/documents/evidence',
            { evidence_pack_id: 'evp:1' },
            'key-4711',
          ]),
          JSON.stringify(['/api/v1/runs/run-2/documents/agbom', { bomFormat: 'CycloneDX' }, 'key-4711']),
        ],
      )
      equal(reporter.stats().retries, 1)
      server.answers.push({ status: 404 })
      reporter.reportDocument('run-1', 'agbom', {})
      reporter.reportDocument('..', 'agbom', {})
      await reporter.flush(2000)
      deepEqual([reporter.stats().delivered, reporter.stats().rejected], [2, 2])
    },
  )

  verifies('aos-sdk.reporter.documents', 'what is no document is refused with what to do', () => {
    const reporter = reporterOf()
    const cyclic: Record<string, unknown> = {}
    cyclic['self'] = cyclic
    const cases: readonly (readonly [unknown, unknown, unknown, RegExp])[] = [
      ['', 'agbom', {}, /run has no id/],
      ['run', 'sbom', {}, /agbom, evidence/],
      ['run', 'agbom', 'text', /no object/],
      ['run', 'agbom', Promise.resolve({}), /await it/],
      ['run', 'agbom', cyclic, /JSON/],
    ]
    for (const [runId, kind, document, words] of cases)
      throws(
        () => reporter.reportDocument(runId as string, kind as 'agbom', document as object),
        (error) => isAosError(error, 'invalid_options') && words.test(`${error.message} ${error.fix}`),
      )
    equal(reporter.stats().accepted, 0)
  })
})
