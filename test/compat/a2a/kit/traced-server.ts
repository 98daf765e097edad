// An instrumented and traced A2A server as a process of its own: `node traced-server.ts <place of the lane>`. COLLECTOR is
// where its spans go; each finished run is a line of JSON on stderr. Its agent asks an instrumented agent of its own.
import { AOSInstrument } from '@aos/sdk'
import { instrumentA2AHandler } from '@aos/sdk/a2a'
import { OpenTelemetryTracer } from '@aos/trace'
import { LANES } from './lanes.ts'

const lane = LANES[Number(process.argv[2])]
if (lane === undefined) throw new Error('there is no such lane')
const tracer = new OpenTelemetryTracer({
  serviceName: 'remote',
  endpoint: process.env['COLLECTOR'],
  spool: false,
  scheduleDelayMs: 1,
})
const instrumented = (name: string): AOSInstrument<(input: unknown) => Promise<unknown>> => {
  const agent = new AOSInstrument(async (input: unknown) => input, { agent: { id: name, name } })
  agent.on('run', (run) => process.stderr.write(`${JSON.stringify(run)}\n`))
  return tracer.instrument(agent)
}
const remote = instrumented('remote')
const worker = instrumented('worker')
const served = await lane.serve({
  gate: (handler) => instrumentA2AHandler(handler, remote),
  during: (text) => worker.run(text),
  user: 'ada',
})
process.stdout.write(`${served.url}\n`)
