import { AOSInstrument, deny, type GuardedRun } from '@aos/sdk'
import { logs } from '@opentelemetry/api-logs'
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-node'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { afterEach, describe, test } from 'vitest'
import { eventsSink } from './events-sink.ts'

const CANARY = 'jane.doe@example.com'

afterEach(() => {
  logs.disable()
})

interface Emitted {
  readonly loggerProvider: LoggerProvider
  readonly records: () => readonly ReadableLogRecord[]
}

function emitted(): Emitted {
  const exporter = new InMemoryLogRecordExporter()
  const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
  return { loggerProvider, records: () => exporter.getFinishedLogRecords() }
}

async function work(_input: unknown, aos: GuardedRun): Promise<unknown> {
  await aos.model(
    { model: 'm-1', provider: 'acme', messages: [{ role: 'user', content: `to ${CANARY}` }] },
    (_m, report) =>
      report({ usage: { inputTokens: 10, outputTokens: 5 }, actual: 'm-1-2026', finishReasons: ['stop'] }),
  )
  aos.reasoning(`write to ${CANARY}`, { action: 'tool_call', tool: 'delete' })
  await aos.toolCall({ toolName: 'delete', parameters: { of: CANARY } }, () => 'x').catch(() => 'denied')
  await aos
    .toolCall({ toolName: 'break', parameters: {} }, () => {
      throw new TypeError(`no ${CANARY}`)
    })
    .catch(() => 'failed')
  return 'done'
}

describe('eventsSink', () => {
  test('emits runs, model calls, decisions and failures with the ids of span, run and session', async () => {
    const { loggerProvider, records } = emitted()
    const agent = new AOSInstrument(work, {
      agent: { id: 'a-1', name: 'worker' },
      session: 's1',
      tracerProvider: new BasicTracerProvider(),
      sinks: [eventsSink({ loggerProvider })],
    })
    agent.registerHook('toolCallRequest', () => deny(`not for ${CANARY}`), { match: 'delete', name: 'guard' })
    await agent.run('go')
    await agent.flush()
    deepEqual(
      records().map(({ eventName, severityText }) => [eventName, severityText]),
      [
        ['aos.run.start', 'INFO'],
        ['aos.component.change', 'INFO'],
        ['gen_ai.client.inference.operation.details', 'INFO'],
        ['aos.step.reasoning', 'INFO'],
        ['aos.component.change', 'INFO'],
        ['aos.decision', 'WARN'],
        ['aos.component.change', 'INFO'],
        ['exception', 'ERROR'],
        ['aos.run.end', 'INFO'],
      ],
    )
    const [start, , inference] = records()
    for (const { attributes, spanContext, eventName } of records()) {
      equal(attributes['aos.session.id'], 's1', eventName)
      equal(attributes['aos.run.id'], start?.attributes['aos.run.id'])
      equal(attributes['gen_ai.agent.name'], 'worker')
      equal(spanContext?.traceId, start?.spanContext?.traceId)
    }
    equal(inference?.attributes['gen_ai.usage.input_tokens'], 10)
    equal(inference?.attributes['gen_ai.response.model'], 'm-1-2026')
    ok(inference?.spanContext?.spanId !== start?.spanContext?.spanId)
    const decision = records().find(({ eventName }) => eventName === 'aos.decision')
    equal(decision?.attributes['aos.decision.by'], 'guard')
    equal(decision?.attributes['aos.decision.enforced'], 'denied')
    const all = JSON.stringify(records().map(({ attributes, body }) => [attributes, body]))
    ok(!all.includes(CANARY), all)
  })

  test('says whose component has changed, also outside of runs', async () => {
    const { loggerProvider, records } = emitted()
    const agent = new AOSInstrument(work, {
      agent: { id: 'w-1', name: 'worker' },
      sinks: [eventsSink({ loggerProvider })],
    })
    await agent.disableComponent('tool:search')
    const [changed] = records()
    equal(changed?.attributes['aos.component.change'], 'DISABLED')
    equal(changed?.attributes['gen_ai.agent.name'], 'worker')
    equal(changed?.attributes['gen_ai.agent.id'], 'w-1')
  })

  test('uses the global provider, and one that does nothing changes nothing', async () => {
    const { loggerProvider, records } = emitted()
    const quiet = new AOSInstrument(work, { sinks: [eventsSink()] })
    equal(await quiet.run('go'), 'done')
    logs.setGlobalLoggerProvider(loggerProvider)
    const agent = new AOSInstrument(work, { sinks: [eventsSink()] })
    await agent.run('go')
    await agent.flush()
    equal(records().at(-1)?.eventName, 'aos.run.end')
  })

  test('a logger that throws changes nothing', async () => {
    const loggerProvider = {
      getLogger: () => ({
        emit: () => {
          throw new Error('broken')
        },
      }),
    }
    const agent = new AOSInstrument(work, { sinks: [eventsSink({ loggerProvider })] })
    equal(await agent.run('go'), 'done')
  })
})
