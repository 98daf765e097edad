// runs many agents at the same time, each with a tool that makes a span of its own
import { setTimeout as delay } from 'node:timers/promises'
import { AOSInstrument, deny, type GuardedRun } from '@aos/sdk'
import { OpenTelemetryTracer } from '@aos/trace'

const [count = '1'] = process.argv.slice(2)
const { ENDPOINT = '', PROTOCOL = 'http/json' } = process.env

const tracer = new OpenTelemetryTracer({
  serviceName: 'agents',
  endpoint: ENDPOINT,
  headers: { authorization: 'Bearer only-on-the-wire' },
  resourceAttributes: { 'deployment.environment.name': 'test' },
  protocol: PROTOCOL === 'http/protobuf' ? PROTOCOL : 'http/json',
  spool: false,
})

const agent = new AOSInstrument(async (input: string, aos: GuardedRun) => {
  await delay(Math.random() * 5)
  return aos.toolCall({ toolName: 'search', parameters: { query: input } }, async () => {
    await delay(Math.random() * 5)
    return tracer.startActiveSpan('user span', async (span) => {
      span.setAttribute('input', input)
      await delay(Math.random() * 5)
      return `found ${input}`
    })
  })
})
agent.registerHook('toolCallRequest', (context) =>
  JSON.stringify(context.parameters).includes('forbidden') ? deny('not allowed') : undefined,
)

const traced = tracer.instrument(agent)
const inputs = Array.from({ length: Number(count) }, (_, index) => `input ${index}`)
const results = await Promise.all(inputs.map((input) => traced.run(input)))
let refused = ''
try {
  await traced.run('forbidden')
} catch (error) {
  refused = String(error)
}
const stats = await tracer.forceFlush()
process.stdout.write(
  `${JSON.stringify({ results, refused, stats, doctor: await tracer.doctor({ probe: true }) })}\n`,
)
