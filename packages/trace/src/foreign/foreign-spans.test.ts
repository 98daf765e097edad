import { AOSInstrument, createRedactor, type GuardedRun, type Redactor } from '@aos/sdk'
import { context, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { guardForeignSpans } from './foreign-spans.ts'
import { MAX_VALUE_LENGTH } from './redact-span.ts'

const CANARY = 'jane.doe@example.com'
const KEY = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH'

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterAll(() => {
  context.disable()
})

interface Ended {
  readonly provider: BasicTracerProvider
  readonly spans: () => readonly ReadableSpan[]
}

function guarded(redactor?: Redactor): Ended {
  const exporter = new InMemorySpanExporter()
  const processor = guardForeignSpans(new SimpleSpanProcessor(exporter), { redactor })
  return {
    provider: new BasicTracerProvider({ spanProcessors: [processor] }),
    spans: () => exporter.getFinishedSpans(),
  }
}

function textOf(span: ReadableSpan | undefined): string {
  ok(span)
  const { name, attributes, events, links, status } = span
  return JSON.stringify({ name, attributes, events, links, status })
}

function endedWith(
  { provider, spans }: Ended,
  write: (span: Span) => void,
  scope = 'another',
): ReadableSpan | undefined {
  const span = provider.getTracer(scope).startSpan('work')
  write(span)
  span.end()
  return spans().at(-1)
}

describe('guardForeignSpans', () => {
  test('takes secrets and personal data out of every text of a foreign span', () => {
    const all = guarded()
    const linked = all.provider.getTracer('another').startSpan('linked').spanContext()
    const span = endedWith(all, (open) => {
      open.updateName(`mail to ${CANARY}`)
      open.setAttribute('prompt', `write to ${CANARY}`)
      open.setAttribute('list', ['fine', CANARY])
      open.setAttribute('api_key', 'qwertyuiop1234567890')
      open.setAttribute('count', 3)
      open.setAttribute('card', 4111111111111111)
      open.setAttribute('password', 4711)
      open.setAttribute('since', 1700000000000)
      open.setAttribute(`mails of ${CANARY}`, 1)
      open.setAttribute('object', { deep: [{ to: CANARY }] } as never)
      open.addEvent(`saw ${CANARY}`, { text: KEY })
      open.addLink({ context: linked, attributes: { who: CANARY } })
      open.setStatus({ code: SpanStatusCode.ERROR, message: `no such user ${CANARY}` })
      open.recordException(new Error(`cannot reach ${CANARY}`))
    })
    const text = textOf(span)
    for (const secret of [CANARY, KEY, 'qwertyuiop1234567890']) ok(!text.includes(secret), secret)
    equal(span?.attributes['count'], 3)
    equal(span?.attributes['card'], '[REDACTED:credit-card]')
    equal(span?.attributes['password'], '[REDACTED:secret]')
    equal(span?.attributes['since'], 1700000000000)
    equal(span?.attributes['mails of [REDACTED:email]'], 1)
    deepEqual(span?.attributes['list'], ['fine', '[REDACTED:email]'])
    equal(span?.status.code, SpanStatusCode.ERROR)
    ok(span?.ended === true && span.spanContext().traceId.length === 32)
  })

  test('hands on the span itself where there is nothing to take out', () => {
    const seen: unknown[] = []
    const processor = guardForeignSpans({
      onStart: () => undefined,
      onEnd: (span) => void seen.push(span),
      forceFlush: async () => undefined,
      shutdown: async () => undefined,
    })
    const span = new BasicTracerProvider({ spanProcessors: [processor] })
      .getTracer('another')
      .startSpan('work', { attributes: { fine: 'text' } })
    span.end()
    deepEqual(seen, [span])
    ok(seen[0] === span)
  })

  test('drops content whose redactor fails, and cuts what is too long to redact, never within a token', () => {
    const broken = createRedactor({
      custom: [
        {
          name: 'broken',
          pattern: () => {
            throw new Error('broken')
          },
        },
      ],
    })
    const dropped = textOf(endedWith(guarded(broken), (open) => open.setAttribute('prompt', CANARY)))
    ok(!dropped.includes(CANARY) && dropped.includes('content dropped'))
    const long = `${'a '.repeat(MAX_VALUE_LENGTH / 2 - 10)}${CANARY}${' z'.repeat(100)}`
    const cut = textOf(endedWith(guarded(), (open) => open.setAttribute('prompt', long)))
    ok(cut.includes('[cut: ') && !cut.includes('jane'), cut.slice(-300))
  })

  test('redacts what others put onto spans of the sdk, and leaves what it wrote itself', async () => {
    const all = guarded()
    const agent = new AOSInstrument(
      async (_input: unknown, aos: GuardedRun) =>
        aos.toolCall({ toolName: 'search', parameters: { q: 'x' } }, () => {
          const around = trace.getActiveSpan()
          around?.setAttributes({ note: CANARY, 'gen_ai.prompt': CANARY }).addEvent('mine', { to: CANARY })
          around?.recordException(new Error(CANARY))
          around?.updateName(`execute_tool search for ${CANARY}`)
          return 'found'
        }),
      { tracerProvider: all.provider, agent: { name: 'worker' } },
    )
    await agent.run('go')
    const span = all.spans().find(({ name }) => name === 'execute_tool search for [REDACTED:email]')
    ok(!textOf(span).includes(CANARY))
    equal(span?.attributes['gen_ai.tool.call.result'], 'found')
  })

  test('drops content whose redactor throws, or answers with no text, and never fails the span', () => {
    const fail = (): never => {
      throw new Error('broken')
    }
    const broken = [
      { redactText: fail, redactValue: fail, sensitiveMember: fail },
      { redactText: () => ({ text: 42 }), redactValue: () => 42, sensitiveMember: () => 42 },
      { redactText: () => undefined, redactValue: () => undefined, sensitiveMember: () => undefined },
    ] as unknown as readonly Redactor[]
    for (const redactor of broken) {
      const text = textOf(
        endedWith(guarded(redactor), (open) => {
          open.updateName(`mail to ${CANARY}`).setAttribute('prompt', CANARY)
          open.setStatus({ code: SpanStatusCode.ERROR, message: CANARY })
        }),
      )
      ok(!text.includes(CANARY) && text.includes('content dropped'), text)
    }
  })

  test('says of spans made inside of a run whose they are, and of no others', async () => {
    const all = guarded()
    const agent = new AOSInstrument(
      async (_input: unknown, aos: GuardedRun) =>
        aos.toolCall({ toolName: 'search', parameters: {} }, async () => {
          await Promise.resolve()
          all.provider.getTracer('http').startSpan('GET').end()
        }),
      { tracerProvider: all.provider, agent: { name: 'worker' }, session: 's1', user: { id: 'u1' } },
    )
    await agent.run('go')
    const inside = all.spans().find(({ name }) => name === 'GET')?.attributes
    const run = all.spans().find(({ name }) => name === 'invoke_agent worker')?.attributes
    for (const key of ['aos.run.id', 'aos.session.id', 'aos.user.id_hash', 'gen_ai.conversation.id'])
      ok(inside?.[key] !== undefined && inside[key] === run?.[key], key)
    equal(endedWith(all, () => undefined)?.attributes['aos.run.id'], undefined)
  })
})
