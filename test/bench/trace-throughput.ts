import { costsOf, median, ratio } from './interleave.ts'
import type { Section } from './report.ts'
import { startChild, startCollector, type Child, type Collector } from './trace-children.ts'
import type { TraceSections } from './trace-sections.ts'
import type { SpansCost, SpansOrder } from './trace-peers/spans-child.ts'

const BARE = 'bare OpenTelemetry, JSON'
const PLAIN = 'ours, no redaction, JSON'
const ALL = [
  BARE,
  'bare OpenTelemetry, protobuf',
  PLAIN,
  'ours, no redaction, protobuf',
  'ours, no redaction, JSON, nothing on disk',
  'ours, JSON',
  'ours',
  'Langfuse',
  'Langfuse, identity mask',
  'OpenInference',
]
const PACED = ALL.filter(
  (name) => !name.includes('nothing on disk') && !name.startsWith('ours, no redaction, p'),
)
/** Without what differs in the export only. */
const PATHS = [BARE, PLAIN, 'ours', 'Langfuse', 'Langfuse, identity mask', 'OpenInference']

const SPANS = 5_000
/** As many as are lost by default where a queue has room for 2,048. */
const BURST_SPANS = 10_000
const PACED_SPANS = 3_000

interface Sender {
  readonly name: string
  readonly child: Child<SpansOrder, SpansCost>
}

interface Sent extends SpansCost {
  readonly lost: number
}

/** Sends spans through each pipeline, each in a process of its own, to one collector in another. */
export async function throughput(): Promise<TraceSections> {
  await using collector = await startCollector()
  const senders = ALL.map((name) => ({
    name,
    child: startChild<SpansOrder, SpansCost>('spans-child.ts', [], [name]),
  }))
  try {
    return await measured(collector, senders)
  } finally {
    for (const { child } of senders) await child[Symbol.asyncDispose]()
  }
}

async function measured(collector: Collector, senders: readonly Sender[]): Promise<TraceSections> {
  const send =
    (order: Omit<SpansOrder, 'endpoint'>) =>
    async ({ child }: Sender): Promise<Sent> => {
      const cost = await child.tell({ ...order, endpoint: collector.endpoint })
      const { spans } = await collector.take()
      return { ...cost, lost: order.discard === true ? 0 : order.spans - spans }
    }
  const burst = await costsOf(senders, 3, send({ mode: 'burst', spans: SPANS, roomy: true }))
  const once = send({ mode: 'burst', spans: BURST_SPANS, roomy: false })
  const asItComes = new Map<string, readonly Sent[]>()
  for (const sender of senders) asItComes.set(sender.name, [await once(sender)])
  const named = (names: readonly string[]): readonly Sender[] =>
    senders.filter(({ name }) => names.includes(name))
  const paced = await costsOf(named(PACED), 3, send({ mode: 'paced', spans: PACED_SPANS, roomy: false }))
  const paths = await costsOf(
    named(PATHS),
    4,
    send({ mode: 'burst', spans: SPANS, roomy: true, discard: true }),
  )
  return {
    sections: [burstSection(burst, asItComes), pacedSection(paced), pathSection(paths)],
    goals: goalsOf({ burst, asItComes, paced, paths }),
  }
}

type Costs = ReadonlyMap<string, readonly Sent[]>

function against(costs: Costs, name: string, amountOf: (cost: Sent) => number): number {
  return ratio(costs.get(name) ?? [], costs.get(BARE) ?? [], amountOf)
}

function lostOf(costs: Costs, name: string): number {
  return Math.max(...(costs.get(name) ?? []).map(({ lost }) => lost))
}

function middle(costs: Costs, name: string, amountOf: (cost: Sent) => number): number {
  return median((costs.get(name) ?? []).map(amountOf))
}

function burstSection(burst: Costs, asItComes: Costs): Section {
  return {
    title: 'Spans to a collector: 5,000 in one turn of the event loop, then shutdown',
    table: {
      heads: ['processor time', 'clock time', 'longest stall', 'spans lost', 'lost of 10,000 with defaults'],
      rows: ALL.map((name) => [
        name,
        against(burst, name, ({ cpu }) => cpu),
        against(burst, name, ({ wall }) => wall),
        against(burst, name, ({ stall }) => stall),
        lostOf(burst, name),
        lostOf(asItComes, name),
      ]),
    },
    notes: [
      'Each pipeline has a process of its own, the collector too; a span carries 2 KB of content. Ours are as they come where nothing else is said: redacted, as compressed protobuf, kept on disk. The queues of peers were given room for all, except in the last column. Stalls are those beside the turn that ends the spans.',
      '`@arizeai/openinference-vercel` masks nothing: its variables are read by other packages.',
    ],
  }
}

function pacedSection(paced: Costs): Section {
  return {
    title: 'Spans to a collector: ten in a millisecond',
    table: {
      heads: ['processor time', 'longest stall', 'spans lost'],
      rows: PACED.map((name) => [
        name,
        against(paced, name, ({ cpu }) => cpu),
        against(paced, name, ({ stall }) => stall),
        lostOf(paced, name),
      ]),
    },
  }
}

function pathSection(paths: Costs): Section {
  return {
    title: 'Span path: 5,000 spans to an exporter that does nothing',
    table: {
      heads: ['processor time', 'clock time'],
      rows: PATHS.map((name) => [
        name,
        against(paths, name, ({ cpu }) => cpu),
        against(paths, name, ({ wall }) => wall),
      ]),
    },
  }
}

function goalsOf(
  costs: Readonly<Record<'burst' | 'asItComes' | 'paced' | 'paths', Costs>>,
): Record<string, number> {
  const { burst, asItComes, paced, paths } = costs
  const cpu = ({ cpu: used }: SpansCost): number => used
  const path = (name: string): number => middle(paths, name, cpu)
  return {
    'span path without redaction against bare OpenTelemetry': against(paths, PLAIN, cpu),
    'span path with redaction against bare OpenTelemetry': against(paths, 'ours', cpu),
    'span path with redaction against Langfuse with an identity mask':
      path('ours') / path('Langfuse, identity mask'),
    'span path with redaction against OpenInference': path('ours') / path('OpenInference'),
    'spans delivered without redaction against bare OpenTelemetry': against(burst, PLAIN, cpu),
    'spans delivered with redaction against OpenInference':
      middle(burst, 'ours', cpu) / middle(burst, 'OpenInference', cpu),
    'spans lost in a burst of 10,000': lostOf(asItComes, 'ours'),
    'longest stall at ten spans in a millisecond against bare OpenTelemetry': against(
      paced,
      'ours',
      ({ stall }) => stall,
    ),
    'shutdown with 10,000 spans queued, in seconds':
      middle(asItComes, 'ours', ({ shutdown }) => shutdown) / 1000,
  }
}
