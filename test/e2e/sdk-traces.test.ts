import { AOSInstrument, deny, viewOf, type AOSOptions, type GuardedRun } from '@aos/sdk'
import {
  context,
  INVALID_SPAN_CONTEXT,
  trace,
  type Span,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict'
import { afterAll, afterEach, beforeAll, beforeEach, describe, vi } from 'vitest'
import { verifies } from '../conformance/verifies.ts'
import { guardedAgent, type GuardedAgent } from '../support/guarded-agent.ts'
import { recordedSpans, type RecordedSpans } from '../support/recorded-spans.ts'

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

describe('traces', () => {
  verifies('aos-sdk.span.concurrent', 'parallel tools, nested agents and user spans included', async () => {
    const inner = new AOSInstrument(async (input: unknown, aos: GuardedRun) =>
      aos.toolCall({ toolName: `inner-${String(input)}`, parameters: {} }, () => input),
    )
    const { agent } = traced(async (aos, input) => {
      await new Promise(setImmediate)
      const work = (): Promise<unknown> =>
        user.startActiveSpan(`user-${String(input)}`, async (span) => {
          await new Promise(setImmediate)
          span.end()
          return inner.run(input)
        })
      await Promise.all([search(aos, work), search(aos, () => new Promise(setImmediate))])
      return input
    })
    agent.registerHook('toolCallRequest', async () => undefined)
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => agent.run(index)))
    deepEqual(
      answers,
      Array.from({ length: 200 }, (_, index) => index),
    )
    const traces = Map.groupBy(recorded.spans(), (span) => span.spanContext().traceId)
    equal(traces.size, 200)
    for (const spans of traces.values()) {
      const numbers = spans.flatMap(({ name }) => /-(\d+)$/.exec(name)?.[1] ?? [])
      deepEqual([spans.length, new Set(numbers).size, numbers.length], [6, 1, 2])
      const ids = new Set(spans.map((span) => span.spanContext().spanId))
      equal(spans.filter((span) => parentOf(span) === undefined).length, 1)
      ok(spans.every((span) => parentOf(span) === undefined || ids.has(parentOf(span) ?? '')))
    }
  })

  verifies(
    'aos-sdk.run.nested',
    'the run of an inner agent is a child of the span it is called from',
    async () => {
      const inner = new AOSInstrument(async () => 'inside', { agent: { name: 'inner' } })
      const { agent } = traced(async (aos) => {
        await search(aos, () => inner.run('in the tool'))
        await inner.run('in the agent')
      })
      await agent.run('go')
      const [first, second] = recorded.spans().filter(({ name }) => name === 'invoke_agent inner')
      ok(first !== undefined && second !== undefined)
      equal(parentOf(first), recorded.only('execute_tool search').spanContext().spanId)
      equal(parentOf(second), recorded.only('invoke_agent worker').spanContext().spanId)
      equal(
        first.attributes['aos.run.parent_id'],
        recorded.only('invoke_agent worker').attributes['aos.run.id'],
      )
    },
  )

  verifies('aos-sdk.run.late', 'stays in the trace of its run', async () => {
    let late: GuardedRun | undefined
    const { agent } = traced((aos) => {
      late = aos
    })
    await agent.run('go')
    const [run] = recorded.spans()
    ok(late !== undefined && run !== undefined)
    await search(late)
    const tool = recorded.only('execute_tool search')
    deepEqual([tool.spanContext().traceId, recorded.spans().length], [run.spanContext().traceId, 3])
  })

  verifies('aos-sdk.instrument.views', 'each writes to its own tracer', async () => {
    const other = recordedSpans()
    const { agent } = traced((aos) => search(aos))
    await viewOf(agent, { tracerProvider: other.provider }).withSession('s').run('go')
    await agent.run('go')
    deepEqual([recorded.spans().length, other.spans().length], [2, 2])
    equal(other.only('invoke_agent worker').attributes['aos.session.id'], 's')
  })
})

describe('the session of the caller', () => {
  verifies(
    'aos-sdk.session.adopted',
    'named by its attribute or its name, and completed by each run inside',
    async () => {
      const { agent } = traced(async (aos, input) => {
        aos.reasoning('think', { action: 'tool_call', tool: 'search' })
        await aos.toolCall({ toolName: `tool-${String(input)}`, parameters: {} }, () => 1)
      })
      await user.startActiveSpan('request', { attributes: { 'aos.session.id': 'sess_1' } }, async (span) => {
        await agent.run('a')
        await agent.run('b')
        await agent.run('c', { session: 'own' })
        span.end()
      })
      const request = recorded.only('request')
      deepEqual(
        [request.attributes['aos.reasoning.steps'], request.attributes['aos.tools.called']],
        [3, ['tool-a', 'tool-b', 'tool-c']],
      )
      deepEqual(
        request.events.map(({ name, attributes }) => [name, attributes]),
        Array(3).fill(['aos.step.reasoning', { thought: 'think', action: 'tool_call', tool: 'search' }]),
      )
      const runs = recorded.spans().filter(({ name }) => name === 'invoke_agent worker')
      deepEqual(
        runs.map(({ attributes }) => [attributes['aos.session.id'], attributes['aos.tools.called']]),
        [
          ['sess_1', ['tool-a']],
          ['sess_1', ['tool-b']],
          ['own', ['tool-c']],
        ],
      )
      recorded.clear()
      await user.startActiveSpan('other span', async (span) => {
        await agent.run('a')
        span.end()
      })
      equal(recorded.only('other span').attributes['aos.reasoning.steps'], undefined)
    },
  )

  verifies('aos-sdk.session.precedence', 'stands between the view and the thread', async () => {
    const { agent, recorder } = traced(() => undefined)
    await user.startActiveSpan('agent_session', async (span) => {
      await agent.run('thread', { threadId: 'thread' })
      span.setAttribute('aos.session.id', 'adopted')
      await agent.run('adopted', { threadId: 'thread' })
      await agent.withSession('view').run('view')
      span.end()
    })
    await user.startActiveSpan('agent_session', async (span) => {
      span.setAttribute('aos.session.id', 'adopted')
      const instrument = traced((aos) => search(aos), { session: 'instrument', sinks: [recorder] })
      await instrument.agent.run('go')
      span.end()
    })
    const sessions = recorder.events.flatMap((event) =>
      event.type === 'run.start' ? [event.run.sessionId] : [],
    )
    deepEqual(sessions, ['thread', 'adopted', 'view', 'instrument'])
    // whichever session the run belongs to, the caller's span is completed
    deepEqual(recorded.spans().at(-1)?.attributes['aos.tools.called'], ['search'])
  })

  verifies('aos-sdk.session.adopted', 'also where the agent itself is not traced', async () => {
    const { agent } = guardedAgent((aos) => search(aos))
    await user.startActiveSpan('agent_session', async (span) => {
      await agent.run('go')
      span.end()
    })
    deepEqual(recorded.only('agent_session').attributes['aos.tools.called'], ['search'])
    equal(recorded.spans().length, 1)
  })
})

/** A provider whose tracer and spans throw in every member. */
function hostileProvider(): TracerProvider {
  const hostile = (): never => {
    throw new Error('telemetry is broken')
  }
  const span = new Proxy({} as Span, { get: () => hostile })
  const tracers: readonly (() => Tracer)[] = [
    hostile,
    () => ({ startSpan: hostile, startActiveSpan: hostile }),
    () => ({ startSpan: () => span, startActiveSpan: hostile }),
  ]
  let next = 0
  return { getTracer: () => (tracers[next++ % tracers.length] ?? hostile)() }
}

describe('telemetry that fails or is off', () => {
  verifies(
    'aos-sdk.span.hostile-tracer',
    'as own provider, as the global one, and as the active span',
    async () => {
      const effects: unknown[] = []
      const provider = hostileProvider()
      const { agent } = guardedAgent((aos) => Promise.all([search(aos, () => effects.push(1)), chat(aos)]), {
        tracerProvider: provider,
      })
      for (let round = 1; round <= 3; round++) await agent.run('go')
      equal(effects.length, 3)
      agent.registerHook('toolCallRequest', () => deny('no'))
      await rejects(agent.run('go'), { code: 'denied' })
      trace.setGlobalTracerProvider(provider)
      const plain = guardedAgent((aos) => search(aos))
      for (let round = 1; round <= 3; round++) equal(await plain.agent.run('go'), 'found')
      trace.disable()
      const broken = new Proxy({} as Span, {
        get: () => () => {
          throw new Error('telemetry is broken')
        },
      })
      equal(
        await context.with(trace.setSpan(context.active(), broken), () =>
          traced((aos) => search(aos)).agent.run('go'),
        ),
        'found',
      )
    },
  )

  verifies('aos-sdk.span.unsampled', 'nothing inside becomes a trace of its own', async () => {
    recorded = recordedSpans(new ParentBasedSampler({ root: new AlwaysOffSampler() }))
    const sampledChildren = recordedSpans(new ParentBasedSampler({ root: new AlwaysOnSampler() }))
    const inner = sampledChildren.provider.getTracer('user')
    const seen: string[] = []
    const work = (aos: GuardedRun): Promise<unknown> =>
      search(aos, () =>
        inner.startActiveSpan('in the tool', (span) => {
          seen.push(span.spanContext().traceId)
          span.end()
          return 'found'
        }),
      )
    // nobody else looks: the run is not observed at all
    const agent = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => work(aos), {
      tracerProvider: recorded.provider,
    })
    equal(await agent.run('go'), 'found')
    await traced(work).agent.run('go')
    deepEqual([recorded.spans().length, sampledChildren.spans().length, seen.length], [0, 0, 2])
    notEqual(seen[0], INVALID_SPAN_CONTEXT.traceId)
  })

  verifies('aos-sdk.span.disabled', 'without any provider, denied is denied and recorded', async () => {
    const effects: unknown[] = []
    const { agent, recorder } = guardedAgent((aos) => search(aos, () => effects.push(1)))
    agent.registerHook('toolCallRequest', () => deny('no'))
    await rejects(agent.run('go'), { code: 'denied' })
    deepEqual(
      [effects, recorder.decisions()[0]?.enforced, recorder.steps('toolCall')[0]?.trace],
      [[], 'denied', undefined],
    )
  })

  describe('with OTEL_SDK_DISABLED', () => {
    afterEach(() => void vi.unstubAllEnvs())

    for (const value of ['true', 'TRUE'])
      verifies('aos-sdk.span.disabled', `${value}: no span, the same denials and records`, async () => {
        vi.stubEnv('OTEL_SDK_DISABLED', value)
        const effects: unknown[] = []
        const { agent, recorder } = traced((aos, input) => search(aos, () => effects.push(input)))
        agent.registerHook('message', ({ content }) => (content === 'bad' ? deny('no') : undefined))
        const runs: unknown[] = []
        agent.on('run', ({ status }) => void runs.push(status))
        await user.startActiveSpan('agent_session', async (span) => {
          await agent.run('good')
          await rejects(agent.run('bad'), { message: 'Denied: no' })
          span.end()
        })
        deepEqual([effects, runs], [['good'], ['completed', 'failed']])
        deepEqual(
          recorder.steps('toolCall').map(({ status, trace: ids }) => [status, ids]),
          [['ok', undefined]],
        )
        // the span the caller made is not ours to write to either
        deepEqual(
          recorded.spans().map(({ name, attributes }) => [name, attributes]),
          [['agent_session', {}]],
        )
      })

    verifies('aos-sdk.span.disabled', 'false: spans as ever', async () => {
      vi.stubEnv('OTEL_SDK_DISABLED', 'false')
      await traced((aos) => search(aos)).agent.run('go')
      deepEqual(
        recorded.spans().map(({ name }) => name),
        ['execute_tool search', 'invoke_agent worker'],
      )
    })
  })
})
