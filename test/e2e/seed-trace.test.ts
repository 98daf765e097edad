import { deepEqual, equal, ok } from 'node:assert/strict'
import { createGuardianServer } from '@aos/guardian/server'
import { AOSInstrument, deny, type GuardedRun } from '@aos/sdk'
import { reasoning, scriptedModel, text, toolCall } from '@aos/sdk/testing'
import {
  AOSTraceProvider,
  AOSTraceStream,
  formatSpan,
  OCSFLogger,
  OpenTelemetryTracer,
  toA2ATraceEvent,
  toTraceEmit,
  traceEmitReceiver,
  type OcsfEvent,
  type ReadableSpan,
  type TraceEvent,
} from '@aos/trace'
import type { Span } from '@opentelemetry/api'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { tool, ToolLoopAgent } from 'ai'
import { describe } from 'vitest'
import { z } from 'zod'
import { verifies } from '../conformance/verifies.ts'
import { startEventReceiver } from '../support/event-receiver.ts'

const seconds = (second: number): number => Date.parse('2024-01-15T10:30:00Z') + second * 1000

/** The caller's span of the landing page, around a run that thinks once and calls two tools. */
async function agentSession(): Promise<ReadableSpan> {
  const exporter = new InMemorySpanExporter()
  const options = { spanProcessors: [new SimpleSpanProcessor(exporter)] }
  await using provider = new AOSTraceProvider(options)
  await using tracer = new OpenTelemetryTracer(options)
  const agent = tracer.instrument(
    new AOSInstrument(
      async (query: string, aos: GuardedRun) => {
        for (const thought of ['Need to search for recent AI safety papers', 'One more', 'Enough'])
          aos.reasoning(thought, { action: 'tool_call', tool: 'web-search' })
        await aos.toolCall({ toolName: 'web-search', parameters: { query } }, () => 'papers')
        return aos.toolCall({ toolName: 'summarize', parameters: {} }, () => 'summary')
      },
      { agent: { name: 'research-assistant' }, clock: () => seconds(1) },
    ),
  )
  const startTime = new Date(seconds(0))
  await provider
    .getTracer('research-assistant')
    .startActiveSpan('agent_session', { startTime }, async (span: Span) => {
      span.setAttribute('aos.session.id', 'sess_123')
      span.setAttribute('aos.agent.name', 'research-assistant')
      await agent.run('Find recent AI safety papers')
      span.end()
    })
  const session = exporter.getFinishedSpans().find(({ name }) => name === 'agent_session')
  if (session === undefined) throw new Error('there is no agent_session')
  return session
}

/** An agent of the AI SDK that thinks, then asks for a database that it may not have. */
function databaseAgent(clock: () => number): AOSInstrument<ToolLoopAgent<never>> {
  let calls = 0
  const asks = [reasoning('Analyzing request...'), toolCall('database_query', { query: 'SELECT *' })]
  const model = scriptedModel({ steps: () => (calls++ % 2 === 0 ? asks : text('I may not.')) })
  const tools = {
    database_query: tool({ inputSchema: z.object({ query: z.string() }), execute: async () => 'rows' }),
  }
  const agent = new AOSInstrument(new ToolLoopAgent({ model, tools }), {
    agent: { name: 'research-assistant', id: 'agent_456' },
    clock,
  })
  agent.registerHook('toolCallRequest', () => deny('Sensitive data access'))
  return agent as never
}

describe('the landing page, Traceable', () => {
  verifies('aos.seed.S24', 'formatSpan prints the span as it is printed there', async () => {
    const session = await agentSession()
    const { traceId, spanId } = session.spanContext()
    const { events, ...printed } = formatSpan(session)
    deepEqual(printed, {
      traceId,
      spanId,
      operationName: 'agent_session',
      startTime: '2024-01-15T10:30:00Z',
      attributes: {
        'aos.session.id': 'sess_123',
        'aos.agent.name': 'research-assistant',
        'aos.reasoning.steps': 3,
        'aos.tools.called': ['web-search', 'summarize'],
      },
    })
    deepEqual(events[0], {
      name: 'aos.step.reasoning',
      timestamp: '2024-01-15T10:30:01Z',
      attributes: {
        thought: 'Need to search for recent AI safety papers',
        action: 'tool_call',
        tool: 'web-search',
      },
    })
  })

  verifies(
    'aos.seed.S26',
    'the printed message is made, and a guardian server makes an event of it',
    async () => {
      const session = await agentSession()
      const { traceId, spanId } = session.spanContext()
      const message = toTraceEmit(session)
      deepEqual(message, {
        jsonrpc: '2.0',
        method: 'aos/trace/emit',
        params: {
          traceId,
          spanId,
          event: {
            type: 'agent.execution',
            timestamp: '2024-01-15T10:30:00Z',
            attributes: {
              'session.id': 'sess_123',
              'agent.name': 'research-assistant',
              'reasoning.steps': 3,
              'tools.called': ['web-search', 'summarize'],
            },
          },
        },
      })
      const exporter = new InMemoryLogRecordExporter()
      const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
      const server = createGuardianServer({
        policies: [],
        default: 'allow',
        port: 0,
        onTrace: traceEmitReceiver({ loggerProvider }),
      })
      const url = await server.listen()
      const post = async (body: object): Promise<unknown> => {
        const headers = { 'content-type': 'application/json' }
        return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json()
      }
      // as it is printed, without an id, and with one
      deepEqual(await post(message), { jsonrpc: '2.0', id: null, result: { accepted: true } })
      deepEqual(await post(toTraceEmit(session, { id: 7 })), {
        jsonrpc: '2.0',
        id: 7,
        result: { accepted: true },
      })
      await server.close()
      const records = exporter.getFinishedLogRecords()
      equal(records.length, 2)
      for (const { eventName, hrTime, spanContext, attributes } of records) {
        deepEqual([eventName, hrTime], ['aos.trace.emit', [1705314600, 0]])
        deepEqual([spanContext?.traceId, spanContext?.spanId], [traceId, spanId])
        deepEqual(attributes, {
          'aos.event.type': 'agent.execution',
          'aos.session.id': 'sess_123',
          'aos.agent.name': 'research-assistant',
          'aos.reasoning.steps': 3,
          'aos.tools.called': ['web-search', 'summarize'],
        })
      }
    },
  )

  verifies(
    'aos.seed.S27',
    'toA2ATraceEvent makes the trace event that is handed on between agents',
    async () => {
      const session = await agentSession()
      const { traceId, spanId } = session.spanContext()
      deepEqual(toA2ATraceEvent(session, { endpoint: 'https://telemetry.example.com' }), {
        apiVersion: 'a2a.io/v1',
        kind: 'TraceEvent',
        metadata: { traceId, spanId, timestamp: '2024-01-15T10:30:00Z' },
        spec: {
          eventType: 'agent.execution',
          agent: { name: 'research-assistant', session: 'sess_123' },
          execution: { reasoningSteps: 3, toolsCalled: ['web-search', 'summarize'] },
          observability: { format: 'opentelemetry', endpoint: 'https://telemetry.example.com' },
        },
      })
    },
  )

  verifies(
    'aos.seed.S28',
    'an attached OCSFLogger posts events with the key, without being asked',
    async () => {
      await using siem = await startEventReceiver()
      const logger = new OCSFLogger({ endpoint: siem.endpoint, apiKey: 'your-api-key', spool: false })
      const aosAgent = databaseAgent(() => seconds(1))
      aosAgent.attachLogger(logger)
      await aosAgent.run('Access customer database')
      await logger.close()
      const events = siem.events as readonly OcsfEvent[]
      ok(events.some(({ type_uid: uid, action }) => uid === 200401 && action === 'Denied'))
      ok(events.some(({ type_uid: uid, is_alert: alert }) => uid === 600399 && alert === true))
      deepEqual(
        new Set(siem.requests.map(({ headers }) => headers.authorization)),
        new Set(['Bearer your-api-key']),
      )
      const { created, delivered, dropped, spooled } = logger.stats()
      deepEqual({ delivered, dropped, spooled }, { delivered: created, dropped: 0, spooled: 0 })
      equal(created, events.length)
    },
  )

  verifies('aos.seed.S29', 'the profile landing gives the event that is printed there', async () => {
    const events: OcsfEvent[] = []
    const logger = new OCSFLogger({ profile: 'landing', emit: (event) => void events.push(event) })
    const aosAgent = databaseAgent(() => seconds(0))
    aosAgent.attachLogger(logger)
    await aosAgent.run('Access customer database', { session: 'sess_123' })
    await logger.close()
    const extensions = events.map((event) => event['aos_extensions']) as readonly {
      readonly reasoning_chain: readonly { readonly thought: string }[]
    }[]
    const thought = extensions[0]?.reasoning_chain[0]?.thought
    ok(thought?.includes('Analyzing request...'))
    deepEqual(events, [
      {
        activity_id: 1,
        activity_name: 'Agent Execution',
        category_uid: 3,
        category_name: 'Application Activity',
        class_uid: 3001,
        class_name: 'AI Agent Activity',
        severity_id: 4,
        time: 1705314600,
        metadata: { version: '1.0.0', product: { name: 'AOS Agent', vendor_name: 'AOS' } },
        actor: {
          session: { uid: 'sess_123', created_time: 1705314600 },
          idp: { name: 'research-assistant', uid: 'agent_456' },
        },
        aos_extensions: {
          reasoning_chain: [{ step: 1, thought, action: 'tool_call', tool: 'database_query' }],
          tools_invoked: ['database_query'],
          data_accessed: [],
          risk_score: 8.5,
        },
      },
    ])
  })

  verifies('aos.seed.S30', 'AOSTraceStream delivers to listeners, and nothing before start()', async () => {
    const aosAgent = databaseAgent(() => seconds(1))
    const traceStream = new AOSTraceStream(aosAgent)
    const alerted: TraceEvent[] = []
    const heard: string[] = []
    traceStream.on('event', (event) => {
      heard.push(`[${event.timestamp}] ${event.type}:`)
      if (event.severity === 'high') alerted.push(event)
    })
    await aosAgent.run('Access customer database')
    equal(heard.length, 0)
    await traceStream.start()
    await aosAgent.run('Access customer database')
    ok(heard.includes('[2024-01-15T10:30:01Z] session.start:'))
    deepEqual(
      alerted.map(({ type }) => type),
      ['security.alert'],
    )
    await traceStream.stop()
  })

  verifies('aos.seed.S31', 'it prints session, reasoning, tool call and alert, in this order', async () => {
    let second = 1
    const aosAgent = databaseAgent(() => seconds(second))
    const traceStream = new AOSTraceStream(aosAgent, { risk: { database_query: 'high' } })
    const printed: unknown[] = []
    traceStream.on('event', ({ timestamp, type, data }) => {
      if (!['session.start', 'reasoning.step', 'tool.call', 'security.alert'].includes(type)) return
      printed.push(`[${timestamp}] ${type}:`, data)
      second += 1
    })
    await traceStream.start()
    await aosAgent.run('Access customer database', { session: 'sess_789', user: { id: 'alice' } })
    deepEqual(printed, [
      '[2024-01-15T10:30:01Z] session.start:',
      { id: 'sess_789', user: 'alice' },
      '[2024-01-15T10:30:02Z] reasoning.step:',
      { thought: 'Analyzing request...' },
      '[2024-01-15T10:30:03Z] tool.call:',
      { name: 'database_query', risk: 'high' },
      '[2024-01-15T10:30:04Z] security.alert:',
      { reason: 'Sensitive data access' },
    ])
    await traceStream.stop()
  })
})
