import type { FaultyCollector } from '../support/faulty-collector.ts'

/** One thing that goes wrong between an application and its collector. */
export interface FaultCase {
  readonly name: string
  /** How long it lasts. */
  readonly forMs: number
  readonly begin: (collector: FaultyCollector) => void | Promise<void>
  readonly end: (collector: FaultyCollector) => void | Promise<void>
  /** Text that each span carries. */
  readonly spanBytes?: number
  readonly spans?: number
  /** Whether requests can be settled while it lasts, so that it is sure to be met. */
  readonly settles?: boolean
  /** Whether requests stay open until they are given up. */
  readonly hangs?: boolean
  /** Whether the name of the collector cannot be resolved while it lasts. */
  readonly noName?: boolean
  /** Whether nothing can be written to the spool folder. */
  readonly noSpool?: boolean
}

const heal = (collector: FaultyCollector): void => collector.behave('accept')

const OUTAGES: readonly Pick<FaultCase, 'name' | 'begin' | 'end' | 'noName' | 'hangs'>[] = [
  ...[500, 502, 503, 504, 429, 408, 401].map((status) => ({
    name: `${status}`,
    begin: (collector: FaultyCollector): void => collector.behave({ status }),
    end: heal,
  })),
  {
    name: '429 + Retry-After in seconds',
    begin: (collector) => collector.behave({ status: 429, retryAfter: '2' }),
    end: heal,
  },
  {
    name: '503 + Retry-After as a date',
    begin: (collector) =>
      collector.behave({ status: 503, retryAfter: new Date(Date.now() + 2_000).toUTCString() }),
    end: heal,
  },
  { name: 'hang', hangs: true, begin: (collector) => collector.behave('hang'), end: heal },
  { name: 'connection reset', begin: (collector) => collector.behave('reset'), end: heal },
  {
    name: 'connection refused',
    begin: (collector) => collector.refuse(),
    end: (collector) => collector.listen(),
  },
  { name: 'name not found', noName: true, begin: () => undefined, end: () => undefined },
]

/** What the receiver does once, or to each request, without being away. */
const ANSWERS: readonly FaultCase[] = [
  {
    name: 'slow answers',
    forMs: 2_000,
    settles: true,
    begin: (collector) => collector.behave('slow'),
    end: heal,
  },
  {
    name: 'taken, never answered',
    forMs: 2_000,
    settles: true,
    begin: (collector) => collector.behave('accept-unanswered', 'accept'),
    end: heal,
  },
  {
    name: 'answer cut off',
    forMs: 2_000,
    settles: true,
    begin: (collector) => collector.behave('cut-answer'),
    end: heal,
  },
  {
    name: 'one span refused per request',
    forMs: 2_000,
    settles: true,
    begin: (collector) => collector.behave('partial'),
    end: heal,
  },
  {
    name: '500, 429, reset, hang, 503, then well',
    forMs: 20_000,
    settles: true,
    hangs: true,
    begin: (collector) =>
      collector.behave({ status: 500 }, { status: 429 }, 'reset', 'hang', { status: 503 }, 'accept'),
    end: heal,
  },
  {
    name: '413 above 4 MiB, spans of 100 KB',
    forMs: 2_000,
    settles: true,
    spanBytes: 100_000,
    spans: 100,
    begin: (collector) => collector.limitBody(4 * 1024 * 1024),
    end: heal,
  },
  {
    name: '413 above 300 KB, spans of 100 KB',
    forMs: 2_000,
    settles: true,
    spanBytes: 100_000,
    spans: 100,
    begin: (collector) => collector.limitBody(300_000),
    end: heal,
  },
  {
    name: '413 above 64 KB, spans of 100 KB',
    forMs: 2_000,
    settles: true,
    spanBytes: 100_000,
    spans: 40,
    begin: (collector) => collector.limitBody(64_000),
    end: heal,
  },
  {
    name: 'spans of 6 MB',
    forMs: 2_000,
    settles: true,
    spanBytes: 6_000_000,
    spans: 4,
    begin: () => undefined,
    end: heal,
  },
  {
    name: '503, and no folder to write to',
    forMs: 20_000,
    noSpool: true,
    begin: (collector) => collector.behave({ status: 503 }),
    end: heal,
  },
]

/** Every case; the outages once for each of the given durations. */
export function faultCases(outagesMs: readonly number[]): readonly FaultCase[] {
  const outages = OUTAGES.flatMap((outage) =>
    outagesMs.map((forMs) => ({ ...outage, forMs, name: `${outage.name}, ${forMs / 1000} s` })),
  )
  return [...outages, ...ANSWERS]
}
