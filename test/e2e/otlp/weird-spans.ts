// Spans with everything in them that JSON or protobuf has no words for, or that somebody could trip over.
import { SpanKind, SpanStatusCode, TraceFlags, type Attributes, type Tracer } from '@opentelemetry/api'

const BROKEN_TEXTS = ['\ud800', 'a\udc00b', '\ud83d', 'half \ud83e', '\udfff\ud800']
const TEXTS = ['', ' ', '\u0000', '\u2028', '"\\/\b\f\n\r\t', '🧪', 'é', '</script>', '\ufffd', '\ufeff']
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.1,
  -0.5,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 53 + 2,
  2 ** 62,
  2 ** 63,
  -(2 ** 63),
  2 ** 64,
  1e19,
  1e21,
  -1e21,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  Number.EPSILON,
  Number.NaN,
  Infinity,
  -Infinity,
]
const LISTS: readonly unknown[] = [
  [],
  [''],
  [null],
  [undefined, 'text'],
  [Number.NaN, 1, 0.5, 1e21],
  [true, false],
  ['half \ud83e', 'whole 🧪'],
]
// what types do not allow, and callers without types do
const UNTYPED: readonly unknown[] = [
  null,
  undefined,
  {},
  { nested: { deep: [1, 'half \ud83e', Number.NaN] } },
  new Uint8Array([0, 255]),
  new Date(0),
  10n,
  Symbol('s'),
  () => 1,
  [[1], ['two']],
  [1, 'mixed', true],
]

/** Every value, each under a name of its own. */
export function weirdAttributes(): Attributes {
  const values = [
    ...BROKEN_TEXTS,
    ...TEXTS,
    'x'.repeat(70_000),
    ...NUMBERS,
    true,
    false,
    ...LISTS,
    ...UNTYPED,
  ]
  return Object.fromEntries(values.map((value, index) => [`value ${index}`, value])) as Attributes
}

/** Ends spans that hold weird things in each of their places. */
export function endWeirdSpans(tracer: Tracer): void {
  tracer.startSpan('all values', { attributes: weirdAttributes() }).end()
  for (const name of [...BROKEN_TEXTS, ...TEXTS]) {
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: { [name]: name } })
    span.addEvent(name, { [name]: name })
    span.setStatus({ code: SpanStatusCode.ERROR, message: name })
    span.end()
  }
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED }
  const linked = tracer.startSpan('linked', {
    links: [{ context, attributes: weirdAttributes() }, { context }],
  })
  linked.addEvent('with values', weirdAttributes())
  linked.addEvent('without')
  linked.recordException({ name: '\ud800', message: 'half \ud83e', stack: '\udc00' })
  linked.end()
  tracer.startSpan('ends before it starts', { startTime: 2_000_000_000_000 }).end(1_000_000_000_000)
  tracer.startSpan('long ago', { startTime: [0, 1] }).end([0, 2])
  tracer.startSpan('at no time', { startTime: Number.NaN }).end(Number.NaN)
  tracer.startSpan('far away', { startTime: new Date(8.64e15) }).end(new Date(8.64e15))
  tracer.startSpan('before time', { startTime: [-1, -1] }).end([-1, 0])
  const many = tracer.startSpan('many')
  for (let index = 0; index < 1_000; index += 1)
    many.setAttribute(`many ${index}`, index).addEvent(`event ${index}`)
  many.end()
}
