import type { AgentRun } from '@agent-run/types'
import { AOSInstrument, isAosError } from '@aos/sdk'
import { AgentRunReporter } from '@aos/sdk/reporter'
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { createApiKey } from '../keys/api-key.ts'
import { SqliteStore } from '../store/sqlite/sqlite-store.ts'
import { exampleRun } from '../testing/example-run.ts'
import { startRunServer } from './start-run-server.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aos-server-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const memory = (): SqliteStore => new SqliteStore({ path: ':memory:' })

describe('a server of runs', () => {
  test('takes what the reporter sends, also across a restart, nothing lost or doubled', async () => {
    const path = join(folder, 'restart.db')
    const open = (port: number) => startRunServer({ store: new SqliteStore({ path }), port })
    const first = await open(0)
    const reporter = new AgentRunReporter({ url: first.url, directory: join(folder, 'spool') })
    const agent = new AOSInstrument(async (input: string) => `${input}!`)
    reporter.attach(agent)
    for (let run = 0; run < 20; run++) await agent.run(`before ${run}`)
    await first.close()
    for (let run = 0; run < 20; run++) await agent.run(`meanwhile ${run}`)
    const second = await open(first.port)
    for (let run = 0; run < 20; run++) await agent.run(`after ${run}`)
    await reporter.close(20_000)
    const page = (await (await fetch(`${second.url}/api/v1/runs?limit=200`)).json()) as {
      readonly total: number
      readonly runs: readonly AgentRun[]
    }
    equal(page.total, 60)
    equal(new Set(page.runs.map(({ id }) => id)).size, 60)
    await second.close()
  })

  test('loses no run that it has acknowledged when it is killed', async () => {
    const path = join(folder, 'killed.db')
    const child = spawn(
      process.execPath,
      ['--conditions=aos-source', join(import.meta.dirname, '..', 'testing', 'serve-until-killed.ts'), path],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const url = said.toString().trim()
    const acknowledged: string[] = []
    const send = async (from: number): Promise<void> => {
      for (let at = from; ; at += 4) {
        const body = JSON.stringify(exampleRun(at))
        const { status } = await fetch(`${url}/api/v1/runs`, { method: 'POST', body })
        if (status === 201) acknowledged.push(exampleRun(at).id)
        if (acknowledged.length === 400) child.kill('SIGKILL')
      }
    }
    await Promise.all([1, 2, 3, 4].map((from) => send(from).catch(() => undefined)))
    ok(acknowledged.length >= 400)
    const store = new SqliteStore({ path })
    for (const id of acknowledged) ok((await store.get(id)) !== undefined, id)
    await store.close()
  })

  test('is not open to others without a key, and says what to do', async () => {
    await rejects(
      startRunServer({ store: memory(), host: '0.0.0.0', port: 0 }),
      (error) => isAosError(error, 'invalid_options') && error.fix !== undefined,
    )
    const store = memory()
    const { key, record } = createApiKey('writer', 'operator')
    await store.addKey(record)
    await using server = await startRunServer({ store, port: 0 })
    const statusWith = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${server.url}/api/v1/runs`, { headers })).status
    deepEqual([await statusWith({}), await statusWith({ 'x-api-key': key })], [401, 200])
  })

  test('listens to no page of another site, which a browser would send without a key', async () => {
    await using server = await startRunServer({ store: memory(), port: 0 })
    const statusWith = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        const { port } = server
        get({ host: '127.0.0.1', port, path: '/api/v1/runs', headers }, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        }).on('error', reject)
      })
    const own = `127.0.0.1:${server.port}`
    const cases: readonly (readonly [Record<string, string>, number])[] = [
      [{}, 200],
      [{ host: `localhost:${server.port}` }, 200],
      [{ origin: `http://${own}`, 'sec-fetch-site': 'same-origin' }, 200],
      [{ host: 'evil.example.com' }, 401],
      [{ host: 'localhost.evil.example.com' }, 401],
      [{ origin: 'https://evil.example.com' }, 401],
      [{ origin: 'null' }, 401],
      [{ 'sec-fetch-site': 'cross-site' }, 401],
    ]
    for (const [headers, status] of cases) equal(await statusWith(headers), status, JSON.stringify(headers))
  })

  test('forgets runs that are older than they are kept', async () => {
    const store = memory()
    await store.create([exampleRun(1), exampleRun(2 * 86_400)])
    const now = Date.parse(exampleRun(2 * 86_400).started_at)
    const server = await startRunServer({ store, port: 0, retainDays: 1, clock: () => now })
    const answer = await fetch(`${server.url}/api/v1/runs`)
    equal(((await answer.json()) as { total: number }).total, 1)
    await server.close()
    for (const retainDays of [0, -1, Number.NaN])
      await rejects(startRunServer({ store: memory(), port: 0, retainDays }), (error) =>
        isAosError(error, 'invalid_options'),
      )
  })

  test('outlives whoever hangs up in the middle of a packed body', async () => {
    await using server = await startRunServer({ store: memory(), port: 0 })
    const socket = connect(server.port, '127.0.0.1')
    const packed = gzipSync('{}').subarray(0, 12)
    const head =
      'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: gzip\r\nContent-Length: 5000\r\n\r\n'
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.write(Buffer.concat([Buffer.from(head), packed]), resolve))
    // the request has come where a later one is answered
    await fetch(`${server.url}/api/v1/health`)
    socket.resetAndDestroy()
    await once(socket, 'close')
    equal((await fetch(`${server.url}/api/v1/health`)).status, 200)
  })

  test('says which port is taken', async () => {
    await using server = await startRunServer({ store: memory(), port: 0 })
    await rejects(startRunServer({ store: memory(), port: server.port }), (error) =>
      isAosError(error, 'invalid_options'),
    )
  })

  test('ends although somebody follows its stream', async () => {
    const server = await startRunServer({ store: memory(), port: 0 })
    const stream = await fetch(`${server.url}/api/v1/runs/stream`)
    equal(stream.status, 200)
    await server.close(50)
    await rejects(stream.text())
  })
})
