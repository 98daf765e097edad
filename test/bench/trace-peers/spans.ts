import { ROOT_CONTEXT, SpanKind, trace, type Attributes, type Context, type Tracer } from '@opentelemetry/api'

/** Spans of one run. */
export const RUN_SPANS: number = 5

const POOL_WORDS = 100_000
const SYLLABLES = 'an be co de er fi gu ha in ka lo me no or pa re si ta un ve wo xi yu za'.split(' ')

/** Text that hardly repeats itself, so that it compresses as little as what people write. */
const pool = makePool()

function makePool(): string {
  let state = 1
  const below = (limit: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor(state / 65_536) % limit
  }
  const syllable = (): string => SYLLABLES[below(SYLLABLES.length)] ?? ''
  const word = (): string => Array.from({ length: 1 + below(4) }, syllable).join('')
  // written and read again, as a text that is put together is slow to take parts of
  return Buffer.from(Array.from({ length: POOL_WORDS }, word).join(' ')).toString()
}

let written = 0

/** Text of a length that hardly comes twice, with an address in every fifth one. */
export function contentOf(length: number): string {
  const from = (written++ * 2_477) % (pool.length - length)
  const text = `${written} ${pool.slice(from, from + length - 40)}`
  return written % 5 === 0 ? `${text} mail to ada.lovelace@example.com` : text
}

function message(role: string, content: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content }] }])
}

function span(
  tracer: Tracer,
  { name, kind, parent }: { name: string; kind: SpanKind; parent: Context },
  attributes: Attributes,
): { readonly inside: Context; readonly end: () => void } {
  const operation = name.split(' ')[0] ?? name
  const open = tracer.startSpan(
    name,
    {
      kind,
      attributes: {
        'gen_ai.operation.name': operation,
        'gen_ai.provider.name': 'bench',
        'gen_ai.agent.name': 'researcher',
      },
    },
    parent,
  )
  open.setAttributes(attributes)
  return { inside: trace.setSpan(parent, open), end: () => open.end() }
}

/** Records a run of an agent, finished unless it is abandoned, nested and in the words of OpenTelemetry, with so much content on each span. */
export function writeRun(tracer: Tracer, bytes: number = 2048, abandoned: boolean = false): void {
  const run = span(
    tracer,
    { name: 'invoke_agent researcher', kind: SpanKind.INTERNAL, parent: ROOT_CONTEXT },
    {
      'gen_ai.conversation.id': `conversation ${written}`,
      'gen_ai.input.messages': message('user', contentOf(bytes)),
    },
  )
  for (let step = 0; step < (RUN_SPANS - 1) / 2; step++) {
    const chat = span(
      tracer,
      { name: 'chat instant', kind: SpanKind.CLIENT, parent: run.inside },
      {
        'gen_ai.request.model': 'instant',
        'gen_ai.response.model': 'instant',
        'gen_ai.response.finish_reasons': ['tool_calls'],
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.output_tokens': 5,
        'gen_ai.output.messages': message('assistant', contentOf(bytes)),
      },
    )
    chat.end()
    const tool = span(
      tracer,
      { name: 'execute_tool search', kind: SpanKind.INTERNAL, parent: run.inside },
      {
        'gen_ai.tool.name': 'search',
        'gen_ai.tool.call.id': `call-${written}`,
        'gen_ai.tool.call.arguments': '{"query":"recent papers on safety"}',
        'gen_ai.tool.call.result': contentOf(bytes),
      },
    )
    tool.end()
  }
  if (!abandoned) run.end()
}
