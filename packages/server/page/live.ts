import type { AgentRun } from '@agent-run/types'
import { createEventReader } from '../src/view/event-stream.ts'
import { ApiError, type Api } from './api.ts'
import { byId } from './dom.ts'

/** What the stream tells: a run that changed, or nothing where something may have been missed. */
export type Change = { readonly type: string; readonly run: AgentRun } | undefined

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/** Follows the changes of runs for as long as the page is open, and says whether it does. */
export function followChanges(api: Api, onChange: (change: Change) => void): void {
  let after: string | undefined
  const read = async (): Promise<void> => {
    const stream = await api.openStream(after, new AbortController().signal)
    show('live', 'live')
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
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
      const begun = performance.now()
      try {
        await read()
      } catch (error) {
        // whoever gave no key is told so where the runs would be
        if (error instanceof ApiError && error.status === 401) return show('off', 'not live')
      }
      if (performance.now() - begun > LONGEST_WAIT_MS) wait = FIRST_WAIT_MS
      show('off', 'reconnecting')
      await new Promise((resolve) => setTimeout(resolve, wait))
      // without an event there is no place to go on from
      if (after === undefined) onChange(undefined)
    }
  }
  void keepReading()
}

function show(state: string, text: string): void {
  const holder = byId('live')
  holder.className = state
  holder.textContent = text
}
