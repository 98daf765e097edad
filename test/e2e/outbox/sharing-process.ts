// a process that replays a shared spool, one item for each line on its standard input
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createOutbox } from '@aos/sdk/outbox'

const [directory = ''] = process.argv.slice(2)

const permits: (() => void)[] = []
let free = 0

const outbox = createOutbox({
  name: 'e2e',
  directory,
  async deliver({ id }) {
    writeSync(1, `try ${id}\n`)
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => permits.push(resolve))
    writeSync(1, `done ${id}\n`)
    return { status: 'delivered' }
  },
  attemptTimeoutMs: 600_000,
})

const lines = createInterface({ input: process.stdin })
lines.on('line', () => {
  const next = permits.shift()
  if (next === undefined) free += 1
  else next()
})
lines.on('close', () => void outbox.flush(600_000).then(() => writeSync(1, 'end\n')))
