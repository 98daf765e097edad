import { deepEqual, equal } from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'vitest'
import type { RunStore } from '../store/run-store.ts'
import type { PagePart, StoredEvent, StoredSpan } from '../store/trace-store.ts'

const ALL: PagePart = { limit: 1_000, offset: 0 }
const T0 = Date.UTC(2026, 0, 31, 10)
const hex = (digits: number, value: number): string => value.toString(16).padStart(digits, '0')

function exampleSpan(at: number, members: Partial<StoredSpan> = {}): StoredSpan {
  const [traceId, spanId] = [members.traceId ?? hex(32, 1), members.spanId ?? hex(16, at + 1)]
  return {
    traceId,
    spanId,
    runId: 'run-1',
    startedAt: T0 + at,
    content: {
      resource: { attributes: [] },
      scope: { name: 'test' },
      span: { traceId, spanId, name: `span ${at}` },
    },
    ...members,
  }
}

function exampleEvent(at: number, members: Partial<StoredEvent> = {}): StoredEvent {
  return {
    kind: 'activity',
    id: `event-${at}`,
    runId: 'run-1',
    traceId: undefined,
    at: T0 + at,
    content: { event_type: 'tool.called', at },
    ...members,
  }
}

/** The cases that every store passes for spans and events; `open` gives an empty one. */
export function describeTraceStore(name: string, open: () => Promise<RunStore>): void {
  describe(`a store of spans and events: ${name}`, () => {
    let store: RunStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    test('gives the spans of a run in their order, and those of its trace that name no run', async () => {
      const mine = [2, 0, 1].map((at) => exampleSpan(at))
      const unnamed = exampleSpan(3, { runId: undefined })
      await store.addSpans([
        ...mine,
        unnamed,
        exampleSpan(4, { runId: 'run-2' }),
        exampleSpan(5, { runId: undefined, traceId: hex(32, 2) }),
      ])
      const expected = [exampleSpan(0), exampleSpan(1), exampleSpan(2), unnamed]
      deepEqual(await store.spansOf('run-1', ALL), expected)
      deepEqual(await store.spansOf('run-1', { limit: 2, offset: 1 }), expected.slice(1, 3))
      deepEqual(await store.spansOf('nobody', ALL), [])
      await store.addSpans([])
    })

    test('keeps a span that is sent again once, as it was sent last', async () => {
      const { content } = exampleSpan(0)
      const later = exampleSpan(0, { content: { ...content, span: { ...content.span, name: 'later' } } })
      await store.addSpans([exampleSpan(0)])
      await store.addSpans([exampleSpan(0), later])
      deepEqual(await store.spansOf('run-1', ALL), [later])
    })

    test('keeps an event once, and tells same from other', async () => {
      const event = exampleEvent(0)
      deepEqual(await store.addEvents([event, exampleEvent(1), event]), ['created', 'created', 'same'])
      const turned = { ...event, content: { at: 0, event_type: 'tool.called' } }
      const other = { ...event, content: { at: 9 } }
      deepEqual(await store.addEvents([turned, other, { ...event, kind: 'audit' }]), [
        'same',
        'conflict',
        'created',
      ])
      const found = await store.eventsOf('run-1', ALL)
      deepEqual(
        found.map(({ kind, id }) => [kind, id]),
        [
          ['activity', 'event-0'],
          ['audit', 'event-0'],
          ['activity', 'event-1'],
        ],
      )
      deepEqual(found[0], event)
      deepEqual(await store.addEvents([]), [])
    })

    test('gives the events of a run by time, and those of its trace that name no run', async () => {
      await store.addSpans([exampleSpan(0)])
      const unnamed = exampleEvent(1, { runId: undefined, traceId: hex(32, 1) })
      await store.addEvents([
        exampleEvent(2),
        unnamed,
        exampleEvent(0),
        exampleEvent(3, { runId: 'run-2', traceId: hex(32, 1) }),
        exampleEvent(4, { runId: undefined }),
      ])
      deepEqual(await store.eventsOf('run-1', ALL), [exampleEvent(0), unnamed, exampleEvent(2)])
      deepEqual(await store.eventsOf('run-1', { limit: 1, offset: 1 }), [unnamed])
    })

    test('keeps whatever texts there are, in names as well', async () => {
      const odd = 'a\u0000"; --\ud800' + 'x'.repeat(5_000)
      const event = exampleEvent(0, { id: odd, runId: odd, content: { text: odd } })
      await store.addEvents([event])
      deepEqual(await store.addEvents([event]), ['same'])
      deepEqual(
        (await store.eventsOf(odd, ALL)).map(({ content }) => Object.keys(content)),
        [['text']],
      )
      await store.addSpans([exampleSpan(0, { runId: odd })])
      equal((await store.spansOf(odd, ALL)).length, 1)
    })

    test('forgets what is old', async () => {
      const many = Array.from({ length: 1_500 }, (_, at) => at)
      await store.addSpans(many.map((at) => exampleSpan(at)))
      await store.addEvents(many.map((at) => exampleEvent(at)))
      await store.prune(T0 + 1_498)
      deepEqual(await store.spansOf('run-1', ALL), [exampleSpan(1_498), exampleSpan(1_499)])
      deepEqual(await store.eventsOf('run-1', ALL), [exampleEvent(1_498), exampleEvent(1_499)])
    })
  })
}
