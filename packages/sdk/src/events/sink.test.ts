import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { afterEach, beforeEach, describe, vi } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { deferred, guardedAgent, type Deferred } from '../../../../test/support/guarded-agent.ts'
import { allow, AOSInstrument, defineSink, type AosEvent, type GuardedRun, type Sink } from '../index.ts'
import { SinkQueue } from './sink.ts'

const search = (aos: GuardedRun): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: { query: 'x' } }, () => 'found')

/** A sink that settles when it is told to. */
function heldSink(): { readonly sink: Sink; readonly seen: AosEvent[]; readonly pending: Deferred<void>[] } {
  const seen: AosEvent[] = []
  const pending: Deferred<void>[] = []
  const accept = (event: AosEvent): Promise<void> => {
    seen.push(event)
    const settled = deferred()
    pending.push(settled)
    return settled.promise
  }
  return { sink: { name: 'held', accept }, seen, pending }
}

function bigEvent(seq: number): AosEvent {
  const content = { input: 'x'.repeat(100_000), redactions: [] }
  const step = {
    id: `s${seq}`,
    runId: 'r',
    kind: 'toolCall',
    name: 'search',
    startedAt: 0,
    decisions: [],
    content,
  } as const
  return { type: 'step.end', runId: 'r', seq, at: 0, step }
}

// what a sink gives back may look like a promise and be none
function thenable(then: unknown): object {
  return new Proxy({}, { get: (_target, key) => (key === 'then' ? then : undefined) })
}

describe('events', () => {
  verifies('aos-sdk.sink.order', 'two runs at once, each counted without a gap', async () => {
    const { agent, recorder } = guardedAgent((aos) => Promise.all([search(aos), search(aos)]))
    agent.registerHook('toolCallRequest', async () => allow())
    await Promise.all([agent.run('one'), agent.run('two')])
    const runs = Map.groupBy(recorder.events, ({ runId }) => runId)
    equal(runs.size, 2)
    for (const events of runs.values()) {
      deepEqual(
        events.map(({ seq }) => seq),
        events.map((_event, index) => index + 1),
      )
      deepEqual([events[0]?.type, events.at(-1)?.type], ['run.start', 'run.end'])
    }
    const [events = []] = runs.values()
    const types = events
      .filter((event) => 'step' in event && event.step.kind === 'toolCall')
      .map(({ type }) => type)
    deepEqual(types.toSorted(), ['decision', 'decision', 'step.end', 'step.end', 'step.start', 'step.start'])
  })

  verifies('aos-sdk.sink.immutable', 'all the way down', async () => {
    const failures: unknown[] = []
    const meddler: Sink = {
      name: 'meddler',
      accept(event) {
        for (const change of [
          () => Object.assign(event, { seq: 0 }),
          () => event.type === 'decision' && Object.assign(event.decision, { verdict: 'allow' }),
          () => event.type === 'step.end' && Object.assign(event.step.content, { output: 'forged' }),
        ]) {
          try {
            change()
          } catch (error) {
            failures.push(error)
          }
        }
      },
    }
    const usage = { inputTokens: 1, outputTokens: 2 }
    const { agent, recorder } = guardedAgent(
      async (aos) => {
        await search(aos)
        await aos.model({ model: 'm', messages: [] }, (_messages, report) => report({ usage }))
      },
      { sinks: [meddler] },
    )
    agent.registerHook('toolCallRequest', () => allow())
    await agent.run('go')
    ok(failures.length > recorder.events.length)
    ok(
      recorder.events.every(
        (event) => Object.isFrozen(event) && (!('step' in event) || Object.isFrozen(event.step.content)),
      ),
    )
    deepEqual(recorder.steps('toolCall')[0]?.content.output, 'found')
    // what the caller handed in stays the caller's
    usage.inputTokens = 2
    equal(recorder.steps('modelCall')[0]?.usage?.inputTokens, 1)
  })
})

describe('a sink', () => {
  verifies(
    'aos-sdk.sink.one-in-flight',
    'gets the next event when it has settled, and the agent waits for none',
    async () => {
      const { sink, seen, pending } = heldSink()
      const { agent } = guardedAgent(search, { sinks: [sink] })
      await agent.run('go')
      deepEqual([seen.length, pending.length], [1, 1])
      const flushed = agent.flush(1000)
      while (pending.length > 0) {
        pending.shift()?.resolve()
        await new Promise(setImmediate)
      }
      equal(await flushed, true)
      deepEqual(
        seen.map(({ seq }) => seq),
        seen.map((_event, index) => index + 1),
      )
      const stats = agent.describe().sinks.find(({ name }) => name === 'held')
      deepEqual(stats, { name: 'held', accepted: seen.length, failed: 0, dropped: 0, queued: 0 })
    },
  )

  verifies('aos-sdk.sink.bounded', 'keeps the oldest within 16 MiB, and counts the rest', async () => {
    const { sink, seen, pending } = heldSink()
    const queue = new SinkQueue(sink)
    for (let seq = 1; seq <= 300; seq++) queue.offer(bigEvent(seq))
    const { queued, dropped } = queue.stats()
    equal(queued + dropped, 300)
    ok(queued >= 160 && queued <= 170, String(queued))
    while (pending.length > 0) {
      pending.shift()?.resolve()
      await new Promise(setImmediate)
    }
    deepEqual(queue.stats(), { name: 'held', accepted: queued, failed: 0, dropped, queued: 0 })
    deepEqual(
      seen.map(({ seq }) => seq),
      Array.from({ length: queued }, (_, index) => index + 1),
    )
    queue.offer(bigEvent(301))
    equal(seen.at(-1)?.seq, 301)
  })

  verifies('aos-sdk.sink.failing', 'throws, rejects, or gives back what is no promise', async () => {
    const accepts: readonly (() => unknown)[] = [
      () => {
        throw new Error('sink')
      },
      () => Promise.reject(new Error('sink')),
      () => thenable('no function'),
      () =>
        thenable(() => {
          throw new Error('sink')
        }),
    ]
    const sinks = accepts.map((accept, index) => ({
      name: `sink ${index}`,
      accept: accept as Sink['accept'],
    }))
    const { agent, recorder } = guardedAgent(search, { sinks })
    equal(await agent.run('go'), 'found')
    await agent.flush(1000)
    const { length } = recorder.events
    deepEqual(
      agent
        .describe()
        .sinks.slice(1)
        .map(({ accepted, failed }) => [accepted, failed]),
      [
        [0, length],
        [0, length],
        [length, 0],
        [0, length],
      ],
    )
  })

  verifies('aos-sdk.sink.failing', 'is no sink, and is refused when it is attached', () => {
    const { agent } = guardedAgent(search)
    throws(() => agent.attachSink({} as never), { code: 'invalid_options' })
    throws(() => agent.attachLogger({ name: 'x' } as never), { code: 'invalid_options' })
    throws(() => defineSink({ name: '', accept: () => undefined }), { code: 'invalid_options' })
  })

  verifies('aos-sdk.sink.order', 'attached late gets what follows, detached gets no more', async () => {
    const seen: string[] = []
    const agent = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => search(aos))
    await agent.run('before')
    const detach = agent.attachSink({ name: 'late', accept: ({ type }) => void seen.push(type) })
    await agent.run('go')
    detach()
    await agent.run('after')
    deepEqual(
      seen,
      [
        'run.start',
        'step.start',
        'step.end',
        'step.start',
        'step.end',
        'step.start',
        'step.end',
        'step.start',
        'step.end',
        'run.end',
      ].slice(0, seen.length),
    )
    equal(seen.filter((type) => type === 'run.end').length, 1)
  })

  describe('with a clock', () => {
    beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
    afterEach(() => vi.useRealTimers())

    verifies('aos-sdk.sink.deadline', 'flushes and closes in time', async () => {
      const hanging: Sink = {
        name: 'hangs',
        accept: () => new Promise(() => undefined),
        close: () => new Promise(() => undefined),
      }
      const { agent } = guardedAgent(search, { sinks: [hanging] })
      await agent.run('go')
      for (const begin of [() => agent.flush(300), () => agent.close(300)]) {
        let done = false
        const end = begin()
        void end.then(() => (done = true))
        await vi.advanceTimersByTimeAsync(299)
        equal(done, false)
        await vi.advanceTimersByTimeAsync(2)
        equal(await end, false)
      }
    })
  })
})
