// makes spans, then ends the process in the way its argument names
import { OpenTelemetryTracer } from '@aos/trace'

const [ending = 'natural', count = '200'] = process.argv.slice(2)
const { ENDPOINT = '', SPOOL = '', DEADLINE = '2000', PROTOCOL = 'http/json', TEXT = '0' } = process.env

const tracer = new OpenTelemetryTracer({
  serviceName: 'emitter',
  endpoint: ENDPOINT,
  spool: SPOOL,
  exitDeadlineMs: Number(DEADLINE),
  protocol: PROTOCOL === 'http/protobuf' ? PROTOCOL : 'http/json',
  // no batch leaves by itself: what arrives was saved by the end of the process
  scheduleDelayMs: 600_000,
  maxBatchSpans: 1_000_000,
})
const spans = tracer.getTracer('emitter')
for (let index = 0; index < Number(count); index += 1) {
  spans.startSpan(`span ${index}`, { attributes: { index, ending, text: 'x'.repeat(Number(TEXT)) } }).end()
}
process.stdout.write(`${JSON.stringify(tracer.stats())}\n`)

if (ending === 'kill') {
  for (let waited = 0; waited < 50; waited += 10)
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  process.kill(process.pid, 'SIGKILL')
}
if (ending === 'exit') process.exit(0)
if (ending === 'throw') throw new Error('thrown on purpose')
if (ending === 'reject') void Promise.reject(new Error('rejected on purpose'))
if (ending === 'signal') {
  setInterval(() => undefined, 1_000)
  process.stdout.write('ready\n')
}
if (ending === 'shutdown') process.stdout.write(`${JSON.stringify(await tracer.shutdown())}\n`)
