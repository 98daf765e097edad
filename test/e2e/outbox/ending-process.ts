// a process that fills an outbox and then ends in the way its first argument names
import { appendFileSync, writeSync } from 'node:fs'
import { createOutbox, installExitHandlers } from '@aos/sdk/outbox'
import type { Deliver } from '@aos/sdk/outbox'

const [ending = '', receiver = '', directory = '', log = ''] = process.argv.slice(2)

const receivers: Readonly<Record<string, Deliver>> = {
  async up({ id }) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    appendFileSync(log, `${id}\n`)
    return { status: 'delivered' }
  },
  down: async () => ({ status: 'retry', reason: 'down' }),
  hanging: () => new Promise(() => undefined),
  // holds the process open, as a socket does
  connected: (_, signal) =>
    new Promise((_resolve, reject) => {
      const socket = setInterval(() => undefined, 1000)
      signal.addEventListener('abort', () => {
        clearInterval(socket)
        reject(new Error('aborted'))
      })
    }),
}

const outbox = createOutbox({
  name: 'e2e',
  directory,
  deliver: receivers[receiver] ?? (() => Promise.reject(new Error(`no receiver ${receiver}`))),
  attemptTimeoutMs: receiver === 'connected' ? 50 : 10_000,
})
if (ending !== 'idle') {
  installExitHandlers({ flushers: [outbox], deadlineMs: receiver === 'up' ? 60_000 : 50 })
  for (let index = 0; index < 200; index += 1) {
    outbox.enqueue({
      id: `item ${index}`,
      kind: 'e2e',
      contentType: 'text/plain',
      body: Buffer.alloc(500, 'x'),
    })
  }
}

function stayAlive(): void {
  process.stdin.resume()
  writeSync(1, 'ready\n')
}

const endings: Readonly<Record<string, () => void>> = {
  idle: () => undefined,
  natural: () => undefined,
  exit: () => process.exit(3),
  exitCode: () => {
    process.exitCode = 4
  },
  throw: () => {
    throw new Error('thrown by the user')
  },
  reject: () => {
    void Promise.reject(new Error('rejected by the user'))
  },
  signal: stayAlive,
  handledSignal: () => {
    process.once('SIGTERM', () => {
      writeSync(1, 'handled\n')
      process.stdin.once('end', () => process.exit(5))
    })
    stayAlive()
  },
}
endings[ending]?.()
