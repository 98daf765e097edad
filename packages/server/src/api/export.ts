import type { AgentRun } from '@agent-run/types'
import type { RunStore } from '../store/run-store.ts'
import type { App } from './app-types.ts'

/** Media type of one JSON document on each line. */
export const NDJSON = 'application/x-ndjson'

const CHUNK_BYTES = 64 * 1024

/** Adds the route that gives all runs away, one on each line, as fast as they are taken. */
export function addExportRoute(app: App, { store }: { readonly store: Pick<RunStore, 'export'> }): void {
  app.get('/export', async (context) => {
    const runs = store.export()[Symbol.asyncIterator]()
    // read before anything is answered: a store that cannot be reached is a 503, and no export that breaks off
    const first = await nextLines(runs)
    if (first === undefined) return context.body(null, 200, { 'Content-Type': NDJSON })
    return context.body(streamOf(first, runs), 200, { 'Content-Type': NDJSON })
  })
}

// whoever takes the lines asks for the next ones; an error breaks the connection off, so that no export seems whole
function streamOf(first: Uint8Array, runs: AsyncIterator<AgentRun>): ReadableStream<Uint8Array> {
  let lines: Uint8Array | undefined = first
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        lines ??= await nextLines(runs)
        if (lines === undefined) controller.close()
        else controller.enqueue(lines)
        lines = undefined
      },
      cancel: async () => {
        await runs.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

async function nextLines(runs: AsyncIterator<AgentRun>): Promise<Uint8Array | undefined> {
  let lines = ''
  while (lines.length < CHUNK_BYTES) {
    const next = await runs.next()
    if (next.done === true) break
    lines += `${JSON.stringify(next.value)}\n`
  }
  return lines === '' ? undefined : new TextEncoder().encode(lines)
}
