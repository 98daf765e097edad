// How the run server bears load, and how fast it lists: `node --conditions=aos-source test/bench/run-server.ts load
// [seconds] [sqlite|postgres] [runs a second]`, or `… lists [sqlite|postgres] [runs]`. AOS_BENCH_POSTGRES names a
// database, which is filled once; without it one is started. Not part of CI.
import { runHash, type AgentRun } from '@agent-run/types'
import { createRunApp, SqliteStore, type RunStore } from '@aos/server'
import { openPostgresStore } from '@aos/server/postgres'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../packages/server/src/testing/postgres.ts'

const SERVERS = join(import.meta.dirname, '../../packages/server/src/testing')
const DAY = 86_400_000
const YEAR = 365 * DAY
const T0 = Date.now() - YEAR
const BATCH = 100
const STATUSES = ['completed', 'completed', 'completed', 'failed', 'timeout'] as const

function benchRun(at: number, steps: number, everyMs: number): AgentRun {
  const started = new Date(T0 + Math.floor(at * everyMs)).toISOString()
  const id = `018d2f2a-0000-7000-8000-${at.toString(16).padStart(12, '0')}`
  const [agent_id, model, tools_available] = [`agent-${at % 211}`, `model-${at % 7}`, ['search', 'read']]
  const denied = at % 50 === 0 ? { error: 'denied by guardian: pii' } : {}
  return {
    id,
    agent_id,
    agent_name: `Researcher ${at % 211}`,
    model,
    tools_available,
    status: STATUSES[at % STATUSES.length] ?? 'completed',
    outcome: at % 50 === 0 ? 'partial' : 'success',
    started_at: started,
    ended_at: started,
    duration_ms: at % 9_000,
    tags: [`batch${Math.floor(at / 1_000)}`],
    steps: Array.from({ length: steps }, (_, step) => ({
      id: `${id}-${step}`,
      type: 'tool_call' as const,
      tool_name: 'search',
      input_preview: `{"query":"what is new in ${step}"}`,
      output_preview: 'something that was found, and is cut after some words',
      started_at: started,
      success: at % 50 !== 0,
      ...denied,
    })),
    cost: { input_tokens: 900, output_tokens: 100, total_tokens: 1_000, cost_usd: 0.01 },
    provenance: { run_hash: runHash({ agent_id, model, tools_available }) },
  }
}

const shareOf = (sorted: readonly number[], share: number): string =>
  `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)} ms`

function told(name: string, times: readonly number[]): void {
  const sorted = times.toSorted((one, other) => one - other)
  console.log(
    `${name}: p50 ${shareOf(sorted, 0.5)}, p99 ${shareOf(sorted, 0.99)}, most ${shareOf(sorted, 1)}`,
  )
}

interface Load {
  readonly seconds: number
  /** Runs in a second. */
  readonly rate: number
  /** Program of the server, and what it is given. */
  readonly program: readonly string[]
}

/** Posts so many runs each second through the batch endpoint of a server of its own, whatever its answers take. */
async function load({ seconds, rate, program }: Load): Promise<void> {
  const args = ['--conditions=aos-source', ...program]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const url = `${said.toString().trim()}/api/v1/runs/batch`
  const [times, refused]: [number[], number[]] = [[], []]
  const start = performance.now()
  const pause = (1_000 * BATCH) / rate
  const posts: Promise<void>[] = []
  for (let batch = 0; batch * pause < seconds * 1_000; batch++) {
    const due = start + batch * pause
    const runs = Array.from({ length: BATCH }, (_, at) => benchRun(batch * BATCH + at, 20, 500))
    const body = JSON.stringify({ runs })
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    posts.push(
      fetch(url, { method: 'POST', body }).then(async (response) => {
        await response.arrayBuffer()
        if (response.ok) times.push(performance.now() - due)
        else refused.push(response.status)
      }),
    )
  }
  await Promise.all(posts)
  const took = (performance.now() - start) / 1_000
  console.log(
    `${times.length * BATCH} runs of 20 steps in ${took.toFixed(1)} s, ${refused.length} batches refused`,
  )
  told(`a batch of ${BATCH}, since it was due`, times)
  child.kill()
  await once(child, 'exit')
}

const timeOf = (days: number): string => new Date(T0 + days * DAY).toISOString()
const LISTS = [
  'limit=50',
  'limit=50&offset=5000',
  'agent_id=agent-7',
  'status=failed',
  'status=failed&offset=1000',
  'model=model-3',
  'outcome=partial',
  'denied=true',
  'denied=false',
  `since=${timeOf(335)}`,
  `since=${timeOf(100)}&until=${timeOf(130)}`,
  'text=batch12',
  'text=batch1',
  'text=researcher',
  'text=researcher&offset=1000',
  'agent_id=agent-7&status=failed',
  'agent_id=agent-7&status=failed&denied=false',
  'denied=true&model=model-3',
  'status=failed&text=researcher',
  `text=researcher&since=${timeOf(100)}&until=${timeOf(130)}`,
]
const ROUNDS = 200
const MOST_MS = 15_000

/** Fills a store and measures its lists, through the API. */
async function lists(store: RunStore, count: number): Promise<void> {
  const start = performance.now()
  const { total } = await store.list({ limit: 1, offset: 0 })
  for (let from = 0; from < count && total === 0; from += 1_000)
    await store.create(Array.from({ length: 1_000 }, (_, at) => benchRun(from + at, 1, YEAR / count)))
  console.log(`${count} runs kept in ${((performance.now() - start) / 1_000).toFixed(0)} s (${store.name})`)
  console.log(
    `load of the machine: ${loadavg()
      .map((one) => one.toFixed(1))
      .join(', ')}`,
  )
  const app = createRunApp({ store, anonymous: 'viewer', view: false })
  for (const query of LISTS) {
    const times: number[] = []
    const began = performance.now()
    for (let round = 0; round <= ROUNDS && performance.now() - began < MOST_MS; round++) {
      const asked = performance.now()
      const answer = await app.request(`/api/v1/runs?${query}`)
      await answer.arrayBuffer()
      if (round > 0) times.push(performance.now() - asked)
    }
    told(query, times)
  }
  await store.close()
}

/** Works with a database that is filled already, or with one of its own. */
async function withPostgres(work: (url: string) => Promise<void>): Promise<void> {
  const url = process.env['AOS_BENCH_POSTGRES']
  if (url !== undefined) return work(url)
  // a quarter of the memory of a small server, as its documentation advises
  await using own = await startPostgres(['shared_buffers=1GB'])
  await work(own.url)
}

/** Works with a folder that is removed then. */
async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aos-bench-'))
  await work(folder)
  rmSync(folder, { recursive: true, force: true })
}

const [what, ...given] = process.argv.slice(2)
const which = given.includes('postgres') ? 'postgres' : 'sqlite'
const [first, second] = given.filter((word) => /^\d+$/.test(word)).map(Number)
const [seconds, rate, count] = [first ?? 60, second ?? 1_000, first ?? 1_000_000]
if (what === 'load' && which === 'sqlite')
  await withFolder((folder) =>
    load({ seconds, rate, program: [join(SERVERS, 'serve-until-killed.ts'), join(folder, 'runs.db')] }),
  )
else if (what === 'load')
  await withPostgres((url) =>
    load({ seconds, rate, program: [join(SERVERS, 'serve-postgres.ts'), url, `load_${Date.now()}`] }),
  )
else if (what === 'lists' && which === 'sqlite')
  await withFolder((folder) => lists(new SqliteStore({ path: join(folder, 'runs.db') }), count))
else if (what === 'lists')
  await withPostgres(async (url) => lists(await openPostgresStore({ url, schema: 'bench' }), count))
else {
  console.error(
    'Say what: load [seconds] [sqlite|postgres] [runs a second], or lists [sqlite|postgres] [runs]',
  )
  process.exitCode = 1
}
