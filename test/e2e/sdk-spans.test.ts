import { deny, modify, type AOSOptions, type GuardedRun } from '@aos/sdk'
import { context, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { verifies } from '../conformance/verifies.ts'
import { guardedAgent, outcomeOf, type GuardedAgent } from '../support/guarded-agent.ts'
import { attributesOf, recordedSpans, type RecordedSpans } from '../support/recorded-spans.ts'

let recorded: RecordedSpans
let user: Tracer

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterAll(() => {
  context.disable()
  trace.disable()
})

beforeEach(() => {
  recorded = recordedSpans()
  user = recorded.provider.getTracer('user')
})

function traced(work: (aos: GuardedRun, input: unknown) => unknown, options: AOSOptions = {}): GuardedAgent {
  return guardedAgent(work, { tracerProvider: recorded.provider, ...options })
}

const search = (aos: GuardedRun, execute: () => unknown = () => 'found'): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: { query: 'x' }, executionId: 'call-1' }, execute)

const chat = (aos: GuardedRun): Promise<unknown> =>
  aos.model(
    { model: 'model-1', provider: 'acme', messages: [{ role: 'user', content: 'hi' }] },
    (_messages, report) => {
      const usage = {
        inputTokens: 10,
        outputTokens: 5,
        cacheReadTokens: 2,
        cacheWriteTokens: 1,
        reasoningTokens: 3,
      }
      report({ usage, actual: 'model-1-2026', finishReasons: ['stop'] })
      return 'answer'
    },
  )

const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId

describe('spans', () => {
  verifies('aos-sdk.span.names', 'of a run and each kind of operation', async () => {
    const { agent } = traced(
      async (aos) => {
        await chat(aos)
        await search(aos)
        await aos.knowledge({ query: 'q', source: 'wiki' }, () => ['doc'])
        await aos.memoryStore(['note'], () => undefined)
        await aos.memoryContext(() => ['note'])
        await aos.protocol(
          { protocol: 'mcp', direction: 'outbound', method: 'tools/call', server: 'files', message: {} },
          () => 1,
        )
        await aos.protocol({ protocol: 'a2a', direction: 'inbound', message: {} }, () => 1)
      },
      { agent: { id: 'a1', name: 'worker', version: '2' }, toolKinds: { search: 'memoryContext' } },
    )
    await agent.run('go', { session: 's1', user: { id: 'u1' } })
    const names = recorded.spans().map(({ name }) => name)
    deepEqual(names, [
      'chat model-1',
      'execute_tool search',
      'retrieval wiki',
      'upsert_memory memory',
      'search_memory memory',
      'tools/call',
      'a2a inbound',
      'invoke_agent worker',
    ])
    const run = recorded.only('invoke_agent worker')
    deepEqual(
      [run.kind, recorded.only('chat model-1').kind, recorded.only('execute_tool search').kind],
      [SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.INTERNAL],
    )
    const {
      'gen_ai.agent.id': id,
      'gen_ai.agent.version': version,
      'gen_ai.operation.name': operation,
      'gen_ai.conversation.id': conversation,
    } = run.attributes
    deepEqual([id, version, operation, conversation], ['a1', '2', 'invoke_agent', 's1'])
    deepEqual(
      [
        run.attributes['aos.session.id'],
        run.attributes['aos.agent.name'],
        run.attributes['aos.tools.called'],
      ],
      ['s1', 'worker', ['search']],
    )
    deepEqual(
      [
        run.attributes['aos.run.status'],
        run.attributes['aos.run.outcome'],
        run.attributes['aos.run.tool_calls'],
      ],
      ['completed', 'success', 1],
    )
    ok(!JSON.stringify(run.attributes).includes('u1'))
    deepEqual(attributesOf(recorded.only('execute_tool search'), 'gen_ai.', 'aos.tool'), {
      'gen_ai.agent.name': 'worker',
      'gen_ai.conversation.id': 's1',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'search',
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': 'call-1',
      'gen_ai.tool.call.arguments': '{"query":"x"}',
      'gen_ai.tool.call.result': 'found',
      'aos.tool.id': 'search',
      'aos.tool.kind': 'memoryContext',
      'aos.tool.execution_id': 'call-1',
      'aos.tool.is_error': false,
    })
    ok(recorded.spans().every(({ instrumentationScope }) => instrumentationScope.name === '@aos/sdk'))
  })

  verifies('aos-sdk.span.usage', 'on the model call, and summed under other names', async () => {
    const { agent } = traced((aos) => Promise.all([chat(aos), chat(aos)]), { price: () => 0.5 })
    await agent.run('go')
    const [first, second] = recorded.spans()
    ok(first !== undefined && second !== undefined)
    const usage = {
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.usage.cache_read.input_tokens': 2,
      'gen_ai.usage.cache_creation.input_tokens': 1,
      'gen_ai.usage.reasoning.output_tokens': 3,
    }
    for (const span of [first, second]) {
      deepEqual(attributesOf(span, 'gen_ai.usage'), usage)
      deepEqual(
        [span.attributes['gen_ai.response.model'], span.attributes['gen_ai.response.finish_reasons']],
        ['model-1-2026', ['stop']],
      )
    }
    const run = recorded.only('invoke_agent worker')
    deepEqual(attributesOf(run, 'gen_ai.usage'), {})
    deepEqual(attributesOf(run, 'aos.run.usage', 'aos.run.cost'), {
      'aos.run.usage.input_tokens': 20,
      'aos.run.usage.output_tokens': 10,
      'aos.run.cost_usd': 1,
    })
  })

  verifies('aos-sdk.gate.one-span', 'and what the user opens inside is its child', async () => {
    const { agent } = traced(async (aos) => {
      const own = user.startSpan('in the agent')
      own.end()
      await search(aos, () =>
        user.startActiveSpan('in the tool', async (span) => {
          await Promise.resolve()
          await aos.knowledge({ query: 'q' }, () => ['doc'])
          span.end()
          return 'found'
        }),
      )
    })
    agent.registerHook('toolCallRequest', () => modify({ query: 'y' }))
    agent.registerHook('toolCallResult', () => undefined)
    await user.startActiveSpan('caller', async (span) => {
      await agent.run('go')
      span.end()
    })
    const ids = Object.fromEntries(recorded.spans().map((span) => [span.name, span.spanContext().spanId]))
    deepEqual(
      recorded
        .spans()
        .map((span) => [span.name, Object.keys(ids).find((name) => ids[name] === parentOf(span))]),
      [
        ['in the agent', 'invoke_agent worker'],
        ['retrieval knowledge', 'in the tool'],
        ['in the tool', 'execute_tool search'],
        ['execute_tool search', 'invoke_agent worker'],
        ['invoke_agent worker', 'caller'],
        ['caller', undefined],
      ],
    )
  })

  verifies('aos-sdk.gate.one-span', 'for denied and never executed operations as well', async () => {
    const { agent } = traced(async (aos) => {
      await outcomeOf(search(aos))
      await outcomeOf(aos.knowledge({ query: 'q' }, () => ['doc']))
    })
    agent.registerHook('toolCallRequest', () => deny('no'))
    agent.registerHook('knowledgeRetrieval', () => deny('no'))
    await agent.run('go')
    deepEqual(
      recorded.spans().map((span) => [span.name, span.attributes['aos.step.status']]),
      [
        ['execute_tool search', 'denied'],
        ['retrieval knowledge', 'withheld'],
        ['invoke_agent worker', undefined],
      ],
    )
    deepEqual(attributesOf(recorded.only('retrieval knowledge'), 'gen_ai.retrieval.documents'), {})
  })

  verifies('aos-sdk.span.decision', 'on the span of the step, those on messages on the run', async () => {
    const { agent } = traced(async (aos) => outcomeOf(search(aos)).then(() => 'answer'))
    agent.registerHook('toolCallRequest', async () => deny('personal data', ['pii']), { name: 'pii-guard' })
    agent.registerHook('message', ({ role }) => (role === 'agent' ? modify('less') : undefined), {
      name: 'editor',
    })
    await agent.run('go')
    const [event] = recorded.only('execute_tool search').events
    const { 'aos.decision.id': id, 'aos.decision.latency_ms': latency, ...rest } = event?.attributes ?? {}
    equal(event?.name, 'aos.decision')
    ok(typeof id === 'string' && typeof latency === 'number' && latency >= 0)
    deepEqual(rest, {
      'aos.decision': 'deny',
      'aos.decision.hook': 'toolCallRequest',
      'aos.decision.phase': 'request',
      'aos.decision.enforced': 'denied',
      'aos.decision.source': 'handler',
      'aos.decision.reason_codes': ['pii'],
      'aos.decision.by': 'pii-guard',
      'aos.decision.message': 'personal data',
    })
    const { events } = recorded.only('invoke_agent worker')
    const [changed] = events.filter(({ name }) => name === 'aos.component.change')
    deepEqual(changed?.attributes, {
      'aos.component.change': 'ADDED',
      'aos.component.id': 'tool:search',
      'aos.component.type': 'tool',
      'aos.component.name': 'search',
    })
    const onRun = events
      .filter(({ name }) => name === 'aos.decision')
      .map(({ attributes }) => [attributes?.['aos.decision'], attributes?.['aos.decision.by']])
    deepEqual(onRun, [
      ['abstain', undefined],
      ['modify', 'editor'],
    ])
  })

  verifies('aos-sdk.span.status', 'unset for a denial, wherever it comes out; error for errors', async () => {
    const { agent } = traced(async (aos, input) => {
      if (input === 'denied')
        return search(aos, () => aos.toolCall({ toolName: 'inner', parameters: {} }, () => 1))
      await aos.model({ model: 'm', messages: [] }, () =>
        Promise.reject(new TypeError('503 from sk-ant-api03-Zk4q8WmT2vXc7LpR9sNdB1yH')),
      )
      return undefined
    })
    agent.registerHook('toolCallRequest', () => deny('no'), { match: 'inner' })
    await rejects(agent.run('denied'), { code: 'denied' })
    deepEqual(
      recorded.spans().map(({ name, status }) => [name, status.code]),
      [
        ['execute_tool inner', SpanStatusCode.UNSET],
        ['execute_tool search', SpanStatusCode.UNSET],
        ['invoke_agent worker', SpanStatusCode.UNSET],
      ],
    )
    recorded.clear()
    await rejects(agent.run('fails'), { name: 'TypeError' })
    const model = recorded.only('chat m')
    deepEqual(
      [model.status.code, model.attributes['error.type'], model.events[0]?.name],
      [SpanStatusCode.ERROR, 'TypeError', 'exception'],
    )
    equal(recorded.only('invoke_agent worker').status.code, SpanStatusCode.ERROR)
    ok(!JSON.stringify([model.status, model.events]).includes('Zk4q8WmT2'))
  })
})
