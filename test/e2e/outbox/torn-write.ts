// a process that stops for ever in the middle of writing its spool
import { writeSync } from 'node:fs'
import { createSpool } from '../../../packages/sdk/src/outbox/spool.ts'

const [directory = '', share = ''] = process.argv.slice(2)

const spool = createSpool({
  directory,
  maxSpoolBytes: 1024 * 1024,
  maxSpoolAgeMs: 60_000,
  now: Date.now,
  report: () => undefined,
  write(descriptor, bytes) {
    writeSync(descriptor, bytes.subarray(0, Math.floor(bytes.byteLength * Number(share))))
    writeSync(1, 'half\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    return 0
  },
})
spool.write(
  Array.from({ length: 10 }, (_, index) => ({
    item: { id: `item ${index}`, kind: 'e2e', contentType: 'text/plain', body: Buffer.alloc(100, 'x') },
    enqueuedAtMs: Date.now(),
  })),
)
