// An instrumented and traced server of the kit as a process of its own: `node traced-server.ts <line> <stdio or http>`.
// COLLECTOR is where its spans go; each finished run is a line of JSON on stderr.
import { AOSInstrument } from '@aos/sdk'
import { OpenTelemetryTracer } from '@aos/trace'
import { serverApplication } from './applications.ts'
import { listen } from './connect.ts'
import { LINES } from './lines.ts'

const [, , index, over] = process.argv
const line = LINES[Number(index)]
if (line === undefined) throw new Error('there is no such line')
const tracer = new OpenTelemetryTracer({
  serviceName: 'kit',
  endpoint: process.env['COLLECTOR'],
  spool: false,
  scheduleDelayMs: 1,
})
const wrap = <T extends object>(server: T): T => {
  const instrumented = new AOSInstrument(server)
  instrumented.on('run', (run) => process.stderr.write(`${JSON.stringify(run)}\n`))
  return tracer.instrument(instrumented) as T
}

if (over === 'stdio') await line.serveStdio(serverApplication(), wrap)
else process.stdout.write(`${(await listen(line, serverApplication(), wrap)).url.href}\n`)
