import { verifyRun, type AgentRun } from '@agent-run/types'
import { AOSInstrument, deny, remoteCaller, type AOSOptions, type GuardedRun } from '@aos/sdk'
import { exchange } from '@aos/sdk/adapter'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { guardedAgent, type GuardedAgent } from '../support/guarded-agent.ts'
import { attributesOf, recordedSpans, type RecordedSpans } from '../support/recorded-spans.ts'

let recorded: RecordedSpans

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterAll(() => {
  context.disable()
  trace.disable()
})

beforeEach(() => {
  recorded = recordedSpans()
})

function traced(work: (aos: GuardedRun, input: unknown) => unknown, options: AOSOptions = {}): GuardedAgent {
  return guardedAgent(work, { tracerProvider: recorded.provider, ...options })
}

const call = (aos: GuardedRun, direction: 'inbound' | 'outbound', isError = false): Promise<unknown> =>
  exchange(
    aos.run,
    {
      kind: 'mcp',
      name: 'tools/call',
      value: { name: 'search' },
      facts: {
        mcpServer: 'files',
        protocol: {
          name: 'mcp',
          direction,
          method: 'tools/call',
          leg: 'request',
          id: 7,
          version: '2025-11-25',
          target: 'search',
          peer: { name: 'files', version: '1.2.0', url: 'https://files.example/mcp' },
        },
      },
    },
    () => ({ value: {}, isError, error: new Error('failed there') }),
  )

describe('spans of protocol messages', () => {
  test('are named and described by the conventions for MCP', async () => {
    const { agent } = traced((aos) => call(aos, 'outbound'))
    await agent.run('go')
    const span = recorded.only('tools/call search')
    equal(span.kind, SpanKind.CLIENT)
    deepEqual(
      attributesOf(span, 'mcp.', 'jsonrpc.', 'gen_ai.tool', 'gen_ai.operation', 'aos.mcp', 'aos.peer'),
      {
        'aos.mcp.server.name': 'files',
        'aos.peer.name': 'files',
        'aos.peer.url': 'https://files.example/mcp',
        'aos.peer.version': '1.2.0',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'search',
        'jsonrpc.request.id': '7',
        'mcp.method.name': 'tools/call',
        'mcp.protocol.version': '2025-11-25',
      },
    )
  })

  test('are of a server for what comes in, and fail with the answer', async () => {
    const { agent } = traced((aos) => call(aos, 'inbound', true))
    await agent.run('go')
    const span = recorded.only('tools/call search')
    equal(span.kind, SpanKind.SERVER)
    equal(span.status.code, SpanStatusCode.ERROR)
  })

  test('hold the decisions on the message and on its answer, and a denial is no error', async () => {
    const { agent } = traced((aos) => call(aos, 'outbound').catch(() => 'denied'))
    agent.registerHook('mcp', ({ protocol }) => (protocol?.leg === 'response' ? deny('no') : undefined))
    await agent.run('go')
    const span = recorded.only('tools/call search')
    deepEqual(
      span.events.map(({ attributes }) => [attributes?.['aos.decision.phase'], attributes?.['aos.decision']]),
      [
        ['request', 'abstain'],
        ['result', 'deny'],
      ],
    )
    equal(span.status.code, SpanStatusCode.UNSET)
  })

  test('one of A2A is named by its method', async () => {
    const { agent } = traced((aos) =>
      aos.protocol(
        {
          protocol: 'a2a',
          direction: 'outbound',
          method: 'SendMessage',
          peer: { name: 'travel', version: '2' },
          message: {},
        },
        () => 'sent',
      ),
    )
    await agent.run('go')
    const span = recorded.only('a2a SendMessage')
    deepEqual(attributesOf(span, 'rpc.', 'aos.peer'), {
      'aos.peer.name': 'travel',
      'aos.peer.version': '2',
      'rpc.method': 'SendMessage',
    })
  })
})

describe('a run that serves another process', () => {
  test('continues the trace and the lineage of the caller', async () => {
    const runs: AgentRun[] = []
    const served = traced(() => 'served', { agent: { name: 'callee' } }).agent
    served.on('run', (run) => runs.push(run))
    let headers: Readonly<Record<string, string>> = {}
    const { agent } = traced((aos) =>
      aos.toolCall({ toolName: 'ask', parameters: {} }, () => {
        headers = aos.links()
        return 'asked'
      }),
    )
    agent.on('run', (run) => runs.push(run))
    await agent.run('go')
    await served.run('go', { remote: remoteCaller(headers) })
    const [caller, callee] = runs
    ok(caller && callee)
    equal(callee.parent_run_id, caller.id)
    equal(callee.trigger, 'agent')
    equal(verifyRun(callee, { parent: caller }).checks.find(({ name }) => name === 'lineage')?.ok, true)
    const asking = recorded.only('execute_tool ask').spanContext()
    const serving = recorded.only('invoke_agent callee')
    equal(serving.spanContext().traceId, asking.traceId)
    equal(serving.parentSpanContext?.spanId, asking.spanId)
    equal(serving.parentSpanContext?.isRemote, true)
    equal(serving.attributes['aos.run.parent_id'], caller.id)
  })

  test('stands below a span that is open here and of the same trace', async () => {
    const { agent } = traced((aos) => aos.links(), { agent: { name: 'caller' } })
    const headers = (await agent.run('go')) as Readonly<Record<string, string>>
    const { traceId, spanId } = recorded.only('invoke_agent caller').spanContext()
    const tracer = recorded.provider.getTracer('http server')
    const parent = trace.setSpanContext(context.active(), { traceId, spanId, traceFlags: 1, isRemote: true })
    const server = tracer.startSpan('POST', {}, parent)
    const served = traced(() => 'served', { agent: { name: 'callee' } }).agent
    await context.with(trace.setSpan(context.active(), server), () =>
      served.run('go', { remote: remoteCaller(headers) }),
    )
    equal(recorded.only('invoke_agent callee').parentSpanContext?.spanId, server.spanContext().spanId)
  })

  test('of nobody is one of its own', async () => {
    const agent = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => aos.links())
    deepEqual(await agent.run('go', { remote: remoteCaller({ traceparent: 'nonsense' }) }), {})
  })
})
