import { isAosError } from '@aos/sdk'
import { context, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type IdGenerator,
} from '@opentelemetry/sdk-trace-node'
import { deepEqual, equal, throws } from 'node:assert/strict'
import { describe, test } from 'vitest'
import type { KeepRules } from './keep-rules.ts'
import { KeepingProcessor, type KeepBounds } from './keeping-processor.ts'

interface Kept {
  readonly keeping: KeepingProcessor
  /** Names of the spans that were handed on. */
  readonly names: () => readonly string[]
  /** Starts a span, the child of another. */
  readonly start: (name: string, parent?: Span) => Span
}

function kept(rules: Partial<KeepRules> = {}, bounds?: KeepBounds): Kept {
  const exporter = new InMemorySpanExporter()
  const keeping = new KeepingProcessor([new SimpleSpanProcessor(exporter)], { rate: 0, ...rules }, bounds)
  let made = 0
  const idGenerator: IdGenerator = {
    generateTraceId: () => (++made).toString(16).padStart(24, '0').padEnd(32, 'f'),
    generateSpanId: () => (++made).toString(16).padStart(16, '0'),
  }
  const tracer = new BasicTracerProvider({ spanProcessors: [keeping], idGenerator }).getTracer('tests')
  return {
    keeping,
    names: () => exporter.getFinishedSpans().map(({ name }) => name),
    start: (name, parent) =>
      tracer.startSpan(
        name,
        {},
        parent === undefined ? context.active() : trace.setSpan(context.active(), parent),
      ),
  }
}

function decide(span: Span, attributes: Readonly<Record<string, string | boolean>>): void {
  span.addEvent('aos.decision', {
    'aos.decision': 'allow',
    'aos.decision.enforced': 'allowed',
    ...attributes,
  })
}

describe('KeepingProcessor', () => {
  const reasons: readonly (readonly [string, (span: Span) => void])[] = [
    ['an error', (span) => span.setStatus({ code: SpanStatusCode.ERROR })],
    ['a run that failed', (span) => span.setAttribute('aos.run.status', 'failed')],
    ['a denial', (span) => decide(span, { 'aos.decision': 'deny', 'aos.decision.enforced': 'denied' })],
    [
      'a denial that could not be enforced',
      (span) => decide(span, { 'aos.decision': 'deny', 'aos.decision.enforced': 'none' }),
    ],
    ['a withheld answer', (span) => decide(span, { 'aos.decision.enforced': 'withheld' })],
    ['a modification', (span) => decide(span, { 'aos.decision.enforced': 'modified' })],
    ['a question to a person', (span) => decide(span, { 'aos.decision': 'ask' })],
    ['a guardian that failed open', (span) => decide(span, { 'aos.decision.fail_open': 'maintenance' })],
    ['cost', (span) => span.setAttribute('aos.run.cost_usd', 2)],
    ['tokens', (span) => span.setAttribute('aos.run.usage.input_tokens', 1001)],
  ]

  test.each(reasons)('keeps the whole trace for %s anywhere in it', (_what, write) => {
    const { names, start } = kept({ costUsd: 1, tokens: 1000 })
    const root = start('root')
    const child = start('child', root)
    write(child)
    child.end()
    deepEqual(names(), [])
    root.end()
    deepEqual(names(), ['child', 'root'])
  })

  test('drops what nothing speaks for, and counts it', () => {
    const { names, start, keeping } = kept({ costUsd: 1, durationMs: 60_000 })
    const root = start('root')
    const child = start('child', root)
    decide(child, { 'aos.decision.shadow': true, 'aos.decision': 'deny' })
    child.setAttribute('aos.run.cost_usd', 1)
    child.end()
    root.end()
    deepEqual(names(), [])
    equal(keeping.sampledOut, 2)
    equal(keeping.held, 0)
  })

  test('keeps what took too long, and only the reasons that were chosen', () => {
    const { names, start } = kept({ durationMs: 10, always: ['error'] })
    const slow = start('slow')
    slow.end(Date.now() + 1000)
    const denied = start('denied')
    decide(denied, { 'aos.decision.enforced': 'denied' })
    denied.end(Date.now())
    deepEqual(names(), ['slow'])
  })

  test('keeps the share of the rest that the rate says, by the id of the trace', () => {
    const { names, start } = kept({ rate: 1 })
    start('plain').end()
    deepEqual(names(), ['plain'])
    const none = kept({ rate: 0.999 })
    none.start('ends in ffffffff').end()
    deepEqual(none.names(), [])
  })

  test('keeps the later spans of a trace of which a part was kept', () => {
    const { names, start } = kept()
    const outer = start('outer')
    outer.setStatus({ code: SpanStatusCode.ERROR })
    outer.end()
    start('later', outer).end()
    deepEqual(names(), ['outer', 'later'])
  })

  test('keeps what does not fit, and what the end of the process cuts off', () => {
    const { names, start, keeping } = kept({}, { maxTraces: 2, maxBytes: 10_000 })
    const [first, second, third] = [start('first'), start('second'), start('third')]
    start('of first', first).end()
    start('of second', second).setAttribute('text', 'x'.repeat(20_000)).end()
    deepEqual(names(), ['of first', 'of second'])
    start('of third', third).end()
    keeping.release()
    deepEqual(names(), ['of first', 'of second', 'of third'])
    second.end()
    deepEqual(names().at(-1), 'second')
  })

  test.each([{ rate: 2 }, { rate: Number.NaN }, { costUsd: -1 }, { always: ['nothing'] }, { ratio: 1 }])(
    'refuses %o',
    (rules) => {
      throws(
        () => new KeepingProcessor([], { rate: 0.5, ...rules } as KeepRules),
        (error) => isAosError(error, 'invalid_options'),
      )
    },
  )
})
