// makes spans, then ends in the way its first argument names
import { writeSync } from 'node:fs'
import { OpenTelemetryTracer } from '@aos/trace'

const [ending = '', endpoint = '', spool = '', protocol = '', count = '200'] = process.argv.slice(2)

const tracer = new OpenTelemetryTracer({
  serviceName: 'ending',
  endpoint,
  spool,
  protocol: protocol === 'http/protobuf' ? protocol : 'http/json',
  exitDeadlineMs: 10_000,
})
const spans = tracer.getTracer('ending')
for (let index = 0; index < Number(count); index += 1)
  spans.startSpan('work', { attributes: { index, text: 'x'.repeat(1_000) } }).end()

function tell(): void {
  writeSync(1, `${JSON.stringify(tracer.stats())}\n`)
}

const endings: Readonly<Record<string, () => unknown>> = {
  natural: () => undefined,
  exit: () => process.exit(0),
  throw: () => {
    throw new Error('thrown on purpose')
  },
  reject: () => Promise.reject(new Error('rejected on purpose')),
  SIGKILL: async () => {
    // the kernel ends it at once; what ended 50 ms ago, as the event loop counts them, must not be lost
    for (let waited = 0; waited < 50; waited += 10)
      await new Promise((resolve) => {
        setTimeout(resolve, 10)
      })
    process.kill(process.pid, 'SIGKILL')
  },
  SIGTERM: () => {
    setInterval(() => undefined, 1_000)
    process.kill(process.pid, 'SIGTERM')
  },
  SIGINT: () => {
    setInterval(() => undefined, 1_000)
    process.kill(process.pid, 'SIGINT')
  },
  // says what it could not keep
  shutdown: async () => {
    await tracer.shutdown(500)
    tell()
  },
}
void endings[ending]?.()
