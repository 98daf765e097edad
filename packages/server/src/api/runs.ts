import {
  parseAgentRun,
  parseEvalResult,
  verifyRun,
  type AgentRun,
  type KeyInput,
  type ParseIssue,
} from '@agent-run/types'
import type { CreateOutcome, RunStore } from '../store/run-store.ts'
import type { App, Request } from './app-types.ts'
import { requireRole } from './authenticate.ts'
import { invalid, notFound, Problem } from './problem.ts'
import { readJson } from './read-body.ts'
import { readLeaderboardQuery, readRunQuery } from './read-query.ts'
import { readUpdate, withUpdate } from './run-update.ts'

/** What the routes of runs work with. */
export interface RunRoutes {
  readonly store: RunStore
  readonly maxBodyBytes: number
  readonly maxBatchBytes: number
  /** Keys whose signatures are trusted. */
  readonly trustedKeys: readonly KeyInput[]
}

const MAX_BATCH_RUNS = 1_000

/** Adds the routes of agent-run for runs and their evaluations. */
export function addRunRoutes(app: App, routes: RunRoutes): void {
  const { store, maxBodyBytes } = routes
  app.post('/runs', requireRole('operator'), async (context) => {
    const run = readRun(await readJson(context, maxBodyBytes))
    const [outcome] = await store.create([run])
    if (outcome === 'conflict') throw new Problem(409, 'Another run has this id')
    return context.json(receiptOf(run), outcome === 'created' ? 201 : 200)
  })
  app.post('/runs/batch', requireRole('operator'), (context) => createBatch(context, routes))
  app.get('/runs', async (context) => context.json(await store.list(readRunQuery(context))))
  app.get('/runs/:id', async (context) => context.json(await runOf(context, store)))
  app.patch('/runs/:id', requireRole('operator'), async (context) => {
    const update = readUpdate(await readJson(context, maxBodyBytes))
    const run = await store.update(context.req.param('id'), (known) => withUpdate(known, update))
    if (run === undefined) throw notFound()
    return context.json(run)
  })
  app.get('/runs/:id/provenance', async (context) => context.json((await runOf(context, store)).provenance))
  app.get('/runs/:id/verification', async (context) => {
    const run = await runOf(context, store)
    const { parent_run_id: parentId } = run
    const parent = typeof parentId === 'string' ? await store.get(parentId) : undefined
    return context.json(verifyRun(run, { keys: routes.trustedKeys, parent, requireSignature: false }))
  })
  app.put('/runs/:id/eval', requireRole('operator'), async (context) => {
    const parsed = parseEvalResult(await readJson(context, maxBodyBytes))
    if (!parsed.ok) throw invalid('evaluation', parsed.issues)
    const run = await store.attachEval(context.req.param('id'), parsed.value)
    if (run === undefined) throw notFound()
    return context.json(run)
  })
  app.get('/evals/leaderboard', async (context) =>
    context.json({ entries: await store.leaderboard(readLeaderboardQuery(context)) }),
  )
}

async function runOf(context: Request, store: RunStore): Promise<AgentRun> {
  const run = await store.get(context.req.param('id') ?? '')
  if (run === undefined) throw notFound()
  return run
}

function readRun(body: unknown): AgentRun {
  const parsed = parseAgentRun(body)
  if (!parsed.ok) throw invalid('run data', parsed.issues)
  return parsed.value
}

/** What the creator of a run is told. */
interface Receipt {
  readonly id: string
  readonly run_hash: string
  /** Present where the given hash is not the one that follows from the run. */
  readonly provenance_mismatch?: true
}

function receiptOf(run: AgentRun): Receipt {
  const { checks } = verifyRun(run, { requireSignature: false })
  const isFine = checks.every(({ name, ok }) => ok || (name !== 'run_hash' && name !== 'lineage'))
  return {
    id: run.id,
    run_hash: run.provenance.run_hash,
    ...(isFine ? {} : { provenance_mismatch: true }),
  }
}

async function createBatch(context: Request, { store, maxBatchBytes }: RunRoutes): Promise<Response> {
  const body = await readJson(context, maxBatchBytes)
  const given: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'runs') : undefined
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_BATCH_RUNS)
    throw invalid('batch', [{ path: '/runs', message: `must be a list of 1 to ${MAX_BATCH_RUNS} runs` }])
  const runs: AgentRun[] = []
  const issues: ParseIssue[] = []
  for (const [at, one] of given.entries()) {
    const parsed = parseAgentRun(one)
    if (parsed.ok) runs.push(parsed.value)
    else issues.push(...parsed.issues.map(({ path, message }) => ({ path: `/runs/${at}${path}`, message })))
  }
  if (issues.length > 0) throw invalid('batch', issues)
  const outcomes = await store.create(runs)
  return context.json({ results: runs.map((run, at) => resultOf(run, outcomes[at])) })
}

function resultOf(
  run: AgentRun,
  outcome: CreateOutcome = 'conflict',
): Receipt & { readonly outcome: CreateOutcome } {
  return { ...receiptOf(run), outcome }
}
