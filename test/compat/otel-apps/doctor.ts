// sets telemetry up, wrongly if its argument says so, and prints what the doctor finds
import { doctor, OpenTelemetryTracer } from '@aos/trace'
import { trace } from '@opentelemetry/api'

const [setup = 'tracer', probe = ''] = process.argv.slice(2)

async function examine(): Promise<unknown> {
  if (setup === 'nothing') return doctor()
  if (setup === 'provider without processor') {
    const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node')
    new NodeTracerProvider().register()
    return doctor()
  }
  if (setup === 'provider that samples nothing') {
    const { AlwaysOffSampler, NodeTracerProvider, NoopSpanProcessor } =
      await import('@opentelemetry/sdk-trace-node')
    new NodeTracerProvider({
      sampler: new AlwaysOffSampler(),
      spanProcessors: [new NoopSpanProcessor()],
    }).register()
    return doctor()
  }
  if (setup === 'global from the application') {
    // registered through the copy of the api that the application has
    trace.setGlobalTracerProvider({ getTracer: (name) => trace.getTracer(name) })
    return doctor()
  }
  const { ENDPOINT } = process.env
  const tracer = new OpenTelemetryTracer({
    serviceName: 'patient',
    spool: false,
    ...(ENDPOINT ? { endpoint: ENDPOINT } : {}),
  })
  if (setup === 'registered tracer') tracer.register()
  return tracer.doctor({ probe: probe === 'probe' })
}

try {
  process.stdout.write(JSON.stringify(await examine()))
} catch (error) {
  process.stdout.write(JSON.stringify({ thrown: String(error) }))
}
