import type { AgentRun } from '@agent-run/types'
import type { CreateOutcome } from '@aos/server'
import { linesOf } from './lines-of.ts'
import type { RunPlace } from './run-place.ts'
import {
  memberOf,
  notOurs,
  persistently,
  refusal,
  serverAt,
  unreachable,
  type Server,
} from './server-client.ts'

/** The runs of a server, over its API. */
export function serverPlace(address: string, key: string | undefined): RunPlace {
  const server = serverAt(address, key)
  return {
    name: server.origin,
    runs: (signal) => exported(server, signal),
    create: (runs, signal) => create(server, runs, signal),
    close: () => Promise.resolve(),
  }
}

async function* exported(server: Server, signal: AbortSignal): AsyncGenerator<string> {
  const response = await persistently(server, { path: '/api/v1/export' }, signal)
  const isExport = response.headers.get('content-type')?.startsWith('application/x-ndjson') === true
  if (!response.ok || !isExport || response.body === null) throw await refusal(server, response)
  try {
    yield* linesOf(response.body)
  } catch (cause) {
    signal.throwIfAborted()
    throw unreachable(server, cause)
  }
}

async function create(
  server: Server,
  runs: readonly AgentRun[],
  signal: AbortSignal,
): Promise<readonly CreateOutcome[]> {
  const body = JSON.stringify({ runs })
  const response = await persistently(server, { path: '/api/v1/runs/batch', body }, signal)
  if (response.status === 413 && runs.length > 1) {
    await response.body?.cancel()
    const half = Math.ceil(runs.length / 2)
    const first = await create(server, runs.slice(0, half), signal)
    return [...first, ...(await create(server, runs.slice(half), signal))]
  }
  if (!response.ok) throw await refusal(server, response)
  const answer = (await response.json().catch(() => undefined)) as unknown
  const outcomes = outcomesOf(answer)
  if (outcomes?.length === runs.length) return outcomes
  throw notOurs(server, 'it did not say what became of the runs')
}

function outcomesOf(answer: unknown): readonly CreateOutcome[] | undefined {
  const results = memberOf(answer, 'results')
  if (!Array.isArray(results)) return undefined
  const outcomes = results.map((result) => memberOf(result, 'outcome'))
  return outcomes.every(isOutcome) ? outcomes : undefined
}

function isOutcome(value: unknown): value is CreateOutcome {
  return value === 'created' || value === 'same' || value === 'conflict'
}
