/** Does work, and rejects where an exception or a rejection that nobody waits for came out of it. */
export async function withoutUnhandled<T>(work: () => Promise<T>): Promise<T> {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  const events = ['unhandledRejection', 'uncaughtException'] as const
  const before = events.map((event) => [event, process.listeners(event as 'uncaughtException')] as const)
  for (const event of events) process.removeAllListeners(event).on(event as 'uncaughtException', note)
  try {
    const result = await work()
    // they are reported once the queue of promises is empty
    for (let turn = 0; turn < 3; turn += 1)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    if (unhandled.length > 0) throw new Error(`unhandled: ${unhandled.map(String).join(', ')}`)
    return result
  } finally {
    for (const [event, listeners] of before) {
      process.removeAllListeners(event)
      for (const listener of listeners) process.on(event as 'uncaughtException', listener)
    }
  }
}
