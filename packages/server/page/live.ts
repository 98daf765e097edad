import type { AgentRun } from '@agent-run/types'
import { createEventReader } from '../src/view/event-stream.ts'
import { ApiError, type Api } from './api.ts'
import { byId } from '../../trace/page/dom.ts'

/** What the stream tells: a run that changed, or nothing where something may have been missed. */
export type Change = { readonly type: string; readonly run: AgentRun } | undefined

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/**
 * Follows the changes of runs for as long as the page is seen, and says whether it does. A page that is not seen gives its
 * connection back: browsers keep only a few to one server.
 */
export function followChanges(api: Api, onChange: (change: Change) => void): void {
  let after: string | undefined
  const read = async (signal: AbortSignal): Promise<void> => {
    const stream = await api.openStream(after, signal)
    show('live', 'live')
    // what happened before the stream began is told by nobody
    if (after === undefined) onChange(undefined)
    const decode = new TextDecoder()
    const events = createEventReader()
    const reader = stream.getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      for (const { id, event, data } of events(decode.decode(value, { stream: true }))) {
        after = id ?? after
        onChange({ type: event, run: JSON.parse(data) as AgentRun })
      }
    }
  }
  const keepReading = async (): Promise<void> => {
    for (let wait = FIRST_WAIT_MS; ;) {
      const begun = performance.now()
      const outcome = await readWhileSeen(read)
      if (outcome === 'refused') return show('off', 'not live')
      if (outcome === 'hidden') {
        show('off', 'paused')
        await untilSeen()
        // all is read again: what was missed may be more than is worth telling
        after = undefined
      } else {
        show('off', 'reconnecting')
        wait = performance.now() - begun > LONGEST_WAIT_MS ? FIRST_WAIT_MS : wait
        await new Promise((resolve) => setTimeout(resolve, wait))
        wait = Math.min(LONGEST_WAIT_MS, wait * 2)
      }
    }
  }
  void keepReading()
}

async function readWhileSeen(
  read: (signal: AbortSignal) => Promise<void>,
): Promise<'ended' | 'hidden' | 'refused'> {
  const controller = new AbortController()
  const stop = (): void => {
    if (document.hidden) controller.abort()
  }
  document.addEventListener('visibilitychange', stop)
  stop()
  try {
    await read(controller.signal)
    return 'ended'
  } catch (error) {
    if (controller.signal.aborted) return 'hidden'
    // whoever gave no key is told so where the runs would be
    return error instanceof ApiError && error.status === 401 ? 'refused' : 'ended'
  } finally {
    document.removeEventListener('visibilitychange', stop)
  }
}

async function untilSeen(): Promise<void> {
  while (document.hidden)
    await new Promise((resolve) => {
      document.addEventListener('visibilitychange', resolve, { once: true })
    })
}

function show(state: string, text: string): void {
  const holder = byId('live')
  holder.className = state
  holder.textContent = text
}
