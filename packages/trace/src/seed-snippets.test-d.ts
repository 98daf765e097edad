import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import {
  AOSTraceStream,
  OCSFLogger,
  OpenTelemetryTracer,
  type OcsfEvent,
  type TraceEvent,
  type TraceSeverity,
} from './index.ts'

// the snippets of the landing page, in their TypeScript form
const aosAgent = new AOSInstrument(async (input: string, _aos: GuardedRun) => input.length)
declare function alertSecurityTeam(event: TraceEvent): void
declare function print(...values: readonly unknown[]): void

const securityLogger = new OCSFLogger({
  endpoint: 'https://siem.example.com/ocsf',
  apiKey: 'your-api-key',
})
aosAgent.attachLogger(securityLogger)

const traceStream = new AOSTraceStream(aosAgent)
traceStream.on('event', (event) => {
  print(`[${event.timestamp}] ${event.type}:`, event.data)
  if (event.severity === 'high') {
    alertSecurityTeam(event)
  }
})
await traceStream.start()

// the type of an event says what its data is
for await (const event of traceStream) {
  const severity: TraceSeverity = event.severity
  print(severity)
  if (event.type === 'tool.call') print(event.data.name.length, event.data.risk === 'high')
  if (event.type === 'session.start') print(event.data.id, event.data.user)
  // @ts-expect-error a thought is no part of a tool call
  if (event.type === 'tool.call') print(event.data.thought)
  // @ts-expect-error no such type of event exists
  if (event.type === 'tool.called') print(event)
}
void new AOSTraceStream(new OpenTelemetryTracer(), {
  risk: (tool) => (tool === 'shell' ? 'high' : undefined),
})
void new OCSFLogger({ file: 'events.ndjson', version: '1.9.0' })
void new OCSFLogger({ emit: (event: OcsfEvent) => event.class_uid })

// @ts-expect-error a plain agent has nothing to attach to
void new AOSTraceStream((input: string) => input)
// @ts-expect-error a version that is not made
void new OCSFLogger({ endpoint: 'https://siem.example.com', version: '1.1.0' })
// @ts-expect-error a misspelt option
void new OCSFLogger({ endPoint: 'https://siem.example.com' })
