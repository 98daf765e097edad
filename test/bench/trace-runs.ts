import type { Ratio } from './interleave.ts'
import type { Table } from './report.ts'
import { startChild, startCollector } from './trace-children.ts'
import type { PayloadOrder } from './trace-peers/payload-child.ts'
import type { TurnsOrder } from './trace-peers/turns-child.ts'
import type { TraceSections } from './trace-sections.ts'

const PEERS = ['@ai-sdk/otel, bare OpenTelemetry', '@ai-sdk/otel, Langfuse', '@ai-sdk/otel, OpenInference']
const OURS = 'ours, hooks and spans'
const TURNS = [
  'none',
  'spans by hand, bare OpenTelemetry',
  OURS,
  'ours, hooks and spans, full content',
  ...PEERS,
]
const PAYLOADS = [
  OURS,
  'ours, hooks and spans, full content',
  'ours, hooks and spans, full content, JSON',
  ...PEERS,
]

/** What runs of an agent cost until their spans are with a collector, and how many bytes those are. */
export async function tracedRuns(): Promise<TraceSections> {
  const turns = await deliveredTurns()
  const payload = await payloadOf(80)
  const cost = (name: string): number => turns.find((ratio) => ratio.name === name)?.cpu ?? Number.NaN
  const [, full = Number.NaN] =
    payload.rows.find(([name]) => name === 'ours, hooks and spans, full content') ?? []
  const [, preview = Number.NaN] = payload.rows.find(([name]) => name === OURS) ?? []
  return {
    sections: [
      { title: 'AI SDK generate, 10 tool steps, spans delivered to a collector', ratios: turns },
      {
        title: 'Payload of a run of 80 tool steps',
        table: payload,
        notes: [
          'Each step brings 2 to 5 KB of new content. Bytes are those of the bodies of all requests, before they were compressed and after.',
        ],
      },
    ],
    goals: {
      'delivered run, added by ours against @ai-sdk/otel and Langfuse':
        (cost(OURS) - 1) / (cost('@ai-sdk/otel, Langfuse') - 1),
      'delivered run, added by ours against @ai-sdk/otel and OpenInference':
        (cost(OURS) - 1) / (cost('@ai-sdk/otel, OpenInference') - 1),
      'bytes per byte of new content, 80 steps': preview,
      'bytes per byte of new content, 80 steps, full content': full,
    },
  }
}

async function deliveredTurns(): Promise<readonly Ratio[]> {
  await using collector = await startCollector()
  await using child = startChild<TurnsOrder, readonly Ratio[]>('turns-child.ts')
  return await child.tell({ endpoint: collector.endpoint, names: TURNS, steps: 10, rounds: 13, times: 12 })
}

async function payloadOf(steps: number): Promise<Table> {
  await using collector = await startCollector()
  await using child = startChild<PayloadOrder, { readonly newBytes: number }>('payload-child.ts')
  const rows: [string, ...number[]][] = []
  for (const name of PAYLOADS) {
    const { newBytes } = await child.tell({ endpoint: collector.endpoint, name, steps })
    const { bytes, plainBytes, spans } = await collector.take()
    rows.push([name, plainBytes / newBytes, bytes / newBytes, spans])
  }
  return { heads: ['bytes / bytes of new content', 'as they were sent', 'spans'], rows }
}
