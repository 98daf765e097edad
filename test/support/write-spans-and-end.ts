// A program that writes spans to the file given as its first argument and ends in the way its second argument names.
import { OpenTelemetryTracer } from '@aos/trace'

const [file = '', ending] = process.argv.slice(2)
const tracer = new OpenTelemetryTracer({ serviceName: 'ends', file, scheduleDelayMs: 60_000 })
for (let index = 0; index < 200; index += 1) tracer.startActiveSpan(`span ${index}`, () => undefined)

if (ending === 'exit') process.exit(3)
if (ending === 'throw') throw new Error('thrown on purpose')
if (ending === 'SIGTERM' || ending === 'SIGINT') {
  setInterval(() => undefined, 1_000)
  process.kill(process.pid, ending)
}
