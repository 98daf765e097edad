import { AOSInstrument, deny, type GuardedRun } from '@aos/sdk'
import { OpenTelemetryTracer } from '@aos/trace'
import { deepEqual, equal } from 'node:assert/strict'
import { afterEach, describe, test } from 'vitest'
import { context, trace } from '@opentelemetry/api'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'

afterEach(() => {
  context.disable()
  trace.disable()
})

describe('a tracer with rules of what is kept', () => {
  test('sends every trace in which something was denied, whole, and none of the others', async () => {
    await using collector = await startOtlpReceiver()
    const tracer = new OpenTelemetryTracer({
      serviceName: 'keeping',
      endpoint: collector.endpoint,
      spool: false,
      keep: { rate: 0 },
    })
    const agent = tracer.instrument(
      new AOSInstrument(
        async (path: string, aos: GuardedRun) =>
          aos
            .toolCall({ toolName: 'read', parameters: { path } }, () =>
              tracer.startActiveSpan('open file', () => 'content'),
            )
            .catch(() => 'denied'),
        { agent: { name: 'reader' } },
      ),
    )
    agent.registerHook('toolCallRequest', ({ parameters }) =>
      parameters['path'] === 'secret' ? deny('private') : undefined,
    )
    for (let run = 0; run < 20; run++) await agent.run(run === 7 ? 'secret' : `file ${run}`)
    const stats = await tracer.shutdown()
    deepEqual(
      collector.spans.map(({ name }) => name),
      ['execute_tool read', 'invoke_agent reader'],
    )
    equal(stats.delivered, 2)
    equal(tracer.provider.sampledOut, 19 * 3)
  })
})
