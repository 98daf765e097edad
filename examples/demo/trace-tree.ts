import type { ReceivedEvent, ReceivedSpan } from '../../test/support/otlp-spans.ts'
import { paint, shorten, type Colour } from './screen.ts'

const NAME_WIDTH = 50
const TEXT_WIDTH = 84

const MARKS: Readonly<Record<string, readonly [mark: string, colour: Colour]>> = {
  allowed: ['✓', 'green'],
  denied: ['✗', 'red'],
  withheld: ['✗', 'red'],
  modified: ['~', 'yellow'],
}

/** Draws one trace as a tree, each span with the decisions that were made on it. */
export function traceTree(spans: readonly ReceivedSpan[]): readonly string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))
  return roots.flatMap((root) => [headline(root, ''), ...below(root, spans, '')])
}

function below(parent: ReceivedSpan, spans: readonly ReceivedSpan[], indent: string): readonly string[] {
  const children = spans
    .filter(({ parentSpanId }) => parentSpanId === parent.spanId)
    .toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
  return children.flatMap((span, index) => {
    const last = index === children.length - 1
    const inner = `${indent}${last ? '   ' : '│  '}`
    const details = span.events
      .filter(({ name }) => name === 'aos.decision')
      .flatMap((event) => decision(event, span, spans))
    return [
      headline(span, `${indent}${last ? '└─ ' : '├─ '}`),
      ...details.map((line) => `${paint('dim', inner)}   ${line}`),
      ...below(span, spans, inner),
    ]
  })
}

function headline(span: ReceivedSpan, branch: string): string {
  const milliseconds = Number(span.endTimeUnixNano - span.startTimeUnixNano) / 1_000_000
  const name = shorten(span.name, NAME_WIDTH - branch.length)
  const gap = ' '.repeat(NAME_WIDTH - branch.length - name.length)
  const time = `${milliseconds.toFixed(1)} ms`.padStart(10)
  return `${paint('dim', branch)}${paint('bold', name)}${gap}${paint('dim', time)}  ${note(span)}`.trimEnd()
}

function note(span: ReceivedSpan): string {
  const input = textOf(span, 'gen_ai.usage.input_tokens')
  if (input !== '')
    return paint('dim', `${input} tokens in, ${textOf(span, 'gen_ai.usage.output_tokens')} out`)
  const states = new Set([textOf(span, 'aos.run.status'), textOf(span, 'aos.run.outcome')])
  return paint('dim', [...states].join(', '))
}

function decision(
  event: ReceivedEvent,
  span: ReceivedSpan,
  trace: readonly ReceivedSpan[],
): readonly string[] {
  const enforced = textOf(event, 'aos.decision.enforced')
  const [mark, colour] = MARKS[enforced] ?? ['?', 'dim']
  const by = paint('cyan', textOf(event, 'aos.decision.by').padEnd(16))
  const said = `${paint(colour, `${mark} ${enforced.padEnd(9)}`)}${by} ${textOf(event, 'aos.decision.message')}`
  if (enforced !== 'modified') return [said]
  return [
    said,
    ...pair('asked', askedFor(span, trace)),
    ...pair('ran', textOf(span, 'gen_ai.tool.call.arguments')),
  ]
}

function pair(label: string, text: string): readonly string[] {
  return text === '' ? [] : [`  ${paint('dim', label.padEnd(9))}${shorten(text, TEXT_WIDTH)}`]
}

/** The arguments as the model wrote them, which only the span of its answer has. */
function askedFor(span: ReceivedSpan, trace: readonly ReceivedSpan[]): string {
  const callId = textOf(span, 'gen_ai.tool.call.id')
  const parts = trace.flatMap((other) => partsOf(textOf(other, 'gen_ai.output.messages')))
  return parts.find(({ type, id }) => type === 'tool_call' && id === callId)?.arguments ?? ''
}

interface Part {
  readonly type: string
  readonly id?: string
  readonly arguments?: string
}

function partsOf(messages: string): readonly Part[] {
  if (messages === '') return []
  return (JSON.parse(messages) as readonly { readonly parts: readonly Part[] }[]).flatMap(
    ({ parts }) => parts,
  )
}

function textOf({ attributes }: Pick<ReceivedSpan, 'attributes'>, name: string): string {
  const value = attributes[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
