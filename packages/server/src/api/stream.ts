import { diag } from '@opentelemetry/api'
import { streamSSE, type SSEStreamingApi } from 'hono/streaming'
import type { RunStore } from '../store/run-store.ts'
import type { App, Request } from './app-types.ts'
import { invalid } from './problem.ts'

const PAGE = 100

/** What the stream works with. */
export interface StreamRoutes {
  readonly store: RunStore
  /** Milliseconds between comments that keep a connection open. */
  readonly heartbeatMs: number
}

/** Adds the stream of changes (agent-run, stream): one that comes back with `Last-Event-ID` gets what it missed. */
export function addStreamRoute(app: App, { store, heartbeatMs }: StreamRoutes): void {
  app.get('/runs/stream', async (context) => {
    const from = lastEventId(context) ?? (await store.latestChange())
    return streamSSE(context, (stream) => follow(stream, { store, from, heartbeatMs }))
  })
}

function lastEventId({ req }: Request): number | undefined {
  const given = req.header('last-event-id') ?? req.query('last_event_id')
  if (given === undefined || given === '') return undefined
  if (/^\d{1,15}$/.test(given)) return Number(given)
  throw invalid('query', [{ path: '/Last-Event-ID', message: 'must be the id of an event of this stream' }])
}

async function follow(
  stream: SSEStreamingApi,
  { store, from, heartbeatMs }: StreamRoutes & { readonly from: number },
): Promise<void> {
  let seq = from
  let wake: () => void = () => undefined
  const stop = store.onChange(() => wake())
  stream.onAbort(() => wake())
  const beat = setInterval(() => void stream.write(': \n\n'), heartbeatMs)
  try {
    while (!stream.aborted) {
      // made before looking, so that a change in between wakes it
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      const told = await tell(stream, store, seq)
      if (told === seq) await changed
      seq = told
    }
  } catch (error) {
    // the stream ends, and whoever follows comes back with the last id
    diag.warn('aos: a stream of runs ended', String(error))
  } finally {
    clearInterval(beat)
    stop()
  }
}

async function tell(stream: SSEStreamingApi, store: RunStore, seq: number): Promise<number> {
  let last = seq
  for (const change of await store.changesAfter(seq, PAGE)) {
    const run = await store.get(change.runId)
    last = change.seq
    // one that was forgotten meanwhile is told of no more
    if (run === undefined || stream.aborted) continue
    await stream.writeSSE({ id: String(change.seq), event: change.type, data: JSON.stringify(run) })
  }
  return last
}
